//! Directories for what nobody else on the machine may read.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;

/// The permissions of a private directory, whatever the umask.
const PRIVATE: u32 = 0o700;
/// The permissions of others.
const OTHERS: u32 = 0o077;
/// The bit of a directory that all may write to, as /tmp.
const STICKY: u32 = 0o1000;

/// Makes a directory and those above it, readable by its owner only; one that is there stays as it is.
///
/// # Errors
/// When it can't be made.
pub fn create_private_dir(directory: &Path) -> io::Result<()> {
    if directory.as_os_str().is_empty() || fs::metadata(directory).is_ok_and(|m| m.is_dir()) {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        create_private_dir(parent)?;
    }
    match DirBuilder::new().mode(PRIVATE).create(directory) {
        // The umask may have taken from it what its owner needs.
        Ok(()) => fs::set_permissions(directory, Permissions::from_mode(PRIVATE)),
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a directory, or takes one that is there away from others. One that belongs to somebody else, as a volume that is
/// mounted for this process, stays as it is: what is put into it is private by itself.
///
/// # Errors
/// When it can't be made or changed; `PermissionDenied` for one that all share, as /tmp.
pub fn claim_private_dir(directory: &Path) -> io::Result<()> {
    create_private_dir(directory)?;
    let found = fs::metadata(directory)?;
    if found.mode() & OTHERS == 0 || found.uid() != rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    if found.mode() & STICKY != 0 {
        let why = "it is a directory that all share: name one within it";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    // What the owner may not do stays so: a directory that is read-only was made so on purpose.
    fs::set_permissions(directory, Permissions::from_mode(found.mode() & !OTHERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(directory: &Path) -> u32 {
        fs::metadata(directory).unwrap().mode() & 0o7777
    }

    #[test]
    fn ops_38_a_directory_of_the_past_is_taken_away_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        for (old, new) in [
            (0o755, 0o700),
            (0o777, 0o700),
            (0o750, 0o700),
            (0o701, 0o700),
            (0o555, 0o500),
        ] {
            fs::set_permissions(&data, Permissions::from_mode(old)).unwrap();
            claim_private_dir(&data).unwrap();
            assert_eq!(mode(&data), new);
        }
    }

    #[test]
    fn ops_38_a_directory_that_all_share_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let shared = folder.path().join("tmp");
        fs::create_dir(&shared).unwrap();
        fs::set_permissions(&shared, Permissions::from_mode(0o1777)).unwrap();
        let error = claim_private_dir(&shared).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(mode(&shared), 0o1777);
    }
}
