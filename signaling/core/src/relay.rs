//! Frames that one person sends to the other: checked, then relayed unchanged.

use wire::UnixMs;
use wire::signaling::{
    Answer, Candidate, Connected, Data, Offer, RelayedAnswer, RelayedCandidate, RelayedData,
    RelayedOffer,
};

use crate::candidate::{self, CandidateDecision, CandidateType};
use crate::negotiation::{OfferOutcome, Round};
use crate::reject_reason::RejectReason;
use crate::seat::{Side, other};
use crate::step_outputs::StepOutputs;
use crate::{Session, SessionMetric, SessionPhase, SessionTiming, sdp};

/// Largest payload of `data`, in bytes of JSON.
const MAX_DATA_BYTES: usize = 4 * 1024;

impl Session {
    pub(crate) fn relay_offer(
        &mut self,
        side: Side,
        offer: Offer,
        out: &mut StepOutputs,
    ) -> Result<(), RejectReason> {
        let limits = self.sdp_limits();
        let round = self.round_to_relay(side, offer.epoch)?;
        round.may_offer(side)?;
        let sdp = checked(offer.sdp, limits, out)?;
        if round.offered(side) == OfferOutcome::Glare {
            out.count(SessionMetric::Glare);
        }
        let relayed = RelayedOffer {
            epoch: offer.epoch,
            sdp,
            from: self.user(side).clone(),
        };
        self.send_to(other(side), relayed, out);
        Ok(())
    }

    pub(crate) fn relay_answer(
        &mut self,
        side: Side,
        answer: Answer,
        out: &mut StepOutputs,
    ) -> Result<(), RejectReason> {
        let limits = self.sdp_limits();
        let round = self.round_to_relay(side, answer.epoch)?;
        round.may_answer(side)?;
        let sdp = checked(answer.sdp, limits, out)?;
        if round.answer_relayed(side) {
            out.save_behind();
        }
        let relayed = RelayedAnswer {
            epoch: answer.epoch,
            sdp,
            from: self.user(side).clone(),
        };
        self.send_to(other(side), relayed, out);
        Ok(())
    }

    pub(crate) fn relay_candidate(
        &mut self,
        side: Side,
        frame: Candidate,
        out: &mut StepOutputs,
    ) -> Result<(), RejectReason> {
        let (policy, loopback) = (self.spec.ice, self.settings.loopback_candidates);
        let max = self.settings.max_candidates;
        let round = self.round_to_relay(side, frame.epoch)?;
        let decision = candidate::check(&frame.candidate, policy, loopback);
        let (counted, candidate) = match decision.map_err(RejectReason::BadCandidate)? {
            CandidateDecision::EndOfCandidates(instead) => {
                (None, instead.unwrap_or(frame.candidate))
            }
            CandidateDecision::Unchanged(kind) => (Some(kind), frame.candidate),
            CandidateDecision::Replaced(candidate) => (Some(CandidateType::Relayed), candidate),
            CandidateDecision::Forbidden => {
                out.count(SessionMetric::CandidateStripped);
                return Ok(());
            }
        };
        if counted.is_some_and(|kind| !round.count_candidate(side, kind, max)) {
            return Err(RejectReason::TooManyCandidates);
        }
        let relayed = RelayedCandidate {
            epoch: frame.epoch,
            candidate,
            from: self.user(side).clone(),
        };
        self.send_to(other(side), relayed, out);
        Ok(())
    }

    pub(crate) fn relay_data(
        &mut self,
        side: Side,
        data: Data,
        out: &mut StepOutputs,
    ) -> Result<(), RejectReason> {
        self.require_peer(side)?;
        if data.payload.text().len() > MAX_DATA_BYTES {
            return Err(RejectReason::DataTooLarge);
        }
        let relayed = RelayedData {
            payload: data.payload,
            from: self.user(side).clone(),
        };
        self.send_to(other(side), relayed, out);
        Ok(())
    }

    /// This side's media is up. The session goes live when both are, and the countdown is over.
    pub(crate) fn connected(
        &mut self,
        side: Side,
        connected: Connected,
        now: UnixMs,
        out: &mut StepOutputs,
    ) -> Result<(), RejectReason> {
        self.require_peer(side)?;
        let round = self.negotiation.round_of(connected.epoch)?;
        if std::mem::replace(&mut round.connected[side], true) {
            return Ok(());
        }
        let took_ms = round.both_connected_after(now);
        self.seats[side].media_up_at.get_or_insert(now);
        if let Some(took_ms) = took_ms {
            out.measure(SessionTiming::BothConnected, took_ms);
        }
        out.save_behind();
        if matches!(self.phase, SessionPhase::Connecting { .. })
            && self.negotiation.both_connected()
        {
            self.go_live(now, now, out);
        }
        Ok(())
    }

    fn sdp_limits(&self) -> sdp::SdpLimits {
        sdp::SdpLimits {
            policy: self.spec.ice,
            loopback: self.settings.loopback_candidates,
            max_candidates: self.settings.max_candidates,
        }
    }

    fn round_to_relay(&mut self, side: Side, epoch: u64) -> Result<&mut Round, RejectReason> {
        if self.has_media_room() {
            return Err(RejectReason::NotP2p);
        }
        self.require_peer(side)?;
        self.negotiation.round_of(epoch)
    }

    fn require_peer(&self, side: Side) -> Result<(), RejectReason> {
        match self.seats[other(side)].is_empty() {
            true => Err(RejectReason::PeerAbsent),
            false => Ok(()),
        }
    }
}

/// The description to relay.
fn checked(
    sdp: String,
    limits: sdp::SdpLimits,
    out: &mut StepOutputs,
) -> Result<String, RejectReason> {
    let checked = sdp::check(sdp, limits).map_err(RejectReason::BadSdp)?;
    for _ in 0..checked.stripped {
        out.count(SessionMetric::CandidateStripped);
    }
    Ok(checked.sdp)
}
