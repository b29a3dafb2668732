//! Coming in and coming back: who is let in, fresh or resumed, and whom that replaces.

use wire::signaling::{Negotiate, PeerJoined, PeerResumed};
use wire::{
    CloseCode, ConnectionId, DuplicatePolicy, EventType, SessionFact, SessionSpec, UnixMs, UserId,
};

use crate::reject_reason::RejectReason;
use crate::resume::{ResumeBuffer, TokenStatus};
use crate::seat::{SIDES, Side, other};
use crate::step_outputs::StepOutputs;
use crate::{LogEvent, ResumeClaim, ReturnKind, Session, SessionMetric, SessionPhase, TokenHash};

/// What a `join` brings, beside who it is.
#[derive(Debug)]
pub(crate) struct JoinParams {
    pub(crate) connection: ConnectionId,
    pub(crate) resume: Option<ResumeClaim>,
    pub(crate) new_token: String,
    pub(crate) new_token_hash: TokenHash,
}

/// How a join that is let in is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum JoinKind {
    /// A page without a past.
    Fresh,
    /// A page that gets exactly what it missed.
    Resumed(ResumeClaim),
    /// A page whose media may live, and whose frames are gone.
    WithoutFrames(ResumeClaim),
}

impl Session {
    pub(crate) fn join(
        &mut self,
        now: UnixMs,
        user: &UserId,
        spec: SessionSpec,
        join: JoinParams,
        out: &mut StepOutputs,
    ) {
        if self.side_of_connection(join.connection).is_some() {
            return out.send(join.connection, RejectReason::JoinedBefore.error());
        }
        self.apply_booking(spec, now, out);
        match self.admit(now, user, &join) {
            Err(RejectReason::SeatTaken) => self.probe(user, join, now, out),
            _ => self.let_in(now, user, join, out),
        }
    }

    /// Lets a join in, or refuses it.
    pub(crate) fn let_in(
        &mut self,
        now: UnixMs,
        user: &UserId,
        join: JoinParams,
        out: &mut StepOutputs,
    ) {
        match self.admit(now, user, &join) {
            Ok((side, kind)) => self.take_seat(side, kind, join, now, out),
            Err(refusal) => Self::refuse_join(join.connection, refusal, out),
        }
    }

    pub(crate) fn refuse_join(
        connection: ConnectionId,
        refusal: RejectReason,
        out: &mut StepOutputs,
    ) {
        out.send(connection, refusal.error());
        if let Some(code) = refusal.close_code() {
            out.count(SessionMetric::of_refused_join(code));
            out.close(connection, code);
        }
    }

    fn admit(
        &self,
        now: UnixMs,
        user: &UserId,
        join: &JoinParams,
    ) -> Result<(Side, JoinKind), RejectReason> {
        let side = self.side_of(user).ok_or(RejectReason::NotAParticipant)?;
        if let SessionPhase::Ended { outcome } = &self.phase {
            let reason = outcome.reason;
            return Err(match self.kicked.contains(user) {
                true => RejectReason::Kicked,
                false => RejectReason::SessionOver { reason },
            });
        }
        if now < self.spec.lobby_opens_at {
            let opens_at = self.spec.lobby_opens_at;
            return Err(RejectReason::TooEarly { opens_at });
        }
        let seat = &self.seats[side];
        if seat.newest.is_some_and(|newest| join.connection < newest) {
            // The last words of a page that was reloaded since: they must not throw out the new one.
            return Err(RejectReason::Replaced);
        }
        let resume = join.resume;
        let claim = resume.map_or(TokenStatus::Unknown, |resume| {
            seat.tokens.status(&resume.token_hash)
        });
        let held = !seat.is_empty();
        let kind = match (claim, resume) {
            (TokenStatus::Dead, _) => return Err(RejectReason::Replaced),
            (TokenStatus::InStream, Some(resume)) if held => {
                match seat.resume_buffer.can_replay(resume.last_seq) {
                    true => JoinKind::Resumed(resume),
                    false => JoinKind::WithoutFrames(resume),
                }
            }
            (TokenStatus::OutOfStream, Some(resume)) if held => JoinKind::WithoutFrames(resume),
            _ => JoinKind::Fresh,
        };
        let taken = kind == JoinKind::Fresh && seat.is_in();
        if taken && self.spec.duplicate == DuplicatePolicy::Reject {
            return Err(RejectReason::SeatTaken);
        }
        Ok((side, kind))
    }

