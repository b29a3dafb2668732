//! Nonces that need no memory: each says until when it is good, and is signed for one client address.

use wire::UnixMs;

use crate::stun::hmac_sha1;

/// How long a nonce is good, in milliseconds: a client that comes later is given a new one (438) and goes on.
const LIFE_MS: i64 = 600_000;
/// Hex digits of the time, in seconds.
const TIME_DIGITS: usize = 12;

/// Makes nonces and knows its own again.
#[derive(Clone)]
pub(crate) struct Nonces {
    key: [u8; 32],
}

impl std::fmt::Debug for Nonces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonces(…)")
    }
}

impl Nonces {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// One for the client whose address this text is.
    pub(crate) fn make(&self, now: UnixMs, client: &str) -> String {
        self.at((now + LIFE_MS).as_secs(), client)
    }

    /// True for one that was made for this client and has not run out.
    pub(crate) fn is_good(&self, now: UnixMs, client: &str, shown: &str) -> bool {
        let Some(until) = shown.get(..TIME_DIGITS) else {
            return false;
        };
        i64::from_str_radix(until, 16)
            .is_ok_and(|until| until >= now.as_secs() && self.at(until, client) == shown)
    }

    fn at(&self, until: i64, client: &str) -> String {
        let time = format!("{until:0TIME_DIGITS$x}");
        let mac = hmac_sha1(&self.key, &[time.as_bytes(), client.as_bytes()]);
        let half = mac[..8].iter().map(|byte| format!("{byte:02x}"));
        time.chars()
            .chain(half.collect::<String>().chars())
            .collect()
    }
}
