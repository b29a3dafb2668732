//! One session: what it is made of, and which part of it takes which input.
//!
//! The parts are `impl Session` blocks, one topic a file: `join`, `leave`, `relay`, `extension`,
//! `booking` for what comes from outside; `due`, `lobby`, `countdown`, `live`, `verdict` for what time brings.

use std::sync::Arc;

use wire::signaling::ServerFrame;
use wire::{ConnectionId, Outcome, SessionSpec, UnixMs, UserId};

use crate::negotiation::Negotiation;
use crate::probe::SeatProbe;
use crate::resume::ResumeLimits;
use crate::seat::{SIDES, Seat, Side, other};
use crate::step_outputs::StepOutputs;
use crate::{Input, Output, SessionMetric, SessionPhase, Settings};

/// One session of two people.
#[derive(Debug)]
pub struct Session {
    pub(crate) spec: SessionSpec,
    pub(crate) settings: Arc<Settings>,
    pub(crate) phase: SessionPhase,
    pub(crate) seats: [Seat; 2],
    pub(crate) negotiation: Negotiation,
    /// Who was removed by an operator.
    pub(crate) kicked: Vec<UserId>,
    /// Joins that wait for a sign of life of the socket that has their seat: one a person at most.
    pub(crate) probes: Vec<SeatProbe>,
}

impl Session {
    /// A session that nobody has joined.
    #[must_use]
    pub fn new(spec: SessionSpec, settings: Arc<Settings>) -> Self {
        Self {
            spec,
            settings,
            phase: SessionPhase::Lobby,
            seats: [Seat::default(), Seat::default()],
            negotiation: Negotiation::default(),
            kicked: Vec::new(),
            probes: Vec::new(),
        }
    }

    /// Runs the deadlines that are due at `now`, then `input`, and returns what is to be done, in order.
    pub fn handle(&mut self, now: UnixMs, input: Input) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.run_due(now, &mut outputs);
        self.step(now, &mut outputs, |session, out| {
            session.apply(now, input, out)
        });
        // What the input made due: both are in now, and the start is past.
        self.run_due(now, &mut outputs);
        outputs
    }

    /// How it ended, once it has.
    #[must_use]
    pub fn is_over(&self) -> Option<&Outcome> {
        match &self.phase {
            SessionPhase::Ended { outcome } => Some(outcome),
            _ => None,
        }
    }

    pub(crate) fn step(
        &mut self,
        now: UnixMs,
        outputs: &mut Vec<Output>,
        run: impl FnOnce(&mut Self, &mut StepOutputs),
    ) {
        let mut out = StepOutputs::at(now);
        run(self, &mut out);
        out.finish(outputs, || self.snapshot());
    }

    fn apply(&mut self, now: UnixMs, input: Input, out: &mut StepOutputs) {
        match input {
            Input::Join {
                connection,
                user,
                spec,
                resume,
                new_token,
                new_token_hash,
            } => {
                let join = crate::join::JoinParams {
                    connection,
                    resume,
                    new_token,
                    new_token_hash,
                };
                self.join(now, &user, spec, join, out);
            }
            Input::Frame {
                connection,
                id,
                frame,
            } => self.frame(now, connection, id, frame, out),
            Input::Alive { connection } => self.socket_is_alive(connection, out),
            Input::Lost { connection } => {
                self.forget_waiting(connection);
                self.socket_lost(connection, now, out);
            }
            Input::Overflow { connection } => self.socket_overflowed(connection, now, out),
            Input::DropBuffer { seat } => self.drop_buffer(seat, out),
            Input::Booked { spec } => self.apply_booking(spec, now, out),
            Input::Cancelled { revision } => self.cancelled(revision, out),
            Input::End => self.end_by_operator(out),
            Input::Kick { user } => self.kick(user, out),
            Input::Erased { user } => self.erased(&user, out),
            // What was waited for may be ready.
            Input::Tick => self.proceed_if_both_in(now, out),
        }
        self.settle_probes(now, out);
    }
}

/// What the parts share.
impl Session {
    /// The seat of a person.
    pub(crate) fn side_of(&self, user: &UserId) -> Option<Side> {
        SIDES.into_iter().find(|side| self.user(*side) == user)
    }

    /// The seat whose current socket this is.
    pub(crate) fn side_of_connection(&self, connection: ConnectionId) -> Option<Side> {
        SIDES
            .into_iter()
            .find(|side| self.seats[*side].connection() == Some(connection))
    }

    pub(crate) fn user(&self, side: Side) -> &UserId {
        &self.spec.participants[side].user_id
    }

    pub(crate) fn both_in(&self) -> bool {
        self.seats.iter().all(Seat::is_in)
    }

    /// Bytes that each seat's resume buffer holds, by the estimate that its limit goes by.
    #[must_use]
    pub fn buffered_bytes(&self) -> [usize; 2] {
        [0, 1].map(|side: Side| self.seats[side].resume_buffer.bytes())
    }

    fn drop_buffer(&mut self, side: Side, out: &mut StepOutputs) {
        let seat = self.seats.get_mut(side);
        if seat.is_some_and(|seat| seat.resume_buffer.drop_all()) {
            out.count(SessionMetric::BufferDropped);
        }
    }

    /// Sends a numbered frame to a seat: at once to somebody who is in, later to somebody who is
    /// lost, never to nobody.
    pub(crate) fn send_to(
        &mut self,
        side: Side,
        frame: impl Into<ServerFrame>,
        out: &mut StepOutputs,
    ) {
        self.send_shared(side, Arc::new(frame.into()), out);
    }

    /// [`Session::send_to`] to both.
    pub(crate) fn send_to_both(&mut self, frame: impl Into<ServerFrame>, out: &mut StepOutputs) {
        let frame = Arc::new(frame.into());
        self.send_shared(0, Arc::clone(&frame), out);
        self.send_shared(1, frame, out);
    }

    fn send_shared(&mut self, side: Side, frame: Arc<ServerFrame>, out: &mut StepOutputs) {
        let limits = ResumeLimits {
            frames: self.settings.resume_buffer_frames,
            bytes: self.settings.resume_buffer_bytes,
        };
        let seat = &mut self.seats[side];
        if seat.is_empty() {
            return;
        }
        let (seq, overflowed) = seat.resume_buffer.push(Arc::clone(&frame), limits);
        if overflowed {
            out.count(SessionMetric::BufferOverflow);
        }
        if let Some(connection) = seat.connection() {
            out.send_numbered(connection, seq, frame);
        }
    }

    /// Tells somebody that they are alone, if they are.
    pub(crate) fn send_waiting(&mut self, side: Side, now: UnixMs, out: &mut StepOutputs) {
        let absent = &self.seats[other(side)];
        let came_at = self.seats[side].came_at.unwrap_or(now);
        if absent.is_in() {
            return;
        }
        let waiting = wire::signaling::Waiting {
            absent: vec![self.user(other(side)).clone()],
            since: absent.last_in_at.unwrap_or(came_at),
            starts_at: self.spec.starts_at,
            closes_at: self.lobby_closes_at(),
            server_now: now,
        };
        self.send_to(side, waiting, out);
    }
}
