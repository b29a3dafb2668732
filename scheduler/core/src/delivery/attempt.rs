//! Attempts to send a delivery: whether it is still of use, and what an answer makes of it.

use wire::{NotificationKind, UnixMs};

use super::{Delivery, DeliveryContent, DeliveryState};
use crate::session::BookedSession;

/// Longest wait that the other side may ask for, in milliseconds: a day.
const MAX_WAIT_MS: i64 = 86_400_000;
/// How long one waits that a trouble of our own kept from being tried, in milliseconds.
const POSTPONED_MS: i64 = 1_000;
/// Waits with jitter are longer or shorter by up to this share of them, in percent.
const JITTER_PERCENT: u64 = 20;

/// What a channel says of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelAnswer {
    /// The other side has taken it.
    Sent,
    /// It has, and said so in a way that is kept.
    Taken {
        /// What was said, in a word.
        answer: String,
    },
    /// Not now: to be tried again.
    Retry {
        /// How long the other side asks to wait, in milliseconds.
        after_ms: Option<i64>,
        /// What was wrong.
        reason: String,
    },
    /// Where it was to go is there no more.
    Gone {
        /// What was said.
        reason: String,
    },
    /// The other side will never take it.
    Refused {
        /// What was said.
        reason: String,
    },
    /// Not sent, by what its person wants or by a limit of ours.
    Suppressed {
        /// What stood against it, in a word.
        reason: String,
    },
    /// This installation has no such channel any more: nobody was asked, and nobody will be.
    Off {
        /// Which, in a word.
        reason: String,
    },
    /// Nobody was asked, by a trouble of our own: it counts as no attempt, and is tried again soon.
    Postponed {
        /// What was wrong, in a word.
        reason: String,
    },
}

/// How long a channel waits after each attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackOff {
    /// The waits in milliseconds: one attempt more than there are waits.
    pub waits_ms: Vec<i64>,
    /// Whether each wait is drawn around its length, so that many that failed at once do not come back at once.
    pub jitter: bool,
}

/// How a delivery's row is to read once its claim is found to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryUpdate {
    /// Where it stands.
    pub state: DeliveryState,
    /// When a pending one is tried again.
    pub open_at: Option<UnixMs>,
    /// What was said to the last attempt of one that was taken, or is tried again.
    pub last_reason: Option<String>,
    /// Attempts so far, this one included if it was one.
    pub attempts: u32,
}

impl BackOff {
    /// Attempts in all.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        u32::try_from(self.waits_ms.len()).unwrap_or(u32::MAX - 1) + 1
    }

    /// The wait after that many attempts, in milliseconds; `None` after the last.
    fn wait_ms(&self, attempts: u32, random: u64) -> Option<i64> {
        let place = usize::try_from(attempts).ok()?.checked_sub(1)?;
        let wait_ms = *self.waits_ms.get(place)?;
        if !self.jitter {
            return Some(wait_ms);
        }
        let percent = 100 - JITTER_PERCENT + random % (2 * JITTER_PERCENT + 1);
        let percent = i64::try_from(percent).unwrap_or(100);
        Some(wait_ms.saturating_mul(percent) / 100)
    }
}

/// What an answer makes of a delivery that was claimed for the attempt. `random` spreads the waits of those that jitter.
#[must_use]
pub fn settle_delivery(
    now: UnixMs,
    delivery: &Delivery,
    answer: &ChannelAnswer,
    back_off: &BackOff,
    random: u64,
) -> DeliveryUpdate {
    let attempts = delivery.attempts;
    let over = |state| DeliveryUpdate {
        state,
        open_at: None,
        last_reason: None,
        attempts,
    };
    let (wait_ms, reason, attempts) = match answer {
        ChannelAnswer::Sent => return over(DeliveryState::Sent),
        ChannelAnswer::Taken { answer } => {
            return DeliveryUpdate {
                last_reason: Some(answer.clone()),
                ..over(DeliveryState::Sent)
            };
        }
        ChannelAnswer::Gone { reason } | ChannelAnswer::Refused { reason } => {
            return over(DeliveryState::Failed(reason.clone()));
        }
        ChannelAnswer::Suppressed { reason } => {
            return over(DeliveryState::Suppressed(reason.clone()));
        }
        ChannelAnswer::Off { reason } => return over(DeliveryState::Missed(reason.clone())),
        ChannelAnswer::Postponed { reason } => (POSTPONED_MS, reason, attempts.saturating_sub(1)),
        ChannelAnswer::Retry { after_ms, reason } => {
            let Some(wait_ms) = back_off.wait_ms(delivery.attempts_of_round(), random) else {
                return over(DeliveryState::Failed(reason.clone()));
            };
            let asked_ms = after_ms.unwrap_or(0).clamp(0, MAX_WAIT_MS);
            (wait_ms.max(asked_ms), reason, attempts)
        }
    };
    let open_at = now + wait_ms;
    if delivery.expires_at.is_some_and(|end| end <= open_at) {
        return over(DeliveryState::Missed(reason.clone()));
    }
    DeliveryUpdate {
        state: DeliveryState::Pending,
        open_at: Some(open_at),
        last_reason: Some(reason.clone()),
        attempts,
    }
}

