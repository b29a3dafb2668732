//! Files that only their owner may read, written whole or not at all: secrets, keys, and copies of keys.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of a new secret.
const SECRET_BYTES: usize = 32;
/// The permissions of others: of the group, and of everybody.
const OTHERS: u32 = 0o077;
/// Characters of the shortest secret that is taken: the base64 of 32 bytes.
const MIN_CHARS: usize = 43;

/// Reads the secret `<data_dir>/keys/<name>`, or makes it. Processes that race to make it end up with the
/// same one.
///
/// # Errors
/// When the file can't be read or made, or is shorter than 32 random bytes would be.
pub fn load_or_create(data_dir: &Path, name: &str) -> io::Result<String> {
    let path = data_dir.join("keys").join(name);
    let bytes = read_or_create(&path, || {
        let secret: [u8; SECRET_BYTES] = rand::random();
        URL_SAFE_NO_PAD.encode(secret).into_bytes()
    })?;
    let text = String::from_utf8(bytes)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    let text = text.trim();
    if text.len() < MIN_CHARS {
        let error = format!("{} is too short for a secret: delete it", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    }
    Ok(text.to_owned())
}

/// Reads `path`, or writes what `make` gives where it is not there yet. Of processes that come at once, all
/// get what the first one wrote.
///
/// # Errors
/// When the file can't be read or made.
pub fn read_or_create(path: &Path, make: impl FnOnce() -> Vec<u8>) -> io::Result<Vec<u8>> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read,
    }
    match create(path, &make()) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => read(path),
    }
}

/// Reads a file that must be its owner's alone.
///
/// # Errors
/// `PermissionDenied`, naming the file, where others may read it; else what the file system says.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    check_private(path)?;
    fs::read(path)
}

/// Checks that nobody but its owner may read or write a file. A file of root's that this process may read through its group is
/// taken too: that is how a service manager hands over secrets.
///
/// # Errors
/// `PermissionDenied`, with a line that names the file and what to do; or what the file system says.
pub fn check_private(path: &Path) -> io::Result<()> {
    let found = fs::metadata(path)?;
    let others = found.mode() & OTHERS;
    let is_handed_over =
        others == 0o040 && found.uid() == 0 && !rustix::process::geteuid().is_root();
    if !found.is_file() || others == 0 || is_handed_over {
        return Ok(());
    }
    let error = format!(
        "{} can be read or written by others (mode {:03o}): run `chmod 600` on it, and change what it held",
        path.display(),
        found.mode() & 0o777
    );
    Err(io::Error::new(io::ErrorKind::PermissionDenied, error))
}

/// Writes a new file of mode 0600 in a folder of mode 0700; an existing one is left alone.
///
/// # Errors
/// `AlreadyExists`, or what the file system says.
pub fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    // Written under another name first and then linked to its own, which only one process can do.
    let draft = write_draft(path, content)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    linked
}

/// Writes a file of mode 0600 in place of the one that is there: a reader sees the old or the new one.
///
/// # Errors
/// What the file system says; the old file is left then.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let draft = write_draft(path, content)?;
    fs::rename(&draft, path).or_else(|error| fs::remove_file(&draft).and(Err(error)))
}

fn write_draft(path: &Path, content: &[u8]) -> io::Result<std::path::PathBuf> {
    let folder = path.parent().unwrap_or(Path::new("."));
    storage::create_private_dir(folder)?;
    let draft = folder.join(format!(".{}", uuid::Uuid::now_v7().simple()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    // Whatever the umask took away.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    match file.write_all(content).and_then(|()| file.sync_all()) {
        Ok(()) => Ok(draft),
        Err(error) => fs::remove_file(&draft).and(Err(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_20_a_secret_is_its_owners_and_the_first_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys").join("x.secret");
        assert_eq!(read_or_create(&path, || b"one".to_vec()).unwrap(), b"one");
        assert_eq!(read_or_create(&path, || b"two".to_vec()).unwrap(), b"one");
        assert!(create(&path, b"three").is_err());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn ops_37_a_secret_that_others_may_read_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.secret");
        create(&path, b"one").unwrap();
        for mode in [0o644, 0o640, 0o604, 0o660, 0o622, 0o601, 0o666, 0o777] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = read_or_create(&path, || unreachable!()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
            assert!(error.to_string().contains("x.secret"), "{error}");
        }
        for mode in [0o600, 0o400, 0o700] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&path).unwrap(), b"one");
        }
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        replace(&path, b"old").unwrap();
        replace(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
