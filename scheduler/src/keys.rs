//! The keys that sign tickets: one file each, `keys/ticket-<kid>.pem`, the newest signs. A retired one
//! verifies for as long as a ticket of it may be about; a revoked one is gone.
//!
//! The scheduler is the only one that reads them. A `kid` is a UUIDv7, so the names sort by age.

mod retired;

use std::path::{Path, PathBuf};
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde::Serialize;
use serde_json::{Value, json};
use service::secret_file;
use uuid::Uuid;
use wire::UnixMs;

use self::retired::RetiredKey;
use crate::config::keys_dir;

/// PKCS#8 (RFC 8410) in front of an Ed25519 seed: version 0, the algorithm's identifier, two lengths.
const PKCS8_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
const PEM_HEAD: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_TAIL: &str = "-----END PRIVATE KEY-----";

/// A key as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its id, as tickets and the key set name it.
    pub kid: String,
    /// When it was made.
    pub created_at: UnixMs,
    /// True for the one that signs.
    pub signs: bool,
    /// Of a retired one: until when it verifies.
    pub verifies_until: Option<UnixMs>,
}

/// What is wrong with the keys of a data directory.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file can't be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// A file holds no Ed25519 key in PKCS#8 PEM.
    #[error("{0} is no Ed25519 key in PKCS#8 PEM")]
    NotAKey(PathBuf),
    /// No key has that id.
    #[error("there is no signing key {0}")]
    Unknown(String),
}

/// Makes a new key, which signs from now on; a running scheduler takes it up with its next ticket.
///
/// # Errors
/// When the folder can't be written.
pub fn rotate(data_dir: &Path) -> Result<KeyInfo, KeyError> {
    let id = Uuid::now_v7();
    let path = ticket_file(data_dir, &id.simple().to_string());
    let seed: [u8; 32] = rand::random();
    secret_file::create(&path, pem(&seed).as_bytes())
        .map_err(|source| KeyError::File { path, source })?;
    Ok(KeyInfo {
        kid: id.simple().to_string(),
        created_at: made_at(id),
        signs: true,
        verifies_until: None,
    })
}

/// Takes a key out of use: its private half is deleted at once, and the public one stays in the key set
/// until `until`. Where it was the one that signs, a new one is made first.
///
/// # Errors
/// [`KeyError::Unknown`] where no key of that id signs, or when the folder can't be written.
pub(crate) fn retire(data_dir: &Path, kid: &str, until: UnixMs) -> Result<(), KeyError> {
    let ring = KeyRing::load(data_dir)?;
    let key = ring.signing(kid)?;
    make_room(data_dir, &ring, kid)?;
    RetiredKey::new(kid, &key.public, until).write(&keys_dir(data_dir))?;
    remove(data_dir, kid)
}

/// Makes a key void: it is in no key set any more, and tickets of it are refused. Where it was the one that
/// signs, a new one is made first.
///
/// # Errors
/// As [`retire`]; retired keys can be revoked, too.
pub(crate) fn revoke(data_dir: &Path, kid: &str) -> Result<(), KeyError> {
    let ring = KeyRing::load(data_dir)?;
    if let Some(retired) = ring.retired.iter().find(|key| key.kid == kid) {
        return retired.remove(&keys_dir(data_dir));
    }
    ring.signing(kid)?;
    make_room(data_dir, &ring, kid)?;
    remove(data_dir, kid)
}

/// True where a key of that id is known.
pub(crate) fn is_known(data_dir: &Path, kid: &str) -> Result<bool, KeyError> {
    let ring = KeyRing::load(data_dir)?;
    let retired = ring.retired.iter().any(|key| key.kid == kid);
    Ok(retired || ring.signing(kid).is_ok())
}

/// Makes a new key where `kid` is the one that signs.
fn make_room(data_dir: &Path, ring: &KeyRing, kid: &str) -> Result<(), KeyError> {
    let signs = ring.keys.first().is_some_and(|key| key.kid == kid);
    signs.then(|| rotate(data_dir)).transpose().map(drop)
}

fn remove(data_dir: &Path, kid: &str) -> Result<(), KeyError> {
    let path = ticket_file(data_dir, kid);
    fs::remove_file(&path).map_err(|source| KeyError::File { path, source })
}

fn ticket_file(data_dir: &Path, kid: &str) -> PathBuf {
    keys_dir(data_dir).join(format!("ticket-{kid}.pem"))
}

/// Every key, the newest first.
///
/// # Errors
/// When the folder can't be read or a file in it is no key.
pub fn list(data_dir: &Path) -> Result<Vec<KeyInfo>, KeyError> {
    let ring = KeyRing::load(data_dir)?;
    let info = |kid: &String, signs, verifies_until| KeyInfo {
        kid: kid.clone(),
        created_at: Uuid::parse_str(kid).map_or(UnixMs(0), made_at),
        signs,
        verifies_until,
    };
    let signing = ring.keys.iter().enumerate();
    let signing = signing.map(|(at, key)| info(&key.kid, at == 0, None));
    let retired = ring.retired.iter();
    let retired = retired.map(|key| info(&key.kid, false, Some(key.until)));
    Ok(signing.chain(retired).collect())
}

