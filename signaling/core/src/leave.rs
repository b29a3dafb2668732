//! Going: by decision at once, by a lost socket after a grace, by an operator for good.

use wire::signaling::{CancelReason, LeftReason, PeerLeft, PeerLost};
use wire::{CloseCode, ConnectionId, EndReason, EventType, SessionFact, UnixMs, UserId};

use crate::effects::Effects;
use crate::seat::{Seat, Side, other};
use crate::{Metric, Note, Phase, Session};

impl Session {
    /// A person's decision: ends a live session, else frees the seat.
    pub(crate) fn leave(&mut self, side: Side, now: UnixMs, fx: &mut Effects) {
        if self.clock_has_started() {
            let left = SessionFact {
                how: Some(LeftReason::Left.name().to_owned()),
                ..self.about(side)
            };
            fx.fact(EventType::SessionLeft, left);
            return self.end(EndReason::Left, Some(side), fx);
        }
        if let Some(connection) = self.seats[side].connection() {
            fx.close(connection, CloseCode::Normal);
        }
        self.vacate(side, LeftReason::Left, now, fx);
        self.cancel_countdown(CancelReason::Left, fx);
        self.tell_waiting(other(side), now, fx);
    }

    /// A socket is gone: its seat is kept for the grace.
    pub(crate) fn socket_lost(&mut self, connection: ConnectionId, now: UnixMs, fx: &mut Effects) {
        // Only the current socket of a seat can lose it: an older one's end means nothing.
        let Some(side) = self.side_of_connection(connection) else {
            return;
        };
        self.seats[side].lose(now, self.settings.grace_ms);
        fx.save_behind();
        let resume_until = now + self.settings.grace_ms;
        fx.note(Note::Lost {
            user: self.user(side).clone(),
            resume_until,
        });
        let lost = PeerLost {
            user_id: self.user(side).clone(),
            resume_until,
        };
        self.tell(other(side), lost, fx);
        self.cancel_countdown(CancelReason::Lost, fx);
        self.pause_if_booked(now, fx);
    }

    /// A socket that reads too slowly is closed, and may resume.
    pub(crate) fn socket_overflowed(
        &mut self,
        connection: ConnectionId,
        now: UnixMs,
        fx: &mut Effects,
    ) {
        if self.side_of_connection(connection).is_some() {
            fx.count(Metric::SlowConsumer);
            fx.close(connection, CloseCode::SlowConsumer);
            self.socket_lost(connection, now, fx);
        }
    }

    /// Nobody came back in time.
    pub(crate) fn grace_is_over(&mut self, side: Side, now: UnixMs, fx: &mut Effects) {
        self.vacate(side, LeftReason::Lost, now, fx);
        if self.clock_has_started() && self.seats.iter().all(Seat::is_empty) {
            return self.end(EndReason::Abandoned, None, fx);
        }
        self.tell_waiting(other(side), now, fx);
    }

    /// An operator removes somebody, which ends the session for both.
    pub(crate) fn kick(&mut self, user: UserId, fx: &mut Effects) {
        let Some(side) = self.side_of(&user).filter(|_| self.is_over().is_none()) else {
            return;
        };
        self.kicked.push(user);
        let held = !self.seats[side].is_empty();
        if held {
            let left = SessionFact {
                how: Some(LeftReason::Kicked.name().to_owned()),
                ..self.about(side)
            };
            fx.fact(EventType::SessionLeft, left);
            let user_id = self.user(side).clone();
            let reason = LeftReason::Kicked;
            self.tell(other(side), PeerLeft { user_id, reason }, fx);
        }
        fx.fact(EventType::UserKicked, self.about(side));
        self.end(EndReason::Kicked, Some(side), fx);
    }

    /// An operator ends the session.
    pub(crate) fn end_by_operator(&mut self, fx: &mut Effects) {
        if self.is_over().is_none() {
            self.end(EndReason::Terminated, None, fx);
        }
    }

    /// Empties a seat, and tells the other one why.
    fn vacate(&mut self, side: Side, reason: LeftReason, now: UnixMs, fx: &mut Effects) {
        self.seats[side].vacate(now);
        self.negotiation.vacated();
        let left = SessionFact {
            how: Some(reason.name().to_owned()),
            ..self.about(side)
        };
        fx.fact(EventType::SessionLeft, left);
        let user_id = self.user(side).clone();
        self.tell(other(side), PeerLeft { user_id, reason }, fx);
    }

    /// True from `live` to the end.
    pub(crate) fn clock_has_started(&self) -> bool {
        matches!(self.phase, Phase::Live { .. } | Phase::Paused { .. })
    }
}
