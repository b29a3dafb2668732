//! How often an address may show a join link that nobody was given.
//!
//! A link is 256 bits that can't be guessed; the limit keeps those who try from being heard all the time.
//! It counts wrong links only: whoever shares an address with a guesser still comes in with a good one.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use service::clock::now;
use service::http::HttpError;
use service::limiter::{KeyedLimiter, Rate};
use service::limits::Limit;
use service::proxies::ClientAddr;

/// The bucket's ticks in a minute: it is told milliseconds, and a rate below one a second is not whole.
const SLOWER: i64 = 60;

/// Wrong links by address.
#[derive(Debug)]
pub(crate) struct Guesses(Mutex<KeyedLimiter<IpAddr>>);

impl Guesses {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self(Mutex::new(KeyedLimiter::new(Rate {
            per_second: per_minute,
            burst: per_minute,
        })))
    }

    /// Counts a wrong link.
    ///
    /// # Errors
    /// 429 when there were too many of the address.
    pub(crate) fn count(&self, client: ClientAddr) -> Result<(), HttpError> {
        let Some(ip) = client.counted() else {
            return Ok(());
        };
        // Time runs 60 times slower here, so that tokens a second are tokens a minute.
        let slow = wire::UnixMs(now().0 / SLOWER);
        // A bucket is one number: nothing can be half done.
        let mut limiter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        limiter.take(ip, slow).map_err(|slow_ms| {
            Limit::WrongLinks.hit();
            HttpError::rate_limited(slow_ms.saturating_mul(SLOWER.unsigned_abs()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_47_wrong_links_of_an_address_are_limited() {
        let guesses = Guesses::new(2);
        let from = |ip: &str| ClientAddr::direct(ip.parse().unwrap());
        assert!(guesses.count(from("192.0.2.1")).is_ok());
        assert!(guesses.count(from("192.0.2.1")).is_ok());
        let refused = guesses.count(from("192.0.2.1")).unwrap_err();
        assert_eq!(refused.status(), 429);
        let wait_ms = refused.problem().retry_after_ms.unwrap();
        assert!((20_000..=30_000).contains(&wait_ms), "{wait_ms}");
        assert!(guesses.count(from("192.0.2.2")).is_ok());
        for _ in 0..10 {
            assert!(guesses.count(from("127.0.0.1")).is_ok());
        }
    }
}
