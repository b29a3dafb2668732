//! Public keys by their `kid` (RFC 7517, RFC 8037).

use std::collections::HashMap;

use jsonwebtoken::DecodingKey;
use serde::Deserialize;

/// Most keys of a set: the present one and those that still sign out.
const MAX_KEYS: usize = 32;
/// Bytes of an Ed25519 public key.
const ED25519_BYTES: usize = 32;

/// The keys that a ticket may be signed with. A `kid` is only ever looked up in this map.
#[derive(Clone, Default)]
pub struct KeySet {
    keys: HashMap<String, DecodingKey>,
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

#[derive(Deserialize)]
struct JwksDocument {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    kid: String,
    #[serde(default)]
    x: String,
}

impl KeySet {
    /// Reads a JWK set. Keys other than Ed25519 are passed over.
    ///
    /// # Errors
    /// When it is no JWK set, or has no Ed25519 key.
    pub fn from_jwks(json: &str) -> Result<Self, String> {
        let document: JwksDocument =
            serde_json::from_str(json).map_err(|error| format!("no JWK set: {error}"))?;
        let keys: HashMap<_, _> = document
            .keys
            .into_iter()
            .filter(|jwk| jwk.kty == "OKP" && jwk.crv == "Ed25519" && !jwk.kid.is_empty())
            .take(MAX_KEYS)
            .filter_map(|jwk| Some((jwk.kid, public_key(&jwk.x)?)))
            .collect();
        if keys.is_empty() {
            return Err("the JWK set has no Ed25519 key".to_owned());
        }
        Ok(Self { keys })
    }

    /// True when no key is in hand.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn get(&self, kid: &str) -> Option<&DecodingKey> {
        self.keys.get(kid)
    }
}

fn public_key(x: &str) -> Option<DecodingKey> {
    use base64::Engine;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(x)
        .ok()?;
    (bytes.len() == ED25519_BYTES).then(|| DecodingKey::from_ed_der(&bytes))
}
