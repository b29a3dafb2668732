//! The resume buffer of a seat: numbered frames that its page may have missed, and the tokens that ask for them.

use std::collections::VecDeque;
use std::sync::Arc;

use wire::signaling::ServerFrame;

use crate::input::TokenHash;

/// Room that a frame is taken to need beside what it carries, in bytes: names, times and ids.
const FRAME_BASE_BYTES: usize = 256;
/// Room that addresses, credentials and a media token take, or a booking, in bytes.
const ACCESS_BYTES: usize = 1_024;
/// Most tokens that a seat remembers as killed; each takeover adds at most two.
const MAX_DEAD_TOKENS: usize = 32;

/// How much of a seat's frames is buffered at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResumeLimits {
    pub(crate) frames: usize,
    /// By the estimate of [`frame_bytes`].
    pub(crate) bytes: usize,
}

/// The numbered frames of a seat that its page has not confirmed, oldest first.
#[derive(Debug, Default)]
pub(crate) struct ResumeBuffer {
    last_seq: u64,
    bytes: usize,
    frames: VecDeque<(u64, Arc<ServerFrame>)>,
}

impl ResumeBuffer {
    /// Numbers a frame and keeps it. The second value is true where older ones had to go for it.
    pub(crate) fn push(&mut self, frame: Arc<ServerFrame>, limits: ResumeLimits) -> (u64, bool) {
        self.last_seq += 1;
        self.bytes += frame_bytes(&frame);
        self.frames.push_back((self.last_seq, frame));
        let mut overflowed = false;
        while self.frames.len() > limits.frames || self.bytes > limits.bytes {
            self.drop_oldest();
            overflowed = true;
        }
        (self.last_seq, overflowed)
    }

    /// Frees what the page has taken.
    pub(crate) fn confirm(&mut self, last_seq: u64) {
        while self.frames.front().is_some_and(|(seq, _)| *seq <= last_seq) {
            self.drop_oldest();
        }
    }

    /// True where every frame after `last_seq` is still here.
    pub(crate) fn can_replay(&self, last_seq: u64) -> bool {
        let oldest = self
            .frames
            .front()
            .map_or(self.last_seq + 1, |(seq, _)| *seq);
        last_seq <= self.last_seq && last_seq + 1 >= oldest
    }

    /// The frames after `last_seq`.
    pub(crate) fn after(&self, last_seq: u64) -> impl Iterator<Item = &(u64, Arc<ServerFrame>)> {
        self.frames.iter().filter(move |(seq, _)| *seq > last_seq)
    }

    /// Bytes of all frames.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Frees all frames; the numbering goes on. False where there was none.
    pub(crate) fn drop_all(&mut self) -> bool {
        self.bytes = 0;
        !std::mem::take(&mut self.frames).is_empty()
    }

    fn drop_oldest(&mut self) {
        if let Some((_, frame)) = self.frames.pop_front() {
            self.bytes -= frame_bytes(&frame);
        }
        if self.frames.is_empty() {
            // A page that confirms leaves nothing behind, not even room.
            self.frames = VecDeque::new();
        }
    }
}

/// The resume tokens of a seat.
#[derive(Debug, Default)]
pub(crate) struct ResumeTokens {
    /// Newest first. The second one is what the page showed when it got the first: should that
    /// `welcome` be lost on the way, the page shows it again.
    live: Vec<ResumeToken>,
    /// Hashes of killed tokens, newest last.
    dead: VecDeque<TokenHash>,
}

#[derive(Debug, Clone, Copy)]
struct ResumeToken {
    hash: TokenHash,
    /// Whether its page counts in the numbering of the present stream.
    in_stream: bool,
}

/// What a token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenStatus {
    /// Its page is the seat's, and the stream is the one that it knows.
    InStream,
    /// Its page is the seat's, the stream is not.
    OutOfStream,
    /// Killed by a takeover.
    Dead,
    /// Never given out, or forgotten.
    Unknown,
}

impl ResumeTokens {
    pub(crate) fn status(&self, hash: &TokenHash) -> TokenStatus {
        match self.live.iter().find(|token| &token.hash == hash) {
            Some(token) if token.in_stream => TokenStatus::InStream,
            Some(_) => TokenStatus::OutOfStream,
            None if self.dead.contains(hash) => TokenStatus::Dead,
            None => TokenStatus::Unknown,
        }
    }

    /// The page that showed `shown` came back and is given `new`; true where its stream goes on.
    pub(crate) fn renew(&mut self, shown: TokenHash, new: TokenHash, stream_goes_on: bool) {
        self.live = vec![
            ResumeToken {
                hash: new,
                in_stream: true,
            },
            ResumeToken {
                hash: shown,
                in_stream: stream_goes_on,
            },
        ];
    }

    /// Another page, or the same one anew, has the seat: all older tokens die, but for the one that
    /// it showed itself, which is merely worth nothing. Gives the number of dead ones that had to go.
    pub(crate) fn replace(&mut self, shown: Option<TokenHash>, new: TokenHash) -> usize {
        let killed = self.live.iter().map(|token| token.hash);
        self.dead.extend(killed.filter(|hash| Some(*hash) != shown));
        let forgotten = self.dead.len().saturating_sub(MAX_DEAD_TOKENS);
        self.dead.drain(..forgotten);
        self.live = vec![ResumeToken {
            hash: new,
            in_stream: true,
        }];
        forgotten
    }

    /// The live ones, newest first, and the dead ones, newest last, as a snapshot keeps them.
    pub(crate) fn hashes(&self) -> (Vec<TokenHash>, Vec<TokenHash>) {
        let live = self.live.iter().map(|token| token.hash).collect();
        (live, self.dead.iter().copied().collect())
    }

    /// Tokens from a snapshot: their pages are known, their buffered frames are gone.
    pub(crate) fn restore(live: Vec<TokenHash>, dead: Vec<TokenHash>) -> Self {
        let out_of_stream = |hash| ResumeToken {
            hash,
            in_stream: false,
        };
        Self {
            live: live.into_iter().map(out_of_stream).collect(),
            dead: dead.into(),
        }
    }
}

fn frame_bytes(frame: &ServerFrame) -> usize {
    let payload = match frame {
        ServerFrame::RelayedOffer(offer) => offer.sdp.len(),
        ServerFrame::RelayedAnswer(answer) => answer.sdp.len(),
        ServerFrame::RelayedCandidate(candidate) => candidate.candidate.text().len(),
        ServerFrame::RelayedData(data) => data.payload.text().len(),
        ServerFrame::Negotiate(_) | ServerFrame::IceServers(_) | ServerFrame::Rescheduled(_) => {
            ACCESS_BYTES
        }
        _ => 0,
    };
    FRAME_BASE_BYTES + payload
}
