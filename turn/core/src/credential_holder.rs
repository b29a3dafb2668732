//! Whose a credential is: the part of its user name behind the end, `session.person`. Both are tags of equal
//! length that name a session and a person to whoever knows the secret, and to nobody else: user names
//! cross the network in the clear.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Secret;
use crate::stun::hmac_sha1;

/// Bytes of a tag, 16 characters in base64: nobody finds two sessions with the same.
const TAG_BYTES: usize = 12;

/// The tag of a session.
pub(crate) fn session_tag(secret: &Secret, session: &str) -> String {
    tag(secret, &[b"session\0", session.as_bytes()])
}

/// The tags of a session and of a person in it. The person's is another in each session, so that nobody on
/// the way can follow one through several.
pub(crate) fn holder(secret: &Secret, session: &str, user: &str) -> String {
    // By the session's tag, so that no two pairs of ids are the same text.
    let session = session_tag(secret, session);
    let person = tag(secret, &[b"person\0", session.as_bytes(), user.as_bytes()]);
    format!("{session}.{person}")
}

/// The session's tag of a holder, if it has the form.
pub(crate) fn session_of(holder: &str) -> Option<&str> {
    Some(holder.split_once('.')?.0)
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
            ("a", "\0b"),
            ("a:1", "zo\u{eb}:"),
            (&long, &long),
        ] {
            let holder = holder(&secret, session, user);
            assert_eq!(holder.len(), 33);
            assert!(!holder.contains(':') && (!holder.contains(user) || user.len() < 3));
            assert_eq!(
                session_of(&holder),
                Some(session_tag(&secret, session).as_str())
            );
            assert!(seen.insert(holder), "{session} {user}");
        }
        let person = |session| holder(&secret, session, "ann").split_off(17);
        assert_ne!(person("s1"), person("s2"));
    }
}
