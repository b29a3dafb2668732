//! Rate limit for unknown join links, by address.
//!
//! A link is 256 bits that can't be guessed; the limit bounds what guessing costs the service. Only
//! unknown links are counted: whoever shares an address with a guesser still comes in with a good one.

use std::net::IpAddr;

use service::http::HttpError;
use service::limits::Limit;
use service::proxies::ClientAddr;

use crate::minute_limiter::MinuteLimiter;

/// Token buckets of unknown links, one an address. Loopback is not counted.
#[derive(Debug)]
pub(crate) struct JoinLinkThrottle(MinuteLimiter<IpAddr>);

impl JoinLinkThrottle {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self(MinuteLimiter::new(per_minute, Limit::WrongLinks))
    }

    /// Takes a token for an unknown link.
    ///
    /// # Errors
    /// 429 when there were too many of the address.
    pub(crate) fn count(&self, client: ClientAddr) -> Result<(), HttpError> {
        match client.counted() {
            Some(ip) => self.0.take(&ip),
            None => Ok(()),
        }
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
