//! How much one application, one person and one operator's key may cause in an hour. What is counted is what
//! leaves a row behind, or a signature that somebody has to make; who reads is not counted.

use std::sync::{Mutex, PoisonError};

use service::clock::now;
use service::http::HttpError;
use service::limits::Limit;
use service::quota::{KeyedQuota, QuotaLimits};
use wire::{SessionId, UserId};

use crate::config::Limits;

/// Changes of groups by one person in an hour: one every six seconds. Each tells of up to 500 people.
const GROUP_CHANGES_PER_HOUR: u64 = 600;
/// Bytes in an hour where only items are counted.
const ANY_BYTES: u64 = u64::MAX;

/// All quotas of a running scheduler.
#[derive(Debug)]
pub(crate) struct SchedulerQuotas {
    sessions: CountedQuota<String>,
    changes: CountedQuota<String>,
    tickets: CountedQuota<String>,
    person_tickets: CountedQuota<(Option<SessionId>, UserId)>,
    operator_tickets: CountedQuota<String>,
    person_groups: CountedQuota<UserId>,
}

impl SchedulerQuotas {
    pub(crate) fn new(settings: Limits) -> Self {
        let stored = |items| (items, settings.bytes_per_hour);
        let counted = |items| (items, ANY_BYTES);
        let (application, person) = (Limit::QuotaPerApplication, Limit::QuotaPerPerson);
        Self {
            sessions: CountedQuota::new(stored(settings.sessions_per_hour), application),
            changes: CountedQuota::new(stored(settings.changes_per_hour), application),
            tickets: CountedQuota::new(counted(settings.tickets_per_hour), application),
            person_tickets: CountedQuota::new(counted(settings.person_tickets_per_hour), person),
            operator_tickets: CountedQuota::new(
                counted(settings.operator_tickets_per_hour),
                person,
            ),
            person_groups: CountedQuota::new(counted(GROUP_CHANGES_PER_HOUR), person),
        }
    }

    /// Counts a booking of so many bytes; 429 `quota_exceeded` where there is no room for it.
    pub(crate) fn book(&self, application: &str, bytes: usize) -> Result<(), HttpError> {
        self.sessions.take(application.to_owned(), bytes)
    }

    /// Counts a change of so many bytes, or a renewed link.
    pub(crate) fn change(&self, application: &str, bytes: usize) -> Result<(), HttpError> {
        self.changes.take(application.to_owned(), bytes)
    }

    /// Counts a ticket that an application asks for.
    pub(crate) fn application_ticket(&self, application: &str) -> Result<(), HttpError> {
        self.tickets.take(application.to_owned(), 0)
    }

    /// Counts a ticket that a person asks for, with a login or with the access to one session.
    pub(crate) fn person_ticket(
        &self,
        session: Option<&SessionId>,
        user: &UserId,
    ) -> Result<(), HttpError> {
        let key = (session.cloned(), user.clone());
        self.person_tickets.take(key, 0)
    }

    /// Counts a group that a person makes, or what they change of one.
    pub(crate) fn person_group(&self, user: &UserId) -> Result<(), HttpError> {
        self.person_groups.take(user.clone(), 0)
    }

    /// Counts a ticket that an operator's key asks for.
    pub(crate) fn operator_ticket(&self, key: &str) -> Result<(), HttpError> {
        self.operator_tickets.take(key.to_owned(), 0)
    }
}

/// One quota, and the name under which it is counted when it is used up.
#[derive(Debug)]
struct CountedQuota<K> {
    quota: Mutex<KeyedQuota<K>>,
    limit: Limit,
}

impl<K: Eq + std::hash::Hash> CountedQuota<K> {
    fn new((items_per_hour, bytes_per_hour): (u64, u64), limit: Limit) -> Self {
        let limits = QuotaLimits {
            items_per_hour,
            bytes_per_hour,
        };
        Self {
            quota: Mutex::new(KeyedQuota::new(limits)),
            limit,
        }
    }

    /// Checked and taken under one lock, so that of many at once no more pass than there is room for.
    fn take(&self, key: K, bytes: usize) -> Result<(), HttpError> {
        let (bytes, now) = (u64::try_from(bytes).unwrap_or(u64::MAX), now());
        // Buckets are numbers: nothing can be half done.
        let mut quota = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        let checked = quota.check(&key, bytes, now);
        checked.map_err(|exceeded| {
            self.limit.hit();
            HttpError::quota_exceeded(exceeded.retry_after_ms)
        })?;
        quota.take(key, bytes, now);
        Ok(())
    }
}
