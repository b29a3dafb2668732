//! A secret that an installation makes for itself: a file of the data directory that every service reads, and
//! whichever comes first writes.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of a new secret.
const SECRET_BYTES: usize = 32;
/// Characters of the shortest one that is taken: the base64 of 32 bytes.
const MIN_CHARS: usize = 43;

/// Reads `<data_dir>/keys/<name>`, or makes it (0600, directory 0700). Processes that race to make it end up
/// with the same one.
///
/// # Errors
/// When the file can't be read or made, or is shorter than 32 random bytes would be.
pub fn load_or_create(data_dir: &Path, name: &str) -> io::Result<String> {
    let keys = data_dir.join("keys");
    let path = keys.join(name);
    match read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    storage::create_private_dir(&keys)?;
    publish(&keys, name)?;
    read(&path)
}

fn read(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let text = text.trim();
    if text.len() < MIN_CHARS {
        let told = format!("{} is too short for a secret: delete it", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, told));
    }
    Ok(text.to_owned())
}

/// Writes a whole file first and then links it to its name, which only one process can do.
fn publish(keys: &Path, name: &str) -> io::Result<()> {
    let draft = keys.join(format!(".{name}.{}", uuid::Uuid::now_v7()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let secret: [u8; SECRET_BYTES] = rand::random();
    let written = file
        .write_all(URL_SAFE_NO_PAD.encode(secret).as_bytes())
        .and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match fs::hard_link(&draft, keys.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    fs::remove_file(&draft)?;
    linked
}
