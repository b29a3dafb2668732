//! Keys that sign no more: `keys/retired-<kid>.json` has the public half, and until when tickets of it may
//! still be about. The private half is gone.

use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use service::secret_file;
use wire::UnixMs;

use super::KeyError;

/// A key that only verifies, until its last ticket has run out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RetiredKey {
    pub(super) kid: String,
    /// The public key, as the key set has it.
    x: String,
    /// From then on it stands in no key set.
    pub(super) until: UnixMs,
}

impl RetiredKey {
    pub(super) fn new(kid: &str, public: &[u8], until: UnixMs) -> Self {
        Self {
            kid: kid.to_owned(),
            x: URL_SAFE_NO_PAD.encode(public),
            until,
        }
    }

    /// The public key as text of the key set.
    pub(super) fn x(&self) -> &str {
        &self.x
    }

    /// Writes it among the keys, in place of an earlier one of the same id.
    pub(super) fn write(&self, folder: &Path) -> Result<(), KeyError> {
        let path = self.path(folder);
        let text = serde_json::to_vec(self).expect("a retired key has only plain fields");
        secret_file::replace(&path, &text).map_err(|source| KeyError::File { path, source })
    }

    /// Reads one, if `path` is of one.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, KeyError> {
        if kid_of(path).is_none() {
            return Ok(None);
        }
        let text = match fs::read(path) {
            // Another process has removed it, because its time was over.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|source| KeyError::File {
                path: path.to_owned(),
                source,
            })?,
        };
        let key = serde_json::from_slice(&text).map_err(|_| KeyError::NotAKey(path.to_owned()))?;
        Ok(Some(key))
    }

    /// Removes its file; one that is gone already is no error.
    pub(super) fn remove(&self, folder: &Path) -> Result<(), KeyError> {
        let path = self.path(folder);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(KeyError::File { path, source })
            }
            _ => Ok(()),
        }
    }

    fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("retired-{}.json", self.kid))
    }
}

fn kid_of(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    name.strip_prefix("retired-")?.strip_suffix(".json")
}
