//! How a channel's last attempts went, since this process started: for operators, who are told whether it stands.

use std::sync::{Mutex, PoisonError};

use scheduler_core::ChannelAnswer;
use wire::UnixMs;

/// What one channel answered last.
#[derive(Default)]
pub(crate) struct ChannelWatch(Mutex<SeenChannel>);

/// How a channel's last attempts went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SeenChannel {
    /// Whether the last one was taken, and since when each went so; none before the first.
    pub(crate) reachable: Option<(bool, UnixMs)>,
    pub(crate) last_success_at: Option<UnixMs>,
    pub(crate) last_failure: Option<(UnixMs, String)>,
}

impl ChannelWatch {
    /// Notes what the channel made of one attempt.
    pub(crate) fn note(&self, answer: &ChannelAnswer, now: UnixMs) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.note(answer, now);
    }

    pub(crate) fn seen(&self) -> SeenChannel {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }
}

impl SeenChannel {
    fn note(&mut self, answer: &ChannelAnswer, now: UnixMs) {
        let failure = match answer {
            // Nobody was asked.
            ChannelAnswer::Suppressed { .. } | ChannelAnswer::Postponed { .. } => return,
            // Where one person's device or address is gone, the other side said so.
            ChannelAnswer::Sent | ChannelAnswer::Gone { .. } => None,
            ChannelAnswer::Retry { reason, .. }
            | ChannelAnswer::Refused { reason }
            | ChannelAnswer::Off { reason } => Some(reason.clone()),
        };
        let is_taken = failure.is_none();
        if self.reachable.is_none_or(|(before, _)| before != is_taken) {
            self.reachable = Some((is_taken, now));
        }
        match failure {
            Some(reason) => self.last_failure = Some((now, reason)),
            None => self.last_success_at = Some(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_361_a_channel_stands_as_its_last_attempt_went_since_the_first_that_went_so() {
        let watch = ChannelWatch::default();
        let busy = "busy".to_owned();
        let retry = ChannelAnswer::Retry {
            after_ms: None,
            reason: busy.clone(),
        };
        assert_eq!(watch.seen(), SeenChannel::default());
        for (at, answer) in [(1, ChannelAnswer::Sent), (2, retry.clone()), (3, retry)] {
            watch.note(&answer, UnixMs(at));
        }
        let down = SeenChannel {
            reachable: Some((false, UnixMs(2))),
            last_success_at: Some(UnixMs(1)),
            last_failure: Some((UnixMs(3), busy)),
        };
        assert_eq!(watch.seen(), down);
        let gone = ChannelAnswer::Gone {
            reason: "no such mailbox".to_owned(),
        };
        watch.note(&gone, UnixMs(4));
        assert_eq!(watch.seen().reachable, Some((true, UnixMs(4))));
    }
}