/// The public keys as a JWK set (RFC 7517), the newest first.
///
/// # Errors
/// As [`list`].
pub fn export(data_dir: &Path) -> Result<Value, KeyError> {
    Ok(KeyRing::load(data_dir)?.jwks(service::clock::now()))
}

/// The keys of one data directory, in memory.
pub(crate) struct KeyRing {
    keys: Vec<SigningKey>,
    retired: Vec<RetiredKey>,
}

struct SigningKey {
    kid: String,
    private: EncodingKey,
    public: Vec<u8>,
}

impl KeyRing {
    /// Reads the keys, and makes the first one where there is none.
    pub(crate) fn load_or_create(data_dir: &Path) -> Result<Self, KeyError> {
        let ring = Self::load(data_dir)?;
        if !ring.keys.is_empty() {
            return Ok(ring);
        }
        rotate(data_dir)?;
        Self::load(data_dir)
    }

    /// Reads the keys; there may be none.
    pub(crate) fn load(data_dir: &Path) -> Result<Self, KeyError> {
        let folder = keys_dir(data_dir);
        let file_error = |source| KeyError::File {
            path: folder.clone(),
            source,
        };
        let mut ring = Self {
            keys: Vec::new(),
            retired: Vec::new(),
        };
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ring),
            entries => entries.map_err(file_error)?,
        };
        for entry in entries {
            let path = entry.map_err(file_error)?.path();
            match kid_of(&path) {
                Some(kid) => ring.keys.extend(SigningKey::read(kid, &path)?),
                None => ring.retired.extend(RetiredKey::read(&path)?),
            }
        }
        ring.keys.sort_by(|a, b| b.kid.cmp(&a.kid));
        ring.retired.sort_by(|a, b| b.kid.cmp(&a.kid));
        Ok(ring)
    }

    /// Deletes retired keys whose time is over.
    pub(crate) fn prune(&self, data_dir: &Path, now: UnixMs) -> Result<(), KeyError> {
        let mut over = self.retired.iter().filter(|key| key.until <= now);
        over.try_for_each(|key| key.remove(&keys_dir(data_dir)))
    }

    fn signing(&self, kid: &str) -> Result<&SigningKey, KeyError> {
        let found = self.keys.iter().find(|key| key.kid == kid);
        found.ok_or_else(|| KeyError::Unknown(kid.to_owned()))
    }

    /// True while there is a key to sign with.
    pub(crate) fn can_sign(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Signs claims with the newest key.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> jsonwebtoken::errors::Result<String> {
        let key = self
            .keys
            .first()
            .ok_or(jsonwebtoken::errors::ErrorKind::InvalidEddsaKey)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.private)
    }

    /// The public keys as a JWK set, without retired ones whose time is over.
    pub(crate) fn jwks(&self, now: UnixMs) -> Value {
        let jwk = |kid: &str, x: &str| {
            json!({
                "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x,
            })
        };
        let signing = self.keys.iter();
        let signing = signing.map(|key| jwk(&key.kid, &URL_SAFE_NO_PAD.encode(&key.public)));
        // While a key is being retired it stands in both files.
        let retired = self.retired.iter().filter(|key| key.until > now);
        let retired = retired.filter(|key| self.signing(&key.kid).is_err());
        let retired = retired.map(|key| jwk(&key.kid, key.x()));
        json!({ "keys": signing.chain(retired).collect::<Vec<_>>() })
    }
}

impl SigningKey {
    /// Reads one; `None` where another process has just removed it.
    fn read(kid: String, path: &Path) -> Result<Option<Self>, KeyError> {
        let text = match secret_file::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|source| KeyError::File {
                path: path.to_owned(),
                source,
            })?,
        };
        let not_a_key = || KeyError::NotAKey(path.to_owned());
        let text = String::from_utf8(text).map_err(|_| not_a_key())?;
        let der = der(&text).ok_or_else(not_a_key)?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_| not_a_key())?;
        Ok(Some(Self {
            kid,
            public: pair.public_key().as_ref().to_vec(),
            private: EncodingKey::from_ed_der(&der),
        }))
    }
}

fn kid_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let kid = name.strip_prefix("ticket-")?.strip_suffix(".pem")?;
    Some(kid.to_owned())
}

fn pem(seed: &[u8; 32]) -> String {
    let der = [PKCS8_HEAD.as_slice(), seed].concat();
    // 48 bytes are 64 characters of base64: exactly one line.
    format!("{PEM_HEAD}\n{}\n{PEM_TAIL}\n", STANDARD.encode(der))
}

fn der(text: &str) -> Option<Vec<u8>> {
    let body = text.trim().strip_prefix(PEM_HEAD)?.strip_suffix(PEM_TAIL)?;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok()
}

fn made_at(id: Uuid) -> UnixMs {
    let (seconds, nanos) = id.get_timestamp().map_or((0, 0), |at| at.to_unix());
    UnixMs(i64::try_from(seconds).unwrap_or(0) * 1000 + i64::from(nanos) / 1_000_000)
}

#[cfg(test)]
mod tests;
