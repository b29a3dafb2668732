//! Along a room's messages, from the lowest `seq` on: each is judged by itself and beside the one before, and what is not
//! there is named.

use std::ops::RangeInclusive;

use super::{ChainAnchor, ChainHash, StoredMessage, Verdict};

/// How far one is along a room.
#[derive(Debug, Clone)]
pub struct ChainWalk {
    anchor: Option<ChainAnchor>,
    after: Option<u64>,
    last_seq: Option<u64>,
    /// The chain of the last message; `None` where nobody knows it.
    chain: Option<ChainHash>,
}

/// What was found of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainStep {
    /// The messages before it that are not there.
    pub missing: Option<RangeInclusive<u64>>,
    /// What becomes of itself.
    pub verdict: Verdict,
}

impl ChainWalk {
    /// Begins behind `after`, or wherever the first message is. Without the room's anchor no message can be told to be from
    /// before there were chains, and nothing before the first one to be missing.
    #[must_use]
    pub fn new(anchor: Option<ChainAnchor>, after: Option<u64>) -> Self {
        Self {
            anchor,
            after,
            last_seq: None,
            chain: None,
        }
    }

    /// Goes on to the next message that is there.
    pub fn step(&mut self, stored: &StoredMessage) -> ChainStep {
        let seq = stored.message.seq;
        let expected = match self.last_seq {
            Some(last) => Some(last + 1),
            None => self.first_expected(seq),
        };
        let missing = expected.filter(|expected| *expected < seq);
        let missing = missing.map(|expected| expected..=seq - 1);
        if missing.is_some() {
            self.chain = None;
        }
        let verdict = match stored.verdict(self.anchor) {
            Verdict::Sound if self.breaks(stored) => Verdict::Broken,
            verdict => verdict,
        };
        self.last_seq = Some(seq);
        self.chain = match verdict {
            Verdict::Corrupt => None,
            _ => stored.link.map(|link| link.chain),
        };
        ChainStep { missing, verdict }
    }

    /// What lies up to the anchor may have been pruned.
    fn first_expected(&self, first: u64) -> Option<u64> {
        let (after, anchor) = (self.after?, self.anchor?);
        (first > anchor.seq).then(|| after.max(anchor.seq) + 1)
    }

    fn breaks(&self, stored: &StoredMessage) -> bool {
        let first = self
            .anchor
            .filter(|anchor| anchor.seq + 1 == stored.message.seq);
        let before = first.map(|anchor| anchor.chain).or(self.chain);
        match (before, stored.link) {
            (Some(before), Some(link)) => link.previous != before,
            _ => false,
        }
    }
}
