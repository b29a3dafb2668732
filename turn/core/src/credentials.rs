//! TURN credentials that need no store (draft-uberti-behave-turn-rest; coturn's `use-auth-secret`): the user
//! name says until when and for whom, the password is its HMAC under a secret that both ends share.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use wire::{IceServer, UnixMs};

use crate::credential_holder::holder;
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
        password(self.0.as_bytes(), username)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn password(secret: &[u8], username: &str) -> String {
    STANDARD.encode(hmac_sha1(secret, &[username.as_bytes()]))
}

/// When a user name's credential ends, and whose it is.
pub(crate) fn read_username(username: &str) -> Option<(UnixMs, &str)> {
    let (seconds, person) = username.split_once(':')?;
    let is_number = !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = is_number.then(|| seconds.parse().ok())??;
    (!person.is_empty()).then_some((UnixMs(seconds.saturating_mul(1000)), person))
}

/// Issues credentials for the servers at `urls`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnCredentials {
    /// `stun:`, `turn:` and `turns:` addresses (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// The first signs; the servers know all of them, so that a new one can be put first in its time.
    pub secrets: Vec<Secret>,
}

impl TurnCredentials {
    /// What a person's `iceServers` get for one session: good for `ttl_ms`, rounded up to a second, and never
    /// past `latest_end`. Once that is past, only what needs no credential is left.
    #[must_use]
    pub fn ice_servers(
        &self,
        now: UnixMs,
        session: &str,
        user: &str,
        ttl_ms: i64,
        latest_end: UnixMs,
    ) -> Vec<IceServer> {
        let (stun, turn): (Vec<_>, Vec<_>) = self
            .urls
            .iter()
            .cloned()
            .partition(|url| url.starts_with("stun"));
        let mut servers = Vec::new();
        if !stun.is_empty() {
            servers.push(IceServer {
                urls: stun,
                username: None,
                credential: None,
            });
        }
        let expires_at = UnixMs(now.0.saturating_add(ttl_ms)).min(latest_end);
        if let Some(secret) = self.secrets.first()
            && !turn.is_empty()
            && expires_at > now
        {
            let seconds = (expires_at + 999).as_secs();
            let username = format!("{seconds}:{}", holder(secret, session, user));
            servers.push(IceServer {
                urls: turn,
                credential: Some(secret.password(&username)),
                username: Some(username),
            });
        }
        servers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: &str = "a-secret-of-at-least-thirty-two-bytes";

    #[test]
    fn trn_1_the_password_is_what_the_published_vector_says() {
        assert_eq!(
            password(b"north", "1433895918:user-id"),
            "IZopknJN3Y3qw2vMjBrT+EWmwU8="
        );
    }

    #[test]
    fn trn_1_a_credential_names_its_end_its_session_and_its_person() {
        let issuer = TurnCredentials {
            urls: vec!["stun:relay:3478".to_owned(), "turn:relay:3478".to_owned()],
            secrets: vec![Secret::new(NEW).unwrap()],
        };
        let latest_end = UnixMs(60_001);
        let servers = issuer.ice_servers(UnixMs(0), "s1", "ann", 600_000, latest_end);
        assert_eq!(servers.len(), 2);
        assert_eq!(servers[0].credential, None);
        let username = servers[1].username.clone().unwrap();
        let holder = holder(&issuer.secrets[0], "s1", "ann");
        assert_eq!(username, format!("61:{holder}"));
        assert_eq!(
            servers[1].credential,
            Some(password(NEW.as_bytes(), &username))
        );
        let over = issuer.ice_servers(latest_end, "s1", "ann", 600_000, latest_end);
        assert_eq!(
            over.len(),
            1,
            "a credential that has ended is not handed out"
        );
    }

    #[test]
    fn trn_51_a_credential_is_good_for_its_ttl_and_never_past_the_latest_end() {
        let issuer = TurnCredentials {
            urls: vec!["turn:relay:3478".to_owned()],
            secrets: vec![Secret::new(NEW).unwrap()],
        };
        let end_s = |now, ttl_ms, latest_end| {
            let servers = issuer.ice_servers(UnixMs(now), "s1", "ann", ttl_ms, UnixMs(latest_end));
            let username = servers.first()?.username.clone()?;
            Some(read_username(&username)?.0.as_secs())
        };
        assert_eq!(end_s(0, 600_000, 7_200_000), Some(600));
        assert_eq!(end_s(7_000_000, 600_000, 7_200_000), Some(7_200));
        assert_eq!(end_s(0, i64::MAX, 7_200_000), Some(7_200));
        assert_eq!(end_s(0, 0, 7_200_000), None);
        assert_eq!(end_s(7_200_000, 600_000, 7_200_000), None);
    }

    #[test]
    fn trn_2_a_secret_is_long_and_plain_and_shows_in_no_log() {
        assert_eq!(Secret::new(""), Err(SecretError::TooShort));
        assert_eq!(Secret::new(&"x".repeat(31)), Err(SecretError::TooShort));
        assert_eq!(
            Secret::new(&format!("{NEW} and a blank")),
            Err(SecretError::NotPlain)
        );
        assert_eq!(format!("{:?}", Secret::new(NEW)), "Ok(Secret(…))");
    }

    #[test]
    fn a_user_name_without_a_time_or_a_person_is_none() {
        assert_eq!(read_username("61:s.ann"), Some((UnixMs(61_000), "s.ann")));
        assert_eq!(read_username("61:a:b"), Some((UnixMs(61_000), "a:b")));
        for wrong in [
            "", "ann", ":ann", "61:", "+61:ann", "-1:ann", "6 1:ann", "soon:ann",
        ] {
            assert_eq!(read_username(wrong), None, "{wrong}");
        }
    }
}
