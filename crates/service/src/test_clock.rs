//! The clock of tests: how far a process's clocks are ahead of the machine's, and the file that says it for every
//! service of a data directory.
//!
//! It is opened under `up --test-clock` alone. Who may move it, and who is told, is not decided here. What goes by the
//! machine's time all the same (sockets, requests, retries) never asks [`clock`].

use std::io;
use std::path::{Path, PathBuf};

use wire::UnixMs;

use crate::{clock, health, secret_file};

/// The file of a data directory, with one number: how far ahead its services are, in milliseconds.
const FILE: &str = "test-clock";
/// Furthest that it goes ahead, in milliseconds: ten years, in which every time has four digits and nothing wraps.
pub const MAX_AHEAD_MS: i64 = 3_650 * 86_400_000;

/// The clock of tests of this process. Clones are the same one.
#[derive(Debug, Clone)]
pub struct TestClock {
    file: PathBuf,
}

impl TestClock {
    /// The one of a data directory: the process goes on where its services were when the file was last written.
    ///
    /// # Errors
    /// When the file can't be read, or holds something else.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let clock = Self {
            file: data_dir.join(FILE),
        };
        clock.move_to(clock.stored_ms()?);
        Ok(clock)
    }

    /// How far this process is ahead, in milliseconds.
    #[must_use]
    pub fn ahead_ms(&self) -> i64 {
        clock::ahead_ms()
    }

    /// How far a process begins that starts now, in milliseconds.
    ///
    /// # Errors
    /// When the file can't be read, or holds something else.
    pub fn stored_ms(&self) -> io::Result<i64> {
        let text = match secret_file::read(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            read => read?,
        };
        let ms = String::from_utf8_lossy(&text).trim().parse().ok();
        ms.filter(|ms| (0..=MAX_AHEAD_MS).contains(ms))
            .ok_or_else(|| {
                let shown = self.file.display();
                let wrong = format!("{shown} holds no number from 0 to {MAX_AHEAD_MS}: delete it");
                io::Error::new(io::ErrorKind::InvalidData, wrong)
            })
    }

    /// Has every process that starts from here on begin so far ahead.
    ///
    /// # Errors
    /// When the file can't be written; the old one is left then.
    pub fn store(&self, ahead_ms: i64) -> io::Result<()> {
        secret_file::replace(&self.file, format!("{ahead_ms}\n").as_bytes())
    }

    /// Moves this process so far ahead of the machine, and wakes whoever sleeps by one of its clocks; never back.
    /// Returns what the clock shows then.
    pub fn move_to(&self, ahead_ms: i64) -> UnixMs {
        clock::move_ahead_to(ahead_ms);
        // A gauge that is set before there is a recorder is lost.
        health::recorder();
        #[expect(
            clippy::cast_precision_loss,
            reason = "ten years of milliseconds are far below 2^53"
        )]
        metrics::gauge!("test_clock_offset_ms").set(self.ahead_ms() as f64);
        clock::now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_59_what_was_stored_is_read_and_anything_else_is_refused_by_the_files_name() {
        let data = tempfile::tempdir().unwrap();
        let clock = TestClock::open(data.path()).unwrap();
        assert_eq!(clock.stored_ms().unwrap(), 0);
        for ms in [1, MAX_AHEAD_MS] {
            clock.store(ms).unwrap();
            assert_eq!(clock.stored_ms().unwrap(), ms);
        }
        for wrong in ["", "-1", "soon", &(MAX_AHEAD_MS + 1).to_string()] {
            secret_file::replace(&data.path().join(FILE), wrong.as_bytes()).unwrap();
            let error = TestClock::open(data.path()).unwrap_err().to_string();
            assert!(
                error.contains(FILE) && error.contains("delete it"),
                "{error}"
            );
        }
    }
}
