//! Unread messages, counted by room and quarter of an hour: one push or e-mail tells of all of them.
//!
//! The notification in the person's list stands for the messages and comes at once; what it stands for is unread while it
//! is. A digest that falls due tells of it elsewhere, unless it has been read by then.

use wire::{Notification, RoomId, UnixMs, UserId};

use crate::effects::Effects;
use crate::ids::NewId;
use crate::job::{Job, JobKind, JobPayload, JobState, JobSubject};
use crate::job_plan::{NewJob, PlannedJob};
use crate::notification::NewNotification;

/// How often a person is told of the unread messages of one room at most, in milliseconds.
pub const DIGEST_EVERY_MS: i64 = 900_000;

/// A message that somebody was not there to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadMessage {
    /// Where it was said.
    pub room: RoomId,
    /// Who was not there.
    pub user: UserId,
    /// The unread notification that stands for messages of this room already, if any does.
    pub notification_id: Option<String>,
    /// Their newest digest of this room, of this quarter or a later one, as it is stored.
    pub digest: Option<(Job, JobState)>,
}

impl UnreadMessage {
    /// The number of the quarter of an hour that is running.
    #[must_use]
    pub fn quarter(now: UnixMs) -> u64 {
        u64::try_from(now.0.div_euclid(DIGEST_EVERY_MS)).unwrap_or_default()
    }

    /// The notification, if there is a new one, and the message in the digest of its quarter of an hour.
    pub(crate) fn counted(
        self,
        new: Option<NewNotification>,
        now: UnixMs,
        new_id: NewId<'_>,
    ) -> Effects {
        let known = self.notification_id.clone();
        let stands_for_it = new.as_ref().map(|new| new.notification.id.clone());
        let mut effects = Effects {
            notifications: new.into_iter().collect(),
            ..Effects::default()
        };
        if let Some(id) = stands_for_it.or(known) {
            self.count(&mut effects, now, id, new_id);
        }
        effects
    }

    /// Counts the message in the digest that is open, or in a new one: that of the quarter that is running, or of the
    /// one after a digest that is over already, which a clock that was set back has to expect.
    fn count(self, effects: &mut Effects, now: UnixMs, notification_id: String, new_id: NewId<'_>) {
        let quarter = match self.digest {
            Some((job, JobState::Due | JobState::Claimed { .. })) => {
                let counted = count_of(&job, &notification_id);
                effects.job_payloads.push((
                    job.id,
                    JobPayload::Unread {
                        notification_id,
                        count: counted.saturating_add(1),
                    },
                ));
                return;
            }
            Some((over, _)) => over.revision + 1,
            None => Self::quarter(now),
        };
        effects.new_jobs.push(NewJob {
            id: new_id(),
            subject: JobSubject::Room(self.room),
            revision: quarter,
            planned: PlannedJob {
                kind: JobKind::UnreadDigest,
                user: Some(self.user),
                due_at: end_of(quarter),
                missed: None,
            },
            payload: Some(JobPayload::Unread {
                notification_id,
                count: 1,
            }),
        });
    }
}

fn end_of(quarter: u64) -> UnixMs {
    let number = i64::try_from(quarter).unwrap_or(i64::MAX / DIGEST_EVERY_MS - 1);
    UnixMs((number + 1) * DIGEST_EVERY_MS)
}

/// How many messages a digest has counted that the same notification stands for: those of one that was read are read.
fn count_of(job: &Job, notification_id: &str) -> u32 {
    match &job.payload {
        Some(JobPayload::Unread {
            notification_id: of,
            count,
        }) if of == notification_id => *count,
        _ => 0,
    }
}

/// Tells the job's person of the messages that `unread` stands for.
pub(crate) fn send_digest(now: UnixMs, job: &Job, unread: Notification) -> Effects {
    let (Some(user), Some(JobPayload::Unread { count, .. })) = (&job.user, &job.payload) else {
        return Effects::default();
    };
    Effects {
        digests: vec![NewNotification {
            user: user.clone(),
            cause: format!("job:{}", job.id),
            notification: Notification {
                created_at: now,
                count: Some(*count),
                ..unread
            },
        }],
        ..Effects::default()
    }
}

#[cfg(test)]
mod tests {
    use wire::NotificationKind;

    use super::*;
    use crate::settlement::tests::counted;

    const QUARTER: u64 = 2_111_111;
    const NOW: UnixMs = UnixMs(2_111_111 * DIGEST_EVERY_MS + 1);

    fn message(digest: Option<(Job, JobState)>) -> UnreadMessage {
        UnreadMessage {
            room: "r".into(),
            user: "bo".into(),
            notification_id: None,
            digest,
        }
    }

    fn counted_in(digest: Option<(Job, JobState)>, notification: &str) -> Effects {
        let mut effects = Effects::default();
        message(digest).count(&mut effects, NOW, notification.into(), &mut counted());
        effects
    }

    fn unread(notification: &str, count: u32) -> JobPayload {
        JobPayload::Unread {
            notification_id: notification.into(),
            count,
        }
    }

    fn stored(payload: JobPayload) -> Job {
        Job {
            id: "j".into(),
            subject: JobSubject::Room("r".into()),
            revision: QUARTER,
            kind: JobKind::UnreadDigest,
            user: Some("bo".into()),
            payload: Some(payload),
            due_at: end_of(QUARTER),
            term: 0,
            attempts: 0,
        }
    }

    #[test]
    fn sch_272_messages_of_a_quarter_are_counted_in_one_digest_that_is_due_at_its_end() {
        let first = counted_in(None, "n-1").new_jobs.remove(0);
        assert_eq!(first.revision, QUARTER);
        assert_eq!(first.planned.due_at.since(NOW), DIGEST_EVERY_MS - 1);
        assert_eq!(first.payload, Some(unread("n-1", 1)));
        let open = stored(unread("n-1", 4));
        for state in [JobState::Due, JobState::Claimed { until: NOW }] {
            let more = counted_in(Some((open.clone(), state)), "n-1");
            assert!(more.new_jobs.is_empty());
            assert_eq!(more.job_payloads, [("j".to_owned(), unread("n-1", 5))]);
        }
        // What it counted was read meanwhile.
        let again = counted_in(Some((open.clone(), JobState::Due)), "n-2");
        assert_eq!(again.job_payloads, [("j".to_owned(), unread("n-2", 1))]);
        // The clock was set back behind a digest that has gone out.
        let next = counted_in(Some((open, JobState::Done)), "n-1")
            .new_jobs
            .remove(0);
        assert_eq!(next.revision, QUARTER + 1);
    }

    #[test]
    fn sch_273_a_digest_tells_how_many_messages_wait_and_nothing_of_them() {
        let waiting = Notification {
            id: "n-1".into(),
            kind: NotificationKind::MessageUnread,
            created_at: NOW,
            session_id: Some("s".into()),
            gift_id: None,
            match_id: None,
            room_id: None,
            starts_at: None,
            with: Some("Ana".into()),
            count: None,
            read_at: None,
        };
        let sent = send_digest(NOW + 5, &stored(unread("n-1", 3)), waiting.clone());
        let [digest] = sent.digests.as_slice() else {
            panic!("{sent:?}");
        };
        assert_eq!(
            (digest.user.as_str(), digest.cause.as_str()),
            ("bo", "job:j")
        );
        assert_eq!(digest.notification.count, Some(3));
        assert_eq!(digest.notification.created_at, NOW + 5);
        assert_eq!(digest.notification.id, "n-1");
        assert!(
            sent.notifications.is_empty(),
            "it stands in the list already"
        );
    }
}
