//! Programs of the system that rows break things with. Where one is missing, CI fails and a laptop
//! is told.

use std::path::PathBuf;

/// True where the program is on the PATH; else says so. With `CI` set it must be.
///
/// # Panics
/// Under CI, when it is missing: there a row may not be left out.
#[must_use]
pub fn need(program: &str) -> bool {
    let found = is_there(program);
    let ci = std::env::var("CI").is_ok_and(|value| !value.is_empty());
    assert!(
        found || !ci,
        "{program} is missing: scripts/install-test-deps.sh"
    );
    if !found {
        eprintln!("LEFT OUT: this row needs {program}; scripts/install-test-deps.sh installs it");
    }
    found
}

/// True where the program is on the PATH.
#[must_use]
pub fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    places
        .map(|place| place.join(program))
        .any(|file| file.is_file())
}
