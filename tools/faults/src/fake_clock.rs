//! A wall clock that a file sets, for one process and what it starts: Debian's libfaketime. What is measured, and not
//! told, stays as it is: that is how a clock jumps.

use std::path::PathBuf;

use tempfile::TempDir;
use testkit::has_tool;

use crate::ServiceProcess;

/// A clock and the file that sets it.
#[derive(Debug)]
pub struct FakeClock {
    library: PathBuf,
    file: PathBuf,
    _folder: TempDir,
}

impl FakeClock {
    /// One that stands where the machine's does; `None` where the package is not installed, which the log says.
    ///
    /// # Panics
    /// When there is the tool without its library, or no directory.
    #[must_use]
    pub fn new() -> Option<Self> {
        let library = library()?;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("offset");
        let clock = Self {
            library,
            file,
            _folder: folder,
        };
        clock.set("+0");
        Some(clock)
    }

    /// The process by this clock.
    ///
    /// # Panics
    /// When a path is no text.
    #[must_use]
    pub fn under(&self, process: ServiceProcess) -> ServiceProcess {
        process
            .with("LD_PRELOAD", self.library.to_str().unwrap())
            .with("FAKETIME_TIMESTAMP_FILE", self.file.to_str().unwrap())
            .with("FAKETIME_NO_CACHE", "1")
            .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .with("DONT_FAKE_MONOTONIC", "1")
    }

    /// Sets it so many seconds ahead of the machine's, as `+3600` or `-7200`.
    ///
    /// # Panics
    /// When the file can't be written.
    pub fn set(&self, offset: &str) {
        // In one step: a reader never finds it empty.
        let next = self.file.with_extension("next");
        std::fs::write(&next, offset).unwrap();
        std::fs::rename(next, &self.file).unwrap();
    }
}

/// Where Debian's package has the library for programs with threads.
fn library() -> Option<PathBuf> {
    if !has_tool("faketime") {
        return None;
    }
    let places = std::fs::read_dir("/usr/lib")
        .unwrap()
        .filter_map(Result::ok);
    let mut found = places
        .map(|place| place.path().join("faketime/libfaketimeMT.so.1"))
        .filter(|path| path.is_file());
    Some(found.next().expect("libfaketime beside faketime"))
}