    fn take_seat(
        &mut self,
        side: Side,
        kind: JoinKind,
        join: JoinParams,
        now: UnixMs,
        out: &mut StepOutputs,
    ) {
        let connection = join.connection;
        let token = join.new_token_hash;
        let seat = &mut self.seats[side];
        if let Some(older) = seat.connection() {
            out.close(older, CloseCode::Replaced);
            if kind == JoinKind::Fresh {
                out.count(SessionMetric::TakenOver);
            }
        }
        let was_empty = seat.is_empty();
        let how = match kind {
            JoinKind::Fresh => ReturnKind::Fresh,
            JoinKind::Resumed(_) => ReturnKind::Resumed,
            JoinKind::WithoutFrames(_) => ReturnKind::WithoutFrames,
        };
        if seat.take(connection, now) {
            out.count(SessionMetric::StayForgotten);
        }
        match kind {
            JoinKind::Fresh => {
                let shown = join.resume.map(|resume| resume.token_hash);
                for _ in 0..seat.tokens.replace(shown, token) {
                    out.count(SessionMetric::TokenForgotten);
                }
                seat.resume_buffer = ResumeBuffer::default();
                // A new page counts its frames from 1.
                seat.last_id = None;
                self.negotiation.joined_fresh(side);
                out.count(SessionMetric::JoinedFresh);
            }
            JoinKind::Resumed(claim) => {
                seat.tokens.renew(claim.token_hash, token, true);
                seat.resume_buffer.confirm(claim.last_seq);
                out.count(SessionMetric::Resumed);
            }
            JoinKind::WithoutFrames(claim) => {
                seat.tokens.renew(claim.token_hash, token, false);
                seat.resume_buffer = ResumeBuffer::default();
                self.negotiation.came_back_without_frames(side);
                out.count(SessionMetric::ResumeRefused);
            }
        }
        out.save_behind();
        if was_empty {
            out.fact(EventType::SessionJoined, self.fact_about(side));
        } else {
            let user = self.user(side).clone();
            out.note(LogEvent::Back { user, how });
        }
        self.send_welcome(side, kind, join.new_token, now, out);
        self.proceed_if_both_in(now, out);
    }

    /// Tells whoever came where things stand, and the other one that they came.
    fn send_welcome(
        &mut self,
        side: Side,
        kind: JoinKind,
        new_token: String,
        now: UnixMs,
        out: &mut StepOutputs,
    ) {
        let Some(connection) = self.seats[side].connection() else {
            return;
        };
        let user_id = self.user(side).clone();
        let resumed = matches!(kind, JoinKind::Resumed(_));
        let welcome = self.welcome(side, connection, new_token, resumed, now);
        self.ice_servers_are_sent(side, now);
        out.send(connection, welcome);
        match kind {
            JoinKind::Resumed(claim) => {
                for (seq, frame) in self.seats[side].resume_buffer.after(claim.last_seq) {
                    out.send_numbered(connection, *seq, frame.clone());
                }
            }
            JoinKind::Fresh | JoinKind::WithoutFrames(_) => {
                self.send_waiting(side, now, out);
                self.send_still_paused(side, out);
            }
        }
        match kind {
            JoinKind::Fresh => self.send_to(other(side), PeerJoined { user_id }, out),
            JoinKind::Resumed(_) | JoinKind::WithoutFrames(_) => {
                self.send_to(other(side), PeerResumed { user_id }, out);
            }
        }
    }

    /// Both being in lets a negotiation begin, and a clock that stands run again. The countdown,
    /// which also needs the start to be past, is the lobby's deadline.
    pub(crate) fn proceed_if_both_in(&mut self, now: UnixMs, out: &mut StepOutputs) {
        if !self.both_in() {
            return;
        }
        if self.media_is_ready(now)
            && let Some(round) = self.negotiation.begin(now, !self.has_media_room())
        {
            out.note(LogEvent::Negotiate { epoch: round.epoch });
            for side in SIDES {
                let negotiate = Negotiate {
                    epoch: round.epoch,
                    offerer: round.offerer.map(|side| self.user(side).clone()),
                    ice_servers: self.ice_servers(side, now),
                    media: self.media(side, now),
                };
                self.ice_servers_are_sent(side, now);
                self.send_to(side, negotiate, out);
            }
        }
        if matches!(self.phase, SessionPhase::Paused { .. }) {
            self.resume_clock(now, out);
        }
    }

    /// A fact about one person.
    pub(crate) fn fact_about(&self, side: Side) -> SessionFact {
        SessionFact {
            user_id: Some(self.user(side).clone()),
            ..SessionFact::default()
        }
    }
}
