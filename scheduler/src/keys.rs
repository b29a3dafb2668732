//! The keys that sign tickets: one file each, `keys/ticket-<kid>.pem`, the newest signs.
//!
//! The scheduler is the only one that reads them. A `kid` is a UUIDv7, so the names sort by age.

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
}

/// Makes a new key, which signs from now on; a running scheduler takes it up within ten seconds.
///
/// # Errors
/// When the folder can't be written.
pub fn rotate(data_dir: &Path) -> Result<KeyInfo, KeyError> {
    let id = Uuid::now_v7();
    let path = keys_dir(data_dir).join(format!("ticket-{}.pem", id.simple()));
    let seed: [u8; 32] = rand::random();
    secret_file::create(&path, pem(&seed).as_bytes())
        .map_err(|source| KeyError::File { path, source })?;
    Ok(KeyInfo {
        kid: id.simple().to_string(),
        created_at: made_at(id),
        signs: true,
    })
}

/// Every key, the newest first.
///
/// # Errors
/// When the folder can't be read or a file in it is no key.
pub fn list(data_dir: &Path) -> Result<Vec<KeyInfo>, KeyError> {
    let ring = KeyRing::load(data_dir)?;
    let info = |(at, key): (usize, &SigningKey)| KeyInfo {
        kid: key.kid.clone(),
        created_at: Uuid::parse_str(&key.kid).map_or(UnixMs(0), made_at),
        signs: at == 0,
    };
    Ok(ring.keys.iter().enumerate().map(info).collect())
}

/// The public keys as a JWK set (RFC 7517), the newest first.
///
/// # Errors
/// As [`list`].
pub fn export(data_dir: &Path) -> Result<Value, KeyError> {
    Ok(KeyRing::load(data_dir)?.jwks())
}

/// The keys of one data directory, in memory.
pub(crate) struct KeyRing {
    keys: Vec<SigningKey>,
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

    fn load(data_dir: &Path) -> Result<Self, KeyError> {
        let folder = keys_dir(data_dir);
        let file_error = |source| KeyError::File {
            path: folder.clone(),
            source,
        };
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { keys: Vec::new() });
            }
            entries => entries.map_err(file_error)?,
        };
        let mut keys = Vec::new();
        for entry in entries {
            let path = entry.map_err(file_error)?.path();
            if let Some(kid) = kid_of(&path) {
                keys.push(SigningKey::read(kid, &path)?);
            }
        }
        keys.sort_by(|a, b| b.kid.cmp(&a.kid));
        Ok(Self { keys })
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

    /// The public keys as a JWK set.
    pub(crate) fn jwks(&self) -> Value {
        let jwk = |key: &SigningKey| {
            json!({
                "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
                "kid": key.kid, "x": URL_SAFE_NO_PAD.encode(&key.public),
            })
        };
        json!({ "keys": self.keys.iter().map(jwk).collect::<Vec<_>>() })
    }
}

impl SigningKey {
    fn read(kid: String, path: &Path) -> Result<Self, KeyError> {
        let text = secret_file::read(path).map_err(|source| KeyError::File {
            path: path.to_owned(),
            source,
        })?;
        let not_a_key = || KeyError::NotAKey(path.to_owned());
        let text = String::from_utf8(text).map_err(|_| not_a_key())?;
        let der = der(&text).ok_or_else(not_a_key)?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map_err(|_| not_a_key())?;
        Ok(Self {
            kid,
            public: pair.public_key().as_ref().to_vec(),
            private: EncodingKey::from_ed_der(&der),
        })
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
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};

    use super::*;

    #[test]
    fn sch_21_the_newest_key_signs_and_every_key_is_published() {
        let folder = tempfile::tempdir().unwrap();
        let first = KeyRing::load_or_create(folder.path()).unwrap();
        let old = list(folder.path()).unwrap().remove(0);
        let new = rotate(folder.path()).unwrap();
        let ring = KeyRing::load_or_create(folder.path()).unwrap();
        let claims = json!({"sub": "ana", "exp": 32_503_680_000_i64});
        for (token, kid) in [
            (first.sign(&claims), old.kid),
            (ring.sign(&claims), new.kid),
        ] {
            let token = token.unwrap();
            let header = jsonwebtoken::decode_header(&token).unwrap();
            assert_eq!(header.kid.as_deref(), Some(kid.as_str()));
            assert_eq!(header.alg, Algorithm::EdDSA);
            let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_value(ring.jwks()).unwrap();
            let key = DecodingKey::from_jwk(jwks.find(&kid).unwrap()).unwrap();
            let rules = Validation::new(Algorithm::EdDSA);
            assert!(jsonwebtoken::decode::<Value>(&token, &key, &rules).is_ok());
        }
        let signs: Vec<_> = list(folder.path())
            .unwrap()
            .iter()
            .map(|k| k.signs)
            .collect();
        assert_eq!(signs, [true, false]);
    }

    #[test]
    fn sch_21_a_file_that_is_no_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        rotate(folder.path()).unwrap();
        let path = keys_dir(folder.path()).join("ticket-x.pem");
        fs::write(&path, "hello").unwrap();
        let error = list(folder.path()).unwrap_err().to_string();
        assert!(error.contains("ticket-x.pem"), "{error}");
    }
}
