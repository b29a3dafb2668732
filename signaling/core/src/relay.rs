//! What one says to the other: checked in the order of the rules, then passed on untouched.

use wire::UnixMs;
use wire::signaling::{
    Answer, Candidate, Connected, Data, Offer, RelayedAnswer, RelayedCandidate, RelayedData,
    RelayedOffer,
};

use crate::candidate::{self, Verdict};
use crate::effects::Effects;
use crate::negotiation::{OfferMet, Round};
use crate::refusal::Refusal;
use crate::seat::{Side, other};
use crate::{Metric, Phase, Session, Timing, sdp};

/// Largest payload of `data`, in bytes of JSON.
const MAX_DATA_BYTES: usize = 4 * 1024;

impl Session {
    pub(crate) fn relay_offer(
        &mut self,
        side: Side,
        offer: Offer,
        fx: &mut Effects,
    ) -> Result<(), Refusal> {
        let bounds = self.sdp_bounds();
        let round = self.round_to_relay(side, offer.epoch)?;
        round.may_offer(side)?;
        let sdp = checked(offer.sdp, bounds, fx)?;
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
        let bounds = self.sdp_bounds();
        let round = self.round_to_relay(side, answer.epoch)?;
        round.may_answer(side)?;
        let sdp = checked(answer.sdp, bounds, fx)?;
        if round.answer_relayed(side) {
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
        let verdict = candidate::check(&frame.candidate, policy, loopback);
        if verdict != Ok(Verdict::End) && !round.count_candidate(side, max) {
            return Err(Refusal::TooManyCandidates);
        }
        let candidate = match verdict.map_err(Refusal::BadCandidate)? {
            Verdict::End | Verdict::AsItCame => frame.candidate,
            Verdict::Instead(candidate) => candidate,
            Verdict::Forbidden => {
                fx.count(Metric::CandidateStripped);
                return Ok(());
            }
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
        let took_ms = round.both_connected_after(now);
        self.seats[side].media_up_at.get_or_insert(now);
        if let Some(took_ms) = took_ms {
            fx.measure(Timing::BothConnected, took_ms);
        }
        fx.save_behind();
        if matches!(self.phase, Phase::Connecting { .. }) && self.negotiation.both_connected() {
            self.go_live(now, now, fx);
        }
        Ok(())
    }

    fn sdp_bounds(&self) -> sdp::Bounds {
        sdp::Bounds {
            policy: self.spec.ice,
            loopback: self.settings.loopback_candidates,
            max_candidates: self.settings.max_candidates,
        }
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

/// The description to relay.
fn checked(sdp: String, bounds: sdp::Bounds, fx: &mut Effects) -> Result<String, Refusal> {
    let checked = sdp::check(sdp, bounds).map_err(Refusal::BadSdp)?;
    for _ in 0..checked.stripped {
        fx.count(Metric::CandidateStripped);
    }
    Ok(checked.sdp)
}