impl Delivery {
    /// Attempts since it was planned, or sent again.
    fn attempts_of_round(&self) -> u32 {
        self.attempts.saturating_sub(self.attempts_before)
    }

    /// Why it is not to be sent now that its turn has come; `None` where it is. `session` is the one that it is about, as
    /// it is now.
    #[must_use]
    pub fn not_wanted(
        &self,
        now: UnixMs,
        session: Option<&BookedSession>,
        back_off: &BackOff,
    ) -> Option<DeliveryState> {
        let missed = |why: &str| Some(DeliveryState::Missed(why.to_owned()));
        if self.content == DeliveryContent::Absent {
            return missed("forgotten");
        }
        if self.attempts_of_round() >= back_off.attempts() {
            let why = "no attempt came to an answer";
            return Some(DeliveryState::Failed(why.to_owned()));
        }
        if let Some(why) = self.too_late_for(now, session) {
            return missed(why);
        }
        if self.is_of_read_messages() {
            return Some(DeliveryState::Suppressed("read".to_owned()));
        }
        match self.expires_at.is_some_and(|end| end <= now) {
            true => missed("too_late"),
            false => None,
        }
    }

    /// True where the messages that it tells of were read meanwhile.
    fn is_of_read_messages(&self) -> bool {
        match &self.content {
            DeliveryContent::Notification(told) => {
                told.kind == NotificationKind::MessageUnread && told.read_at.is_some()
            }
            DeliveryContent::Event(_) | DeliveryContent::Absent => false,
        }
    }

    /// Why a reminder, or the news that a lobby is open, is of no use any more.
    fn too_late_for(&self, now: UnixMs, session: Option<&BookedSession>) -> Option<&'static str> {
        let DeliveryContent::Notification(notification) = &self.content else {
            return None;
        };
        let is_of_a_start = matches!(
            notification.kind,
            NotificationKind::SessionReminder | NotificationKind::SessionOpened
        );
        if !is_of_a_start {
            return None;
        }
        let session = session?;
        if notification.starts_at != Some(session.terms.starts_at) {
            return Some("rescheduled");
        }
        if session.status().outcome().is_some() {
            return Some("session_over");
        }
        let is_reminder = notification.kind == NotificationKind::SessionReminder;
        (is_reminder && now >= session.terms.starts_at).then_some("session_started")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::booking::tests::NOW;
    use crate::delivery::planning::tests::reminder;
    use crate::settlement::tests::session;

    fn back_off(waits_ms: &[i64]) -> BackOff {
        BackOff {
            waits_ms: waits_ms.to_vec(),
            jitter: false,
        }
    }

    fn retry(after_ms: Option<i64>) -> ChannelAnswer {
        let reason = "busy".to_owned();
        ChannelAnswer::Retry { after_ms, reason }
    }

