//! How often somebody may sign up, try a password, and search, in memory.

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use scheduler_core::EmailAddress;
use service::clock::now;
use service::http::HttpError;
use service::limits::Limit;
use service::proxies::ClientAddr;
use service::quota::{KeyedQuota, QuotaLimits};
use wire::{UnixMs, UserId};

use crate::config::Limits;

/// Minutes of an hour: by so much faster passes the time of what is counted by the minute.
const MINUTES: i64 = 60;

/// What is counted, each by its key. Addresses of the loopback are not, unless a trusted proxy names them.
pub(crate) struct AccountThrottle {
    signups: Throttle<IpAddr>,
    logins_of_account: Throttle<String>,
    logins_from: Throttle<IpAddr>,
    searches: Throttle<UserId>,
    exports: Throttle<UserId>,
    resets: Throttle<IpAddr>,
}

/// A try to log in that is counted. It is given back where it was right.
pub(crate) struct CountedTry<'a> {
    throttle: &'a AccountThrottle,
    account: String,
    from: Option<IpAddr>,
}

impl AccountThrottle {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            signups: Throttle::new(limits.signups_per_hour, 1, Limit::Signups),
            logins_of_account: Throttle::new(limits.logins_per_hour, 1, Limit::Logins),
            logins_from: Throttle::new(limits.logins_per_address, 1, Limit::Logins),
            resets: Throttle::new(limits.resets_per_hour, 1, Limit::Mails),
            searches: Throttle::new(limits.searches_per_minute, MINUTES, Limit::Searches),
            exports: Throttle::new(limits.exports_per_hour, 1, Limit::Exports),
        }
    }

    /// Counts a sign-up; 429 where the address had too many.
    pub(crate) fn signup(&self, client: ClientAddr) -> Result<(), HttpError> {
        match client.counted() {
            Some(ip) => self.signups.take(ip),
            None => Ok(()),
        }
    }

    /// Counts a try of a password; 429 where the account or the client had too many that were wrong.
    pub(crate) fn login(
        &self,
        email: &EmailAddress,
        client: ClientAddr,
    ) -> Result<CountedTry<'_>, HttpError> {
        let (account, from) = (email.key().to_owned(), client.counted());
        if let Some(ip) = from {
            self.logins_from.take(ip)?;
        }
        self.logins_of_account.take(account.clone())?;
        Ok(CountedTry {
            throttle: self,
            account,
            from,
        })
    }

    /// Counts a password that is to be reset; 429 where the address asked for too many.
    pub(crate) fn reset(&self, client: ClientAddr) -> Result<(), HttpError> {
        match client.counted() {
            Some(ip) => self.resets.take(ip),
            None => Ok(()),
        }
    }

    /// Counts a search for people.
    pub(crate) fn search(&self, user: &UserId) -> Result<(), HttpError> {
        self.searches.take(user.clone())
    }

    /// Counts an export of everything that is stored of a person.
    pub(crate) fn export(&self, user: &UserId) -> Result<(), HttpError> {
        self.exports.take(user.clone())
    }
}

impl CountedTry<'_> {
    /// The password was right: nothing is counted.
    pub(crate) fn was_right(self) {
        self.throttle.logins_of_account.give_back(&self.account);
        if let Some(ip) = self.from {
            self.throttle.logins_from.give_back(&ip);
        }
    }
}

/// So many of something for each key, in an hour or in a minute.
struct Throttle<K> {
    quota: Mutex<KeyedQuota<K>>,
    /// How many times faster than an hour.
    speed: i64,
    limit: Limit,
}

impl<K: Eq + Hash> Throttle<K> {
    fn new(items: u64, speed: i64, limit: Limit) -> Self {
        let limits = QuotaLimits {
            items_per_hour: items,
            bytes_per_hour: u64::MAX,
        };
        Self {
            quota: Mutex::new(KeyedQuota::new(limits)),
            speed,
            limit,
        }
    }

    /// Checked and taken under one lock, so that of many at once no more pass than there is room for.
    fn take(&self, key: K) -> Result<(), HttpError> {
        let now = UnixMs(now().0.saturating_mul(self.speed));
        // Buckets are numbers: nothing can be half done.
        let mut quota = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        quota.check(&key, 0, now).map_err(|exceeded| {
            self.limit.hit();
            let wait_ms = exceeded.retry_after_ms.div_ceil(self.speed.unsigned_abs());
            HttpError::rate_limited(wait_ms)
        })?;
        quota.take(key, 0, now);
        Ok(())
    }

    fn give_back(&self, key: &K) {
        let mut quota = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        quota.give_back(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle() -> AccountThrottle {
        AccountThrottle::new(&Limits {
            signups_per_hour: 5,
            logins_per_hour: 3,
            logins_per_address: 4,
            searches_per_minute: 30,
            ..Limits::default()
        })
    }

    fn from(ip: &str) -> ClientAddr {
        ClientAddr::direct(ip.parse().unwrap())
    }

    fn account(name: &str) -> EmailAddress {
        EmailAddress::parse(&format!("{name}@example.org")).unwrap()
    }

    #[test]
    fn sch_131_five_sign_ups_an_hour_come_from_one_address() {
        let throttle = throttle();
        for _ in 0..5 {
            throttle.signup(from("192.0.2.1")).unwrap();
        }
        let refused = throttle.signup(from("192.0.2.1")).unwrap_err();
        assert_eq!(refused.status(), 429);
        let wait_ms = refused.problem().retry_after_ms.unwrap();
        assert!((600_000..=720_000).contains(&wait_ms), "{wait_ms}");
        throttle.signup(from("192.0.2.2")).unwrap();
        for _ in 0..20 {
            throttle.signup(from("127.0.0.1")).unwrap();
        }
    }

    #[test]
    fn sch_134_wrong_passwords_are_limited_by_account_and_by_address_and_right_ones_are_not() {
        let throttle = throttle();
        for _ in 0..20 {
            let tried = throttle.login(&account("ana"), from("192.0.2.1"));
            tried.unwrap().was_right();
        }
        for at in 1..=3 {
            let client = from(&format!("192.0.2.{at}"));
            drop(throttle.login(&account("ana"), client).unwrap());
        }
        let refused = throttle.login(&account("ANA"), from("127.0.0.1"));
        assert_eq!(refused.err().unwrap().status(), 429);
        for at in 0..3 {
            let other = account(&format!("other{at}"));
            drop(throttle.login(&other, from("192.0.2.1")).unwrap());
        }
        let refused = throttle.login(&account("other9"), from("192.0.2.1"));
        assert_eq!(refused.err().unwrap().status(), 429);
    }

    #[test]
    fn sch_137_a_person_searches_thirty_times_a_minute() {
        let throttle = throttle();
        for _ in 0..30 {
            throttle.search(&"ana".into()).unwrap();
        }
        let refused = throttle.search(&"ana".into()).unwrap_err();
        let wait_ms = refused.problem().retry_after_ms.unwrap();
        assert!((1..=2_000).contains(&wait_ms), "{wait_ms}");
        throttle.search(&"bo".into()).unwrap();
    }
}
