//! What issuer and relay share, and nobody else.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::stun::hmac_sha1;

/// Bytes of the shortest secret: as many as a guess of 256 bits.
pub const MIN_SECRET_BYTES: usize = 32;

/// What issuer and relay share. Its text is in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

/// Why a text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretError {
    /// It has fewer than [`MIN_SECRET_BYTES`] bytes.
    TooShort,
    /// It holds something that a line of a configuration can't carry as it is.
    NotPlain,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretError::TooShort => write!(f, "is shorter than {MIN_SECRET_BYTES} bytes"),
            SecretError::NotPlain => {
                f.write_str("holds a blank, a quote, a # or something that is not printable ASCII")
            }
        }
    }
}

impl std::error::Error for SecretError {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// Takes a text that is long enough and can stand in coturn's configuration.
    ///
    /// # Errors
    /// When it can't.
    pub fn new(text: &str) -> Result<Self, SecretError> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'#\\".contains(&byte);
        if text.len() < MIN_SECRET_BYTES {
            return Err(SecretError::TooShort);
        }
        if !text.bytes().all(is_plain) {
            return Err(SecretError::NotPlain);
        }
        Ok(Self(text.into()))
    }

    /// The text, for a configuration that is to hold it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The password that goes with a user name.
    #[must_use]
    pub fn password(&self, username: &str) -> String {
        password(self.as_bytes(), username)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The password of a user name under a secret of any length.
pub(crate) fn password(secret: &[u8], username: &str) -> String {
    STANDARD.encode(hmac_sha1(secret, &[username.as_bytes()]))
}
