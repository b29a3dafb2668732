//! What one says to the other: checked in the order of the rules, then passed on untouched.

use wire::UnixMs;
use wire::signaling::{
    Answer, Candidate, Connected, Data, Offer, RelayedAnswer, RelayedCandidate, RelayedData,
    RelayedOffer,
};

use crate::effects::Effects;
use crate::negotiation::{OfferMet, Round};
use crate::refusal::Refusal;
use crate::seat::{Side, other};
use crate::{Metric, Phase, Session, candidate, sdp};

/// Largest payload of `data`, in bytes of JSON.
const MAX_DATA_BYTES: usize = 4 * 1024;

impl Session {
    pub(crate) fn relay_offer(
        &mut self,
        side: Side,
        offer: Offer,
        fx: &mut Effects,
    ) -> Result<(), Refusal> {
        let policy = self.spec.ice;
        let round = self.round_to_relay(side, offer.epoch)?;
        round.may_offer(side)?;
        let sdp = sdp::check(offer.sdp, policy).map_err(Refusal::BadSdp)?;
        if round.offered(side) == OfferMet::Glare {
            fx.count(Metric::Glare);
        }
        let relayed = RelayedOffer {
            epoch: offer.epoch,
            sdp,
            from: self.user(side).clone(),
        };
        self.tell(other(side), relayed, fx);
        Ok(())
    }

    pub(crate) fn relay_answer(
        &mut self,
        side: Side,
        answer: Answer,
        fx: &mut Effects,
    ) -> Result<(), Refusal> {
        let policy = self.spec.ice;
        let round = self.round_to_relay(side, answer.epoch)?;
        round.may_answer(side)?;
        let sdp = sdp::check(answer.sdp, policy).map_err(Refusal::BadSdp)?;
        if round.answer_relayed() {
            fx.save_behind();
        }
        let relayed = RelayedAnswer {
            epoch: answer.epoch,
            sdp,
            from: self.user(side).clone(),
        };
        self.tell(other(side), relayed, fx);
        Ok(())
    }

    pub(crate) fn relay_candidate(
        &mut self,
        side: Side,
        frame: Candidate,
        fx: &mut Effects,
    ) -> Result<(), Refusal> {
        let (policy, loopback) = (self.spec.ice, self.settings.loopback_candidates);
        let max = self.settings.max_candidates;
        let round = self.round_to_relay(side, frame.epoch)?;
        if !frame.candidate.is_null() && !round.count_candidate(side, max) {
            return Err(Refusal::TooManyCandidates);
        }
        let passed =
            candidate::check(frame.candidate, policy, loopback).map_err(Refusal::BadCandidate)?;
        let Some(candidate) = passed else {
            fx.count(Metric::CandidateStripped);
            return Ok(());
        };
        let relayed = RelayedCandidate {
            epoch: frame.epoch,
            candidate,
            from: self.user(side).clone(),
        };
        self.tell(other(side), relayed, fx);
        Ok(())
    }

    pub(crate) fn relay_data(
        &mut self,
        side: Side,
        data: Data,
        fx: &mut Effects,
    ) -> Result<(), Refusal> {
        self.somebody_is_across(side)?;
        if data.payload.text().len() > MAX_DATA_BYTES {
            return Err(Refusal::DataTooLarge);
        }
        let relayed = RelayedData {
            payload: data.payload,
            from: self.user(side).clone(),
        };
        self.tell(other(side), relayed, fx);
        Ok(())
    }

    /// This side's media is up. The session goes live when both are, and the countdown is over.
    pub(crate) fn connected(
        &mut self,
        side: Side,
        connected: Connected,
        now: UnixMs,
        fx: &mut Effects,
    ) -> Result<(), Refusal> {
        self.somebody_is_across(side)?;
        let round = self.negotiation.round_of(connected.epoch)?;
        if std::mem::replace(&mut round.connected[side], true) {
            return Ok(());
        }
        fx.save_behind();
        if matches!(self.phase, Phase::Connecting { .. }) && self.negotiation.both_connected() {
            self.go_live(now, now, fx);
        }
        Ok(())
    }

    fn round_to_relay(&mut self, side: Side, epoch: u64) -> Result<&mut Round, Refusal> {
        if self.has_media_room() {
            return Err(Refusal::NotP2p);
        }
        self.somebody_is_across(side)?;
        self.negotiation.round_of(epoch)
    }

    fn somebody_is_across(&self, side: Side) -> Result<(), Refusal> {
        match self.seats[other(side)].is_empty() {
            true => Err(Refusal::PeerAbsent),
            false => Ok(()),
        }
    }
}
