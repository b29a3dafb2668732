//! The booking changes while people wait: the higher revision wins, and a live session is not moved.

use wire::signaling::{CancelReason, LeftReason, Rescheduled};
use wire::{CloseCode, EndReason, EventType, SessionFact, SessionSpec, UnixMs};

use crate::seat::{SIDES, Seat};
use crate::step_outputs::StepOutputs;
use crate::{LogEvent, Session, SessionPhase};

impl Session {
    /// Takes a booking of a higher revision, from a ticket or an event.
    pub(crate) fn apply_booking(&mut self, spec: SessionSpec, now: UnixMs, out: &mut StepOutputs) {
        if spec.revision <= self.spec.revision || spec.id != self.spec.id {
            return;
        }
        match self.phase {
            SessionPhase::Lobby
            | SessionPhase::Countdown { .. }
            | SessionPhase::Connecting { .. } => {}
            SessionPhase::Live { .. }
            | SessionPhase::Paused { .. }
            | SessionPhase::Ended { .. } => return,
        }
        self.cancel_countdown(CancelReason::Rescheduled, out);
        let others_are_named = self.reassign_seats(&spec, out);
        let media_moves = self.has_media_room() || spec.media != self.spec.media;
        self.spec = spec;
        if media_moves && !others_are_named {
            self.restart_negotiation();
        }
        out.save_behind();
        out.note(LogEvent::Rescheduled {
            revision: self.spec.revision,
        });
        for side in SIDES {
            let rescheduled = Rescheduled {
                session: self.session_now(),
                server_now: now,
            };
            self.send_to(side, rescheduled, out);
        }
        if now < self.spec.lobby_opens_at {
            self.empty_early_lobby(now, out);
        } else {
            for side in SIDES.into_iter().filter(|_| others_are_named) {
                self.send_waiting(side, now, out);
            }
            if others_are_named || media_moves {
                self.proceed_if_both_in(now, out);
            }
        }
    }

    /// A media room is of one revision: whoever is there negotiates anew.
    fn restart_negotiation(&mut self) {
        self.negotiation.vacated();
        for side in SIDES {
            if !self.seats[side].is_empty() {
                self.negotiation.joined_fresh(side);
            }
        }
    }

    /// The booking was called off; this alone touches a live session.
    pub(crate) fn cancelled(&mut self, revision: u64, out: &mut StepOutputs) {
        if self.is_over().is_none() && revision >= self.spec.revision {
            self.end(EndReason::Cancelled, None, out);
        }
    }

    /// Each keeps their seat, at whatever place they are named now; who is no longer named goes.
    /// True where anybody is named at another place than before.
    fn reassign_seats(&mut self, spec: &SessionSpec, out: &mut StepOutputs) -> bool {
        let named_as_before = SIDES
            .into_iter()
            .all(|side| *self.user(side) == spec.participants[side].user_id);
        if named_as_before {
            return false;
        }
        self.negotiation.vacated();
        let mut seats = [Seat::default(), Seat::default()];
        for side in SIDES {
            let seat = std::mem::take(&mut self.seats[side]);
            let place = spec
                .participants
                .iter()
                .position(|participant| participant.user_id == *self.user(side));
            match place {
                Some(place) => seats[place] = seat,
                None => self.close_seat(&seat, CloseCode::NotAParticipant, side, out),
            }
        }
        self.seats = seats;
        for side in SIDES {
            if !self.seats[side].is_empty() {
                // Whoever is across is somebody else: start over with them.
                self.negotiation.joined_fresh(side);
            }
        }
        true
    }

    /// The new lobby is not open: whoever was in comes back when it is.
    fn empty_early_lobby(&mut self, now: UnixMs, out: &mut StepOutputs) {
        self.negotiation.vacated();
        for side in SIDES {
            let mut seat = std::mem::take(&mut self.seats[side]);
            if !seat.is_empty() {
                self.close_seat(&seat, CloseCode::TooEarly, side, out);
                seat.vacate(now);
            }
            // Who came for the earlier time has not come for this one.
            seat.last_in_at = None;
            seat.stays.clear();
            seat.media_up_at = None;
            self.seats[side] = seat;
        }
    }

    fn close_seat(&self, seat: &Seat, code: CloseCode, side: usize, out: &mut StepOutputs) {
        if let Some(connection) = seat.connection() {
            out.close(connection, code);
        }
        if !seat.is_empty() {
            let left = SessionFact {
                how: Some(LeftReason::Left.name().to_owned()),
                ..self.fact_about(side)
            };
            out.fact(EventType::SessionLeft, left);
        }
    }
}
