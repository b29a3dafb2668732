//! Going: by decision at once, by a lost socket after a grace, by an operator for good.

use wire::signaling::{CancelReason, LeftReason, PeerLeft, PeerLost};
use wire::{CloseCode, ConnectionId, EndReason, EventType, SessionFact, UnixMs, UserId};

use crate::seat::{Seat, Side, other};
use crate::step_outputs::StepOutputs;
use crate::{LogEvent, Session, SessionMetric, SessionPhase};

impl Session {
    /// A person's decision: ends a live session, else frees the seat.
    pub(crate) fn leave(&mut self, side: Side, now: UnixMs, out: &mut StepOutputs) {
        if self.clock_has_started() {
            let left = SessionFact {
                how: Some(LeftReason::Left.name().to_owned()),
                ..self.fact_about(side)
            };
            out.fact(EventType::SessionLeft, left);
            return self.end(EndReason::Left, Some(side), out);
        }
        if let Some(connection) = self.seats[side].connection() {
            out.close(connection, CloseCode::Normal);
        }
        self.vacate(side, LeftReason::Left, now, out);
        self.cancel_countdown(CancelReason::Left, out);
        self.send_waiting(other(side), now, out);
    }

    /// A socket is gone: its seat is kept for the grace.
    pub(crate) fn socket_lost(
        &mut self,
        connection: ConnectionId,
        now: UnixMs,
        out: &mut StepOutputs,
    ) {
        // Only the current socket of a seat can lose it: an older one's end means nothing.
        let Some(side) = self.side_of_connection(connection) else {
            return;
        };
        self.seats[side].lose(now, self.settings.grace_ms);
        out.save_behind();
        let resume_until = now + self.settings.grace_ms;
        out.note(LogEvent::Lost {
            user: self.user(side).clone(),
            resume_until,
        });
        let lost = PeerLost {
            user_id: self.user(side).clone(),
            resume_until,
        };
        self.send_to(other(side), lost, out);
        self.cancel_countdown(CancelReason::Lost, out);
        self.pause_if_booked(now, out);
    }

    /// A socket that reads too slowly is closed, and may resume.
    pub(crate) fn socket_overflowed(
        &mut self,
        connection: ConnectionId,
        now: UnixMs,
        out: &mut StepOutputs,
    ) {
        if self.side_of_connection(connection).is_some() {
            out.count(SessionMetric::SlowConsumer);
            out.close(connection, CloseCode::SlowConsumer);
            self.socket_lost(connection, now, out);
        }
    }

    /// Nobody came back in time.
    pub(crate) fn grace_is_over(&mut self, side: Side, now: UnixMs, out: &mut StepOutputs) {
        self.vacate(side, LeftReason::Lost, now, out);
        if self.clock_has_started() && self.seats.iter().all(Seat::is_empty) {
            return self.end(EndReason::Abandoned, None, out);
        }
        self.send_waiting(other(side), now, out);
    }

    /// An operator removes somebody, which ends the session for both.
    pub(crate) fn kick(&mut self, user: UserId, out: &mut StepOutputs) {
        let Some(side) = self.side_of(&user).filter(|_| self.is_over().is_none()) else {
            return;
        };
        self.kicked.push(user);
        let held = !self.seats[side].is_empty();
        if held {
            let left = SessionFact {
                how: Some(LeftReason::Kicked.name().to_owned()),
                ..self.fact_about(side)
            };
            out.fact(EventType::SessionLeft, left);
            let user_id = self.user(side).clone();
            let reason = LeftReason::Kicked;
            self.send_to(other(side), PeerLeft { user_id, reason }, out);
        }
        out.fact(EventType::UserKicked, self.fact_about(side));
        self.end(EndReason::Kicked, Some(side), out);
    }

    /// An operator ends the session.
    pub(crate) fn end_by_operator(&mut self, out: &mut StepOutputs) {
        if self.is_over().is_none() {
            self.end(EndReason::Terminated, None, out);
        }
    }

    /// Empties a seat, and sends `peer_left` to the other one.
    fn vacate(&mut self, side: Side, reason: LeftReason, now: UnixMs, out: &mut StepOutputs) {
        self.seats[side].vacate(now);
        self.negotiation.vacated();
        let left = SessionFact {
            how: Some(reason.name().to_owned()),
            ..self.fact_about(side)
        };
        out.fact(EventType::SessionLeft, left);
        let user_id = self.user(side).clone();
        self.send_to(other(side), PeerLeft { user_id, reason }, out);
    }

    /// True from `live` to the end.
    pub(crate) fn clock_has_started(&self) -> bool {
        matches!(
            self.phase,
            SessionPhase::Live { .. } | SessionPhase::Paused { .. }
        )
    }
}
