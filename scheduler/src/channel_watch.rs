//! How a channel's last attempts went, since this process started: for operators, who are told whether it stands.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use scheduler_core::ChannelAnswer;
use wire::UnixMs;

/// Targets whose last attempts are kept: the ones that were called last.
const MAX_TARGETS: usize = 64;
/// How long an attempt speaks for its channel, in milliseconds: ten minutes.
const RECENT_MS: i64 = 600_000;

/// What one channel answered last.
#[derive(Default)]
pub(crate) struct ChannelWatch(Mutex<WatchedTargets>);

/// How a channel's last attempts went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SeenChannel {
    /// Whether the last attempt to any of its recent targets was taken, and since when that is so; none before the first.
    pub(crate) reachable: Option<(bool, UnixMs)>,
    pub(crate) last_success_at: Option<UnixMs>,
    pub(crate) last_failure: Option<(UnixMs, String)>,
}

/// One endpoint that answers 500 says nothing of the others: the channel is away only when each of them is.
#[derive(Default)]
struct WatchedTargets {
    seen: SeenChannel,
    /// The last attempt to each target, the newest last.
    last: VecDeque<LastAttempt>,
}

struct LastAttempt {
    /// None where the channel has one way out for all, as a mail server.
    target: Option<String>,
    is_taken: bool,
    at: UnixMs,
}

impl ChannelWatch {
    /// Notes what the channel made of one attempt to that target.
    pub(crate) fn note(&self, target: Option<&str>, answer: &ChannelAnswer, now: UnixMs) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watched.note(target, answer, now);
    }

    pub(crate) fn seen(&self) -> SeenChannel {
        let watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watched.seen.clone()
    }
}

impl WatchedTargets {
    fn note(&mut self, target: Option<&str>, answer: &ChannelAnswer, now: UnixMs) {
        let failure = match answer {
            // Nobody was asked.
            ChannelAnswer::Suppressed { .. } | ChannelAnswer::Postponed { .. } => return,
            // Where one person's device or address is gone, the other side said so.
            ChannelAnswer::Sent | ChannelAnswer::Taken { .. } | ChannelAnswer::Gone { .. } => None,
            ChannelAnswer::Retry { reason, .. }
            | ChannelAnswer::Refused { reason }
            | ChannelAnswer::Off { reason } => Some(reason.clone()),
        };
        self.last
            .retain(|one| one.target.as_deref() != target && now.since(one.at) < RECENT_MS);
        if self.last.len() >= MAX_TARGETS {
            self.last.pop_front();
        }
        self.last.push_back(LastAttempt {
            target: target.map(str::to_owned),
            is_taken: failure.is_none(),
            at: now,
        });
        let stands = self.last.iter().any(|one| one.is_taken);
        if self
            .seen
            .reachable
            .is_none_or(|(before, _)| before != stands)
        {
            self.seen.reachable = Some((stands, now));
        }
        match failure {
            Some(reason) => self.seen.last_failure = Some((now, reason)),
            None => self.seen.last_success_at = Some(now),
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
            watch.note(None, &answer, UnixMs(at));
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
        watch.note(None, &gone, UnixMs(4));
        assert_eq!(watch.seen().reachable, Some((true, UnixMs(4))));
    }

    #[test]
    fn sch_378_a_channel_is_away_only_when_each_of_its_recent_targets_fails() {
        let watch = ChannelWatch::default();
        let down = ChannelAnswer::Retry {
            after_ms: None,
            reason: "http_500".to_owned(),
        };
        let mut at = 0;
        let mut note = |target: &str, answer: &ChannelAnswer, at_ms: i64| {
            at += at_ms;
            watch.note(Some(target), answer, UnixMs(at));
            watch.seen().reachable.unwrap()
        };
        assert_eq!(note("a", &ChannelAnswer::Sent, 1), (true, UnixMs(1)));
        assert_eq!(note("b", &down, 1), (true, UnixMs(1)), "a answers");
        assert_eq!(note("a", &down, 1), (false, UnixMs(3)));
        assert_eq!(note("c", &ChannelAnswer::Sent, 1), (true, UnixMs(4)));
        let later = note("b", &down, RECENT_MS);
        assert_eq!(later, (false, UnixMs(4 + RECENT_MS)), "c was long ago");
        for n in 0..=MAX_TARGETS {
            note(&n.to_string(), &down, 1);
        }
        assert_eq!(watch.0.lock().unwrap().last.len(), MAX_TARGETS);
    }
}
