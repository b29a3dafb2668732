//! Whose a credential is: the part of its user name behind the end. It names a session and a person to
//! whoever knows the secret, and to nobody else: user names cross the network in the clear.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Secret;
use crate::stun::hmac_sha1;

/// Bytes of a tag: no two of a million sessions have the same but once in a universe.
const TAG_BYTES: usize = 12;
/// Characters of a tag in base64.
#[cfg(test)]
const TAG_CHARS: usize = 16;

/// The session of a credential, as it is written there: 16 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SessionTag(String);

impl SessionTag {
    pub(crate) fn new(secret: &Secret, session: &str) -> Self {
        Self(tag(secret, &[b"session\0", session.as_bytes()]))
    }
}

/// A session and a person, written `session.person` in tags of equal length, whatever their ids hold. The
/// person's tag is another in each session, so that nobody on the way can follow one through several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CredentialHolder {
    pub(crate) session: SessionTag,
    person: String,
}

impl CredentialHolder {
    pub(crate) fn new(secret: &Secret, session: &str, user: &str) -> Self {
        let parts = [b"person\0", session.as_bytes(), b"\0", user.as_bytes()];
        Self {
            session: SessionTag::new(secret, session),
            person: tag(secret, &parts),
        }
    }

    /// Reads what stands behind the end; `None` for a credential that somebody else issued under a secret of
    /// ours, which names nobody that we know.
    #[cfg(test)]
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (session, person) = text.split_once('.')?;
        let is_tag = |text: &str| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
            text.len() == TAG_CHARS && text.bytes().all(is_plain)
        };
        (is_tag(session) && is_tag(person)).then(|| Self {
            session: SessionTag(session.to_owned()),
            person: person.to_owned(),
        })
    }
}

impl fmt::Display for CredentialHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.session.0, self.person)
    }
}

fn tag(secret: &Secret, parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(&hmac_sha1(secret.as_bytes(), parts)[..TAG_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trn_52_a_user_name_carries_any_ids_in_as_many_characters_and_shows_none() {
        let secret = Secret::new("a-secret-of-at-least-thirty-two-bytes").unwrap();
        let long = "x".repeat(4_000);
        let mut seen = std::collections::BTreeSet::new();
        for (session, user) in [
            ("s1", "ann"),
            ("s1", "bo"),
            ("s2", "ann"),
            ("a.b", "c"),
            ("a", "b.c"),
            ("a\0", "b"),
            ("a:1", "zo\u{eb}:"),
            (&long, &long),
        ] {
            let holder = CredentialHolder::new(&secret, session, user);
            let text = holder.to_string();
            assert_eq!(text.len(), 33);
            assert!(!text.contains(':') && !text.contains(user) || user.len() < 3);
            assert_eq!(CredentialHolder::read(&text), Some(holder.clone()));
            assert_eq!(holder.session, SessionTag::new(&secret, session));
            assert!(seen.insert(text), "{session} {user}");
        }
        let [one, other] = ["ann", "bo"].map(|user| CredentialHolder::new(&secret, "s1", user));
        assert_eq!(one.session, other.session);
        let elsewhere = CredentialHolder::new(&secret, "s2", "ann");
        assert_ne!(one.person, elsewhere.person);
    }

    #[test]
    fn trn_52_a_credential_that_somebody_else_issued_names_nobody() {
        for text in [
            "",
            "ann",
            "s.ann",
            "a.b.c",
            "1234567890123456.123456789012345",
            "1234567890123456.12345678901234:6",
        ] {
            assert_eq!(CredentialHolder::read(text), None, "{text}");
        }
    }
}
