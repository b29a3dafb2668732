//! What a resume needs: the token, the last `seq` that came, the frames that are not acknowledged. And frames that the
//! service asked to send later.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use wire::signaling::{ClientFrame, Resume, Welcome};
use wire::{ErrorBody, ErrorCode};

use super::spans::delay;

/// Unacknowledged frames that are kept: a negotiation with its candidates, and below the service's burst of 200.
const MAX_BACKLOG: usize = 128;
/// With so many, nothing of the program's own is taken: the rest is for the negotiation.
const CONGESTED: usize = MAX_BACKLOG / 2;
/// Highest number of a frame that is believed: JSON of other clients is exact to there.
const MAX_ID: u64 = 1 << 53;
/// Delay before a rate-limited frame is sent again where the service names none.
const DEFAULT_RETRY: Duration = Duration::from_secs(1);

/// Numbers frames, keeps them until they are acknowledged, and knows which frames of the server are new.
#[derive(Debug, Default)]
pub(crate) struct FrameBacklog {
    token: Option<String>,
    last_seq: u64,
    last_id: u64,
    unanswered: VecDeque<(u64, ClientFrame)>,
    deferred: VecDeque<ClientFrame>,
    send_deferred_at: Option<Instant>,
}

impl FrameBacklog {
    /// The `resume` of `join`; none before the first `welcome`.
    pub(crate) fn resume(&self) -> Option<Resume> {
        let token = self.token.clone()?;
        let last_seq = self.last_seq;
        Some(Resume { token, last_seq })
    }

    /// The last `seq` that came.
    pub(crate) fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// The next join is fresh.
    pub(crate) fn forget_seat(&mut self) {
        *self = Self::default();
    }

    /// Numbers a frame and keeps it until it is acknowledged; an offer replaces an unacknowledged earlier one. None
    /// while earlier ones wait: it waits behind them.
    pub(crate) fn number(&mut self, frame: ClientFrame) -> Option<String> {
        if self.send_deferred_at.is_some() {
            push_bounded(&mut self.deferred, frame);
            return None;
        }
        self.last_id += 1;
        let text = frame.to_text(Some(("id", self.last_id)));
        if matches!(frame, ClientFrame::Offer(_)) {
            self.unanswered
                .retain(|(_, other)| !matches!(other, ClientFrame::Offer(_)));
        }
        push_bounded(&mut self.unanswered, (self.last_id, frame));
        Some(text)
    }

    /// Whether the program has to wait before it sends more.
    pub(crate) fn is_congested(&self) -> bool {
        self.unanswered.len() + self.deferred.len() >= CONGESTED
    }

    /// For `ok` and `error`: the frame of that number, if it was unacknowledged.
    pub(crate) fn acknowledge(&mut self, id: u64) -> Option<ClientFrame> {
        let found = self
            .unanswered
            .iter()
            .position(|(number, _)| *number == id)?;
        self.unanswered.remove(found).map(|(_, frame)| frame)
    }

    /// A numbered frame was refused. Where it was too much at once, it is sent again later, under a new number; else
    /// it is given back.
    pub(crate) fn refused(
        &mut self,
        id: u64,
        error: &ErrorBody,
        now: Instant,
    ) -> Option<ClientFrame> {
        let frame = self.acknowledge(id)?;
        if !matches!(
            error.code,
            ErrorCode::RateLimited | ErrorCode::QuotaExceeded
        ) {
            return Some(frame);
        }
        let wait = error.retry_after_ms.map_or(DEFAULT_RETRY, delay);
        self.send_deferred_at.get_or_insert(now + wait);
        push_bounded(&mut self.deferred, frame);
        None
    }

    /// When frames that wait are to be sent.
    pub(crate) fn send_deferred_at(&self) -> Option<Instant> {
        self.send_deferred_at
    }

    /// The frames that waited and are due, numbered, in their order.
    pub(crate) fn take_deferred(&mut self, now: Instant) -> Vec<String> {
        if self.send_deferred_at.is_none_or(|at| now < at) {
            return Vec::new();
        }
        self.send_deferred_at = None;
        let frames = std::mem::take(&mut self.deferred);
        frames
            .into_iter()
            .filter_map(|frame| self.number(frame))
            .collect()
    }

    /// Frames to send again, in order. Up to `last_id` they took effect, and those of another epoch are obsolete.
    /// After a resume that lost frames, descriptions go too: the other half of their exchange may be missing.
    pub(crate) fn welcomed(&mut self, welcome: &Welcome) -> Vec<String> {
        self.token = Some(welcome.resume_token.clone());
        self.last_id = self.last_id.max(welcome.last_id.min(MAX_ID));
        if !welcome.resumed {
            self.last_seq = 0;
        }
        self.unanswered.retain(|(id, frame)| {
            let half =
                !welcome.resumed && matches!(frame, ClientFrame::Offer(_) | ClientFrame::Answer(_));
            let is_current = epoch_of(frame).is_none_or(|epoch| Some(epoch) == welcome.epoch);
            *id > welcome.last_id && is_current && !half
        });
        let again = self.unanswered.iter();
        again
            .map(|(id, frame)| frame.to_text(Some(("id", *id))))
            .collect()
    }

    /// The socket was closed because of something that was sent on it: none of it is sent again, but for what no
    /// service refuses.
    pub(crate) fn give_up_unanswered(&mut self) -> Vec<ClientFrame> {
        let sent = std::mem::take(&mut self.unanswered);
        let (kept, refused): (VecDeque<_>, VecDeque<_>) = sent
            .into_iter()
            .partition(|(_, frame)| matches!(frame, ClientFrame::Connected(_)));
        self.unanswered = kept;
        refused.into_iter().map(|(_, frame)| frame).collect()
    }

    /// False for a frame that came before. Frames without `seq` are always new.
    pub(crate) fn is_new(&mut self, seq: Option<u64>) -> bool {
        let Some(seq) = seq else { return true };
        let is_new = seq > self.last_seq;
        self.last_seq = self.last_seq.max(seq);
        is_new
    }
}

fn push_bounded<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() == MAX_BACKLOG {
        queue.pop_front();
    }
    queue.push_back(item);
}

fn epoch_of(frame: &ClientFrame) -> Option<u64> {
    match frame {
        ClientFrame::Offer(offer) => Some(offer.epoch),
        ClientFrame::Answer(answer) => Some(answer.epoch),
        ClientFrame::Candidate(candidate) => Some(candidate.epoch),
        ClientFrame::Connected(connected) => Some(connected.epoch),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
