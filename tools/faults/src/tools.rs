//! Programs of the system that rows break things with. Where one is missing, CI fails and a laptop
//! is told.

use std::path::PathBuf;

/// True where the program is on the PATH and may do its work; else says so. With `CI` set it must be.
///
/// # Panics
/// Under CI, when it is missing: there a row may not be left out.
#[must_use]
pub fn need(program: &str) -> bool {
    let found = is_there(program) && (program != "strace" || may_trace());
    let ci = std::env::var("CI").is_ok_and(|value| !value.is_empty());
    assert!(
        found || !ci,
        "{program} is missing, or may not be used: scripts/install-test-deps.sh"
    );
    if !found {
        eprintln!(
            "LEFT OUT: this row needs {program}, and leave to use it: scripts/install-test-deps.sh"
        );
    }
    found
}

/// Whether one process may trace another that is not its child: root always, others where Yama lets them.
fn may_trace() -> bool {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    rustix::process::getuid().is_root() || scope.map_or(true, |scope| scope.trim() == "0")
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
