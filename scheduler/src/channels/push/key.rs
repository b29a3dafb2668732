//! Our key at push services: `keys/push.pem`, made when it is needed first. Browsers subscribe with its public half, and
//! what they subscribed to takes messages that are signed with it alone: without it all subscriptions are lost.

use std::path::Path;

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::Serialize;
use service::{StartError, secret_file};
use wire::UnixMs;

use crate::config::keys_dir;

const FILE: &str = "push.pem";
const PEM_HEAD: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_TAIL: &str = "-----END PRIVATE KEY-----";
/// How long a token is good for, in seconds: 12 hours, half of what RFC 8292 allows.
const TOKEN_LIFE_S: i64 = 12 * 3_600;

/// The key, in memory.
pub(super) struct VapidKey {
    private: EncodingKey,
    public: String,
}

/// Of a token for one push service (RFC 8292).
#[derive(Serialize)]
struct VapidClaims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

impl VapidKey {
    pub(super) fn load_or_create(data_dir: &Path) -> Result<Self, StartError> {
        let path = keys_dir(data_dir).join(FILE);
        let bytes =
            secret_file::read_or_create(&path, new_pem).map_err(|source| StartError::File {
                path: path.clone(),
                source,
            })?;
        Self::of_pem(&bytes).ok_or_else(|| {
            StartError::Config(format!("{} is no P-256 key in PKCS#8 PEM", path.display()))
        })
    }

    fn of_pem(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.trim();
        let body = text.strip_prefix(PEM_HEAD)?.strip_suffix(PEM_TAIL)?;
        let body: String = body.split_whitespace().collect();
        let der = STANDARD.decode(body).ok()?;
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random);
        Some(Self {
            public: URL_SAFE_NO_PAD.encode(pair.ok()?.public_key()),
            private: EncodingKey::from_ec_der(&der),
        })
    }

    /// The uncompressed point, in base64url.
    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// The value of `Authorization` for a push service of that origin, where it is `now`; `None` where the key can't sign.
    pub(super) fn authorization(
        &self,
        origin: &str,
        subject: &str,
        now: UnixMs,
    ) -> Option<HeaderValue> {
        let claims = VapidClaims {
            aud: origin,
            exp: now.0 / 1000 + TOKEN_LIFE_S,
            sub: subject,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.private);
        let line = format!("vapid t={}, k={}", token.ok()?, self.public);
        let mut value = HeaderValue::try_from(line).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

fn new_pem() -> Vec<u8> {
    let random = SystemRandom::new();
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
        .expect("the system has random bytes");
    let body = STANDARD.encode(der);
    let mut pem = format!("{PEM_HEAD}\n");
    for line in body.as_bytes().chunks(64) {
        pem.extend(line.iter().map(|byte| char::from(*byte)));
        pem.push('\n');
    }
    pem.push_str(PEM_TAIL);
    pem.push('\n');
    pem.into_bytes()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn sch_280_the_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = VapidKey::load_or_create(folder.path()).unwrap();
        let second = VapidKey::load_or_create(folder.path()).unwrap();
        assert_eq!(first.public(), second.public());
        let point = URL_SAFE_NO_PAD.decode(first.public()).unwrap();
        assert_eq!((point.len(), point[0]), (65, 4), "an uncompressed point");
        let path = keys_dir(folder.path()).join(FILE);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(&path, "hello").unwrap();
        let Err(StartError::Config(line)) = VapidKey::load_or_create(folder.path()) else {
            panic!("a text was taken for a key");
        };
        assert!(line.contains("push.pem is no P-256 key"), "{line}");
    }
}
