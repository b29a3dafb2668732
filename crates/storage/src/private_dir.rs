//! Directories for what nobody else on the machine may read.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes a directory and those above it, readable by its owner only; one that is there stays as it is.
///
/// # Errors
/// When it can't be made.
pub fn create_private_dir(directory: &Path) -> std::io::Result<()> {
    if directory.as_os_str().is_empty() || fs::metadata(directory).is_ok_and(|m| m.is_dir()) {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}
