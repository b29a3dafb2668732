//! How much one person, one room and one application may store in an hour, and one room at all.

use std::sync::{Mutex, MutexGuard, PoisonError};

use service::limits::Limit;
use service::quota::{KeyedQuota, QuotaExceeded, QuotaLimits};
use wire::{RoomId, UnixMs, UserId};

use crate::config::{FeedSettings, Limits};

/// All quotas of a running service. The store actor alone asks them, one message after the other.
#[derive(Debug)]
pub(crate) struct MessageQuotas {
    people: KeyedQuota<UserId>,
    rooms: KeyedQuota<RoomId>,
    applications: KeyedQuota<String>,
    /// What the texts of one room may come to, which its store counts.
    pub(crate) room_bytes: u64,
}

impl MessageQuotas {
    pub(crate) fn new(limits: &Limits) -> Self {
        let quota = |items_per_hour, bytes_per_hour| QuotaLimits {
            items_per_hour,
            bytes_per_hour,
        };
        Self {
            people: KeyedQuota::new(quota(
                limits.person_messages_per_hour,
                limits.person_bytes_per_hour,
            )),
            rooms: KeyedQuota::new(quota(
                limits.room_messages_per_hour,
                limits.room_bytes_per_hour,
            )),
            applications: KeyedQuota::new(quota(
                limits.application_messages_per_hour,
                limits.application_bytes_per_hour,
            )),
            room_bytes: limits.room_bytes,
        }
    }

    /// Counts a message of so many bytes. Nothing is counted where one of the quotas is used up.
    ///
    /// # Errors
    /// When it is: how long until there is room again.
    pub(crate) fn take(
        &mut self,
        (user, room, application): (&UserId, &RoomId, Option<&String>),
        bytes: usize,
        now: UnixMs,
    ) -> Result<(), QuotaExceeded> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let of_application =
            application.map_or(Ok(()), |key| self.applications.check(key, bytes, now));
        let checked = [
            (self.people.check(user, bytes, now), Limit::QuotaPerPerson),
            (self.rooms.check(room, bytes, now), Limit::QuotaPerRoom),
            (of_application, Limit::QuotaPerApplication),
        ];
        for (outcome, limit) in checked {
            outcome.inspect_err(|_| limit.hit())?;
        }
        self.people.take(user.clone(), bytes, now);
        self.rooms.take(room.clone(), bytes, now);
        if let Some(application) = application {
            self.applications.take(application.clone(), bytes, now);
        }
        Ok(())
    }
}

/// How often one person does something in an hour.
#[derive(Debug)]
pub(crate) struct HourlyQuota {
    limit: Limit,
    people: Mutex<KeyedQuota<UserId>>,
}

impl HourlyQuota {
    /// Of pages of an export: each may look at thousands of messages.
    pub(crate) fn of_exports(limits: &Limits) -> Self {
        Self::new(Limit::Exports, limits.export_pages_per_hour)
    }

    /// Of posts: each is put into the feeds of all who follow.
    pub(crate) fn of_posts(settings: &FeedSettings) -> Self {
        Self::new(Limit::Posts, settings.posts_per_hour)
    }

    fn new(limit: Limit, items_per_hour: u64) -> Self {
        let limits = QuotaLimits {
            items_per_hour,
            bytes_per_hour: u64::MAX,
        };
        Self {
            limit,
            people: Mutex::new(KeyedQuota::new(limits)),
        }
    }

    /// Counts one.
    ///
    /// # Errors
    /// When there were too many: how long until there may be another.
    pub(crate) fn take(&self, user: &UserId, now: UnixMs) -> Result<(), QuotaExceeded> {
        let mut people = self.people();
        let checked = people.check(user, 0, now);
        checked.inspect_err(|_| self.limit.hit())?;
        people.take(user.clone(), 0, now);
        Ok(())
    }

    /// Takes back that one was counted: it came to nothing.
    pub(crate) fn give_back(&self, user: &UserId) {
        self.people().give_back(user);
    }

    fn people(&self) -> MutexGuard<'_, KeyedQuota<UserId>> {
        // A bucket is a few numbers: whoever panics leaves nothing half done.
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_000_000);

    fn limits() -> Limits {
        Limits {
            person_messages_per_hour: 2,
            room_messages_per_hour: 3,
            application_bytes_per_hour: 100,
            ..Limits::default()
        }
    }

    #[test]
    fn cht_64_messages_and_bytes_are_counted_by_person_room_and_application() {
        let mut quotas = MessageQuotas::new(&limits());
        let (shop, other) = ("shop".to_owned(), "other".to_owned());
        let mut take = |user: &str, room: &str, application: Option<&String>, bytes| {
            quotas.take(
                (&UserId::from(user), &RoomId(room.to_owned()), application),
                bytes,
                NOW,
            )
        };
        assert_eq!(take("ann", "r1", Some(&shop), 10), Ok(()));
        assert_eq!(take("ann", "r1", Some(&shop), 10), Ok(()));
        let wait = take("ann", "r2", Some(&shop), 10)
            .unwrap_err()
            .retry_after_ms;
        assert_eq!(wait, 30 * 60 * 1_000, "two an hour");
        assert_eq!(take("bo", "r1", None, 10), Ok(()));
        assert!(take("cleo", "r1", None, 10).is_err(), "three in a room");
        assert!(
            take("cleo", "r2", Some(&shop), 90).is_err(),
            "100 bytes of an application"
        );
        assert_eq!(take("cleo", "r2", Some(&other), 90), Ok(()));
        assert_eq!(
            take("cleo", "r3", Some(&shop), 80),
            Ok(()),
            "what was refused was not counted"
        );
    }
}
