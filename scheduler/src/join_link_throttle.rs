//! Rate limit for unknown join links, by address.
//!
//! A link is 256 bits that can't be guessed; the limit bounds what guessing costs the service. Only
//! unknown links are counted: whoever shares an address with a guesser still comes in with a good one.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use service::clock::now;
use service::http::HttpError;
use service::limiter::{KeyedLimiter, Rate};
use service::limits::Limit;
use service::proxies::ClientAddr;

/// The limiter counts whole tokens a second. It is given the time divided by this, so that its second
/// lasts a minute and its rate is tokens a minute.
const SECONDS_PER_MINUTE: i64 = 60;

/// Token buckets of unknown links, one an address. Loopback is not counted.
#[derive(Debug)]
pub(crate) struct JoinLinkThrottle(Mutex<KeyedLimiter<IpAddr>>);

impl JoinLinkThrottle {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self(Mutex::new(KeyedLimiter::new(Rate {
            per_second: per_minute,
            burst: per_minute,
        })))
    }

    /// Takes a token for an unknown link.
    ///
    /// # Errors
    /// 429 when there were too many of the address.
    pub(crate) fn count(&self, client: ClientAddr) -> Result<(), HttpError> {
        let Some(ip) = client.counted() else {
            return Ok(());
        };
        let minute_as_second = wire::UnixMs(now().0 / SECONDS_PER_MINUTE);
        // A bucket is one number: nothing can be half done.
        let mut limiter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        limiter.take(&ip, minute_as_second).map_err(|wait_ms| {
            Limit::WrongLinks.hit();
            HttpError::rate_limited(wait_ms.saturating_mul(SECONDS_PER_MINUTE.unsigned_abs()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_47_wrong_links_of_an_address_are_limited() {
        let throttle = JoinLinkThrottle::new(2);
        let from = |ip: &str| ClientAddr::direct(ip.parse().unwrap());
        assert!(throttle.count(from("192.0.2.1")).is_ok());
        assert!(throttle.count(from("192.0.2.1")).is_ok());
        let refused = throttle.count(from("192.0.2.1")).unwrap_err();
        assert_eq!(refused.status(), 429);
        let wait_ms = refused.problem().retry_after_ms.unwrap();
        assert!((20_000..=30_000).contains(&wait_ms), "{wait_ms}");
        assert!(throttle.count(from("192.0.2.2")).is_ok());
        for _ in 0..10 {
            assert!(throttle.count(from("127.0.0.1")).is_ok());
        }
    }
}
