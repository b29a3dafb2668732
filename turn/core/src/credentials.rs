//! TURN credentials that need no store (draft-uberti-behave-turn-rest; coturn's `use-auth-secret`): the user
//! name says until when and for whom, the password is its HMAC under a secret that both ends share.

use wire::{IceServer, UnixMs};

use crate::Secret;
use crate::credential_holder::holder;

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
    use crate::SecretError;
    use crate::secret::password;

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
