//! Negotiation epochs: which one is on, and who may do what in it.

use serde::{Deserialize, Serialize};
use wire::UnixMs;

use crate::candidate::CandidateType;
use crate::reject_reason::RejectReason;
use crate::seat::{Side, other};

/// The negotiations of a session.
#[derive(Debug, Default)]
pub(crate) struct Negotiation {
    last_epoch: u64,
    round: Option<Round>,
    /// Who joined fresh last, since the last round began.
    fresh: Option<Side>,
}

/// One negotiation, from its `negotiate` on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    /// The epoch that its frames carry.
    pub(crate) epoch: u64,
    /// Who offers first; none with a media server.
    pub(crate) offerer: Option<Side>,
    /// Who has reported `connected`.
    pub(crate) connected: [bool; 2],
    /// Whether an answer was relayed, so that either may offer.
    pub(crate) answered: bool,
    /// How many offers of each are to be answered. One may follow another before the answer to the
    /// first is here, and each is answered.
    offers: [u32; 2],
    /// How many candidates were relayed, by side and type.
    candidates: [[u32; CandidateType::COUNT]; 2],
    /// When it began; none where that was before a restart.
    began_at: Option<UnixMs>,
}

/// A negotiation as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedRound {
    /// The epoch of the negotiation.
    pub epoch: u64,
    /// Which seat offers first; none with a media server.
    #[serde(default)]
    pub offerer: Option<usize>,
    /// Whether an answer was relayed, so that either may offer.
    pub answered: bool,
    /// Which seats have reported `connected`.
    pub connected: [bool; 2],
}

/// What a relayed offer met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OfferOutcome {
    /// Nothing in its way.
    Nothing,
    /// An offer of the other side that is not answered.
    Glare,
}

impl Negotiation {
    /// A page without a PeerConnection took this seat: whatever was negotiated is void.
    pub(crate) fn joined_fresh(&mut self, side: Side) {
        self.round = None;
        self.fresh = Some(side);
    }

    /// A page came back whose frames are gone: what it has is good only if both were connected.
    pub(crate) fn came_back_without_frames(&mut self, side: Side) {
        if !self.both_connected() {
            self.joined_fresh(side);
        }
    }

    /// A seat is empty: nothing is negotiated with nobody.
    pub(crate) fn vacated(&mut self) {
        self.round = None;
    }

    /// Begins a round, if somebody joined fresh since the last one. Both must be in.
    pub(crate) fn begin(&mut self, now: UnixMs, with_offerer: bool) -> Option<Round> {
        let fresh = self.fresh.take()?;
        // Not below the clock, so that a lost write can't bring an old epoch back.
        let epoch = (self.last_epoch + 1).max(u64::try_from(now.0).unwrap_or(0));
        self.last_epoch = epoch;
        self.round = Some(Round {
            epoch,
            offerer: with_offerer.then_some(fresh),
            connected: [false; 2],
            answered: false,
            offers: [0; 2],
            candidates: Default::default(),
            began_at: Some(now),
        });
        self.round
    }

    /// The round that is on.
    pub(crate) fn round(&self) -> Option<&Round> {
        self.round.as_ref()
    }

    /// The round of a frame.
    ///
    /// # Errors
    /// When the frame is of any other epoch than the current one.
    pub(crate) fn round_of(&mut self, epoch: u64) -> Result<&mut Round, RejectReason> {
        let stale = RejectReason::StaleEpoch {
            epoch: self.last_epoch,
        };
        self.round
            .as_mut()
            .filter(|round| round.epoch == epoch)
            .ok_or(stale)
    }

    /// Whether media is up on both sides.
    pub(crate) fn both_connected(&self) -> bool {
        self.round
            .is_some_and(|round| round.connected == [true, true])
    }

    /// The highest epoch that there was, and the round, as a snapshot keeps them.
    pub(crate) fn save(&self) -> (u64, Option<SavedRound>) {
        let saved = self.round.map(|round| SavedRound {
            epoch: round.epoch,
            offerer: round.offerer,
            answered: round.answered,
            connected: round.connected,
        });
        (self.last_epoch, saved)
    }

    /// From a snapshot. Which offers are open is not in it, so that either's may be answered.
    pub(crate) fn restore(last_epoch: u64, saved: Option<SavedRound>) -> Self {
        let round = saved.map(|saved| Round {
            epoch: saved.epoch,
            offerer: saved.offerer,
            connected: saved.connected,
            answered: saved.answered,
            offers: [1; 2],
            candidates: Default::default(),
            began_at: None,
        });
        Self {
            last_epoch,
            round,
            fresh: None,
        }
    }
}

impl Round {
    /// Whether this side may offer.
    ///
    /// # Errors
    /// When the other side is to offer first, or nobody is.
    pub(crate) fn may_offer(&self, side: Side) -> Result<(), RejectReason> {
        let allowed = self.answered || self.offerer == Some(side);
        allowed.then_some(()).ok_or(RejectReason::NotYourTurn)
    }

    /// Notes an offer that is relayed.
    pub(crate) fn offered(&mut self, side: Side) -> OfferOutcome {
        if self.answered {
            // A renegotiation or an ICE restart gathers anew.
            self.candidates = Default::default();
        }
        self.offers[side] = self.offers[side].saturating_add(1);
        match self.offers[other(side)] {
            0 => OfferOutcome::Nothing,
            _ => OfferOutcome::Glare,
        }
    }

    /// Whether there is anything for this side to answer.
    ///
    /// # Errors
    /// When the other side has no offer open.
    pub(crate) fn may_answer(&self, side: Side) -> Result<(), RejectReason> {
        let any = self.offers[other(side)] > 0;
        any.then_some(()).ok_or(RejectReason::NotYourTurn)
    }

    /// Notes this side's answer, which is relayed; true for the round's first. Whoever answers has
    /// taken its own offer back.
    pub(crate) fn answer_relayed(&mut self, side: Side) -> bool {
        self.offers[side] = 0;
        self.offers[other(side)] = self.offers[other(side)].saturating_sub(1);
        !std::mem::replace(&mut self.answered, true)
    }

    /// How long it took until media was up on both sides, in milliseconds; none where it is not, or
    /// where nobody knows.
    pub(crate) fn both_connected_after(&self, now: UnixMs) -> Option<i64> {
        let both = self.connected == [true, true];
        self.began_at.filter(|_| both).map(|at| now.since(at))
    }

    /// Counts a candidate; false where it is one too many of its type.
    pub(crate) fn count_candidate(&mut self, side: Side, kind: CandidateType, max: u32) -> bool {
        let count = &mut self.candidates[side][kind as usize];
        let fits = *count < max;
        *count += u32::from(fits);
        fits
    }
}