    #[test]
    fn sch_366_what_fails_is_tried_again_ever_later_and_given_up_in_the_end() {
        let waits = back_off(&[1_000, 30_000]);
        let mut delivery = reminder(&session());
        delivery.expires_at = None;
        let mut times = Vec::new();
        for attempts in 1..=3 {
            delivery.attempts = attempts;
            let update = settle_delivery(NOW, &delivery, &retry(None), &waits, 0);
            times.push(update.open_at.map(|at| at.since(NOW)));
            let over = DeliveryState::Failed("busy".to_owned());
            let expected = if attempts < 3 {
                DeliveryState::Pending
            } else {
                over
            };
            assert_eq!(update.state, expected);
        }
        assert_eq!(times, [Some(1_000), Some(30_000), None]);
        delivery.attempts = 3;
        let given_up = delivery.not_wanted(NOW, None, &waits).unwrap();
        assert_eq!(given_up.name(), "failed", "a claim that never ended counts");
    }

    #[test]
    fn sch_366_a_wait_that_is_asked_for_is_kept_and_none_reaches_beyond_the_end_of_use() {
        let waits = back_off(&[1_000]);
        let mut delivery = reminder(&session());
        delivery.attempts = 1;
        delivery.expires_at = Some(NOW + 60_000);
        let at = |answer| settle_delivery(NOW, &delivery, &answer, &waits, 0);
        assert_eq!(at(retry(Some(59_999))).open_at, Some(NOW + 59_999));
        assert_eq!(at(retry(Some(-5))).open_at, Some(NOW + 1_000));
        let late = at(retry(Some(60_000)));
        assert_eq!(late.state, DeliveryState::Missed("busy".to_owned()));
        delivery.expires_at = None;
        let far = settle_delivery(NOW, &delivery, &retry(Some(i64::MAX)), &waits, 0);
        assert_eq!(far.open_at, Some(NOW + MAX_WAIT_MS));
    }

    #[test]
    fn sch_366_a_trouble_of_our_own_is_no_attempt() {
        let mut delivery = reminder(&session());
        delivery.expires_at = None;
        delivery.attempts = 2;
        let reason = "storage_unavailable".to_owned();
        let answer = ChannelAnswer::Postponed { reason };
        let update = settle_delivery(NOW, &delivery, &answer, &back_off(&[60_000]), 0);
        assert_eq!((update.state, update.attempts), (DeliveryState::Pending, 1));
        assert_eq!(update.open_at, Some(NOW + POSTPONED_MS));
    }

    #[test]
    fn sch_393_what_goes_by_a_channel_that_is_off_is_missed_at_once() {
        let delivery = reminder(&session());
        let reason = "push_off".to_owned();
        let answer = ChannelAnswer::Off {
            reason: reason.clone(),
        };
        let update = settle_delivery(NOW, &delivery, &answer, &back_off(&[60_000]), 0);
        assert_eq!(update.state, DeliveryState::Missed(reason));
        assert_eq!(update.open_at, None);
    }

    #[test]
    fn sch_366_waits_with_jitter_stay_within_a_fifth_of_their_length() {
        let waits = BackOff {
            waits_ms: vec![1_000],
            jitter: true,
        };
        let drawn: Vec<_> = (0..200).map(|n| waits.wait_ms(1, n).unwrap()).collect();
        assert_eq!(drawn.iter().min(), Some(&800));
        assert_eq!(drawn.iter().max(), Some(&1_200));
        assert!(waits.wait_ms(1, u64::MAX).is_some());
    }

    #[test]
    fn sch_367_a_reminder_of_a_start_that_is_no_more_is_not_sent() {
        let waits = back_off(&[1_000]);
        let session = session();
        let start = session.terms.starts_at;
        let delivery = reminder(&session);
        let why = |now, session: Option<&BookedSession>| {
            let state = delivery.not_wanted(now, session, &waits);
            state.map(|state| state.reason().unwrap_or_default().to_owned())
        };
        assert_eq!(why(start - 1, Some(&session)), None);
        assert_eq!(
            why(start, Some(&session)).as_deref(),
            Some("session_started")
        );
        let mut moved = session.clone();
        moved.terms.starts_at = start + 1;
        assert_eq!(why(start - 1, Some(&moved)).as_deref(), Some("rescheduled"));
        let mut cancelled = session.clone();
        cancelled.cancelled = true;
        let over = why(start - 1, Some(&cancelled));
        assert_eq!(over.as_deref(), Some("session_over"));
        assert_eq!(why(start, None).as_deref(), Some("too_late"));
    }
}
