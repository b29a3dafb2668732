//! One session: takes inputs, keeps its phase, its seats and its clock.

use std::sync::Arc;

use wire::{Outcome, SessionSpec, UnixMs};

use crate::{
    Input, OperatorView, Output, Phase, SavedSeat, SeatState, SeatView, Settings, Snapshot,
};

/// One session of two people.
#[derive(Debug)]
pub struct Session {
    spec: SessionSpec,
    settings: Arc<Settings>,
    phase: Phase,
}

impl Session {
    /// A session that nobody has joined.
    #[must_use]
    pub fn new(spec: SessionSpec, settings: Arc<Settings>) -> Self {
        Self {
            spec,
            settings,
            phase: Phase::Lobby,
        }
    }

    /// A session as it was stored: the same deadline, and a full grace from `now` for each seat that
    /// was in. Whatever became due meanwhile is due at once: call [`Session::handle`] with a tick.
    #[must_use]
    pub fn restore(snapshot: Snapshot, settings: Arc<Settings>, _now: UnixMs) -> Self {
        Self {
            spec: snapshot.spec,
            settings,
            phase: snapshot.phase,
        }
    }

    /// Runs the deadlines that are due at `now`, then `input`, and returns what is to be done, in order.
    pub fn handle(&mut self, _now: UnixMs, input: Input) -> Vec<Output> {
        if let Input::Booked { spec } = input
            && spec.revision > self.spec.revision
        {
            self.spec = spec;
        }
        Vec::new()
    }

    /// When to call [`Session::handle`] with a tick, though nothing else came.
    #[must_use]
    pub fn next_deadline(&self) -> Option<UnixMs> {
        None
    }

    /// All that a restarted process needs.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            spec: self.spec.clone(),
            phase: self.phase.clone(),
            seats: [SavedSeat::default(), SavedSeat::default()],
            last_epoch: 0,
            round: None,
            kicked: Vec::new(),
        }
    }

    /// How it ended, once it has.
    #[must_use]
    pub fn is_over(&self) -> Option<&Outcome> {
        match &self.phase {
            Phase::Ended { outcome } => Some(outcome),
            _ => None,
        }
    }

    /// What operators see.
    #[must_use]
    pub fn view(&self, now: UnixMs) -> OperatorView {
        let seat = |side: usize| SeatView {
            user_id: self.spec.participants[side].user_id.clone(),
            name: self.spec.participants[side].name.clone(),
            state: SeatState::Empty,
            connection_id: None,
            resume_until: None,
            came_at: None,
            connected: false,
        };
        OperatorView {
            id: self.spec.id.clone(),
            revision: self.spec.revision,
            phase: self.phase.name(),
            starts_at: self.spec.starts_at,
            live_at: None,
            started_at: None,
            deadline_at: None,
            extensions_left: self.spec.max_extensions,
            epoch: None,
            outcome: self.is_over().cloned(),
            participants: [seat(0), seat(1)],
            server_now: now,
        }
    }
}
