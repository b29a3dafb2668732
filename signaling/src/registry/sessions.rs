//! The sessions in memory: how one comes there, takes an input, and leaves. What comes from outside is
//! `registry.rs`'s; when one is due is `timer.rs`'s.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use service::clock::{now, steady};
use signaling_core::{Input, Session, Snapshot};
use tokio::time::timeout;
use wire::{CloseCode, ConnectionId, SessionId, SessionSpec};

use super::{RegistryFull, RegistryInner};
use crate::session_clock::SessionClock;
use crate::session_handle::{PendingCommit, SessionHandle, SessionState};
use crate::stored_session::{PendingSnapshot, StoredSession};
use crate::write_buffer::StoreChange;

/// How long outputs wait for the store; then they go out all the same, and are counted.
const HOLD_LIMIT: Duration = Duration::from_millis(100);
/// How often the core may panic in one session; then the session is left alone until somebody joins it.
const MAX_PANICS: u8 = 3;

impl RegistryInner {
    /// False where the session is not in memory.
    pub(super) fn send_input(self: &Arc<Self>, id: &SessionId, input: Input) -> bool {
        let Some(handle) = self.find(id) else {
            return false;
        };
        let mut state = handle.lock();
        let here = !state.retired;
        self.run(&handle, &mut state, input);
        here
    }

    /// Runs an input and its outputs, and updates deadline, metrics and stay in memory.
    pub(super) fn run(
        self: &Arc<Self>,
        handle: &Arc<SessionHandle>,
        state: &mut SessionState,
        input: Input,
    ) {
        if state.retired {
            return;
        }
        let commits = state.run(&handle.id, &self.writes, input);
        self.spawn_releases(handle, commits);
        self.settle(handle, state);
    }

    /// One short task per commit that is waited for, which is two or three in a session's life.
    fn spawn_releases(self: &Arc<Self>, handle: &Arc<SessionHandle>, commits: Vec<PendingCommit>) {
        for PendingCommit { hold, stored } in commits {
            let (inner, handle) = (Arc::clone(self), Arc::clone(handle));
            self.tasks.spawn("hold", async move {
                if timeout(HOLD_LIMIT, stored).await.is_err() {
                    metrics::counter!("signaling_held_too_long_total").increment(1);
                    tracing::warn!(session = %handle.id, "went on without the store");
                }
                let mut state = handle.lock();
                let more = state.release(&handle.id, &inner.writes, hold);
                inner.spawn_releases(&handle, more);
                inner.settle(&handle, &mut state);
            });
        }
    }

    /// After every change: the deadlines, the metrics, and the end of its stay in memory.
    pub(super) fn settle(self: &Arc<Self>, handle: &Arc<SessionHandle>, state: &mut SessionState) {
        if state.retired {
            return;
        }
        self.media.note(state.session.room_request());
        for (connection, socket) in state.take_probes() {
            let (inner, handle) = (Arc::clone(self), Arc::clone(handle));
            socket.probe(move || {
                let mut state = handle.lock();
                inner.run(&handle, &mut state, Input::Alive { connection });
            });
        }
        if state.has_panicked() {
            return self.recover_from_panic(handle, state);
        }
        let done = state.is_done();
        let due = state.due_in_steady().filter(|_| !done);
        self.deadlines.move_to(&handle.id, state.due, due);
        state.due = due;
        let phase = (!done).then(|| state.phase());
        count_phase(&mut state.counted, phase);
        if done {
            self.retire(handle, state);
        }
    }

    /// Has a session go on from a snapshot, with a full grace for whoever was in.
    pub(super) fn restore_session(self: &Arc<Self>, id: SessionId, snapshot: Snapshot, panics: u8) {
        let clock = SessionClock::ahead_of_wall(snapshot.clock_ahead_ms);
        let now = clock.at(steady());
        let session = Session::restore(snapshot, Arc::clone(&self.settings), now);
        let handle = SessionHandle::new(id.clone(), session, true, clock, panics, &self.ledger);
        self.write_sessions().insert(id, Arc::clone(&handle));
        let mut state = handle.lock();
        self.settle(&handle, &mut state);
    }

    /// The core panicked in it: what it was about to do is not done, and its sockets are closed with `state_lost`. It goes on from where it stands for whoever comes back, but not for ever.
    fn recover_from_panic(self: &Arc<Self>, handle: &Arc<SessionHandle>, state: &mut SessionState) {
        metrics::counter!("signaling_sessions_lost_total").increment(1);
        tracing::error!(session = %handle.id, event = "session.state_lost", strikes = state.panics);
        state.close_all(CloseCode::StateLost);
        state.retired = true;
        self.deadlines.move_to(&handle.id, state.due.take(), None);
        count_phase(&mut state.counted, None);
        let panics = state.panics + 1;
        match state.pending_snapshot(&handle.id) {
            Some(PendingSnapshot {
                stored: StoredSession::Open(snapshot),
                ..
            }) if panics < MAX_PANICS => {
                // In its place, so that nobody who joins meanwhile begins it anew.
                return self.restore_session(handle.id.clone(), *snapshot, panics);
            }
            Some(pending) => self.unloaded.remember(pending),
            None => {}
        }
        self.write_sessions().remove(&handle.id);
    }

    fn retire(&self, handle: &Arc<SessionHandle>, state: &mut SessionState) {
        state.retired = true;
        // Remembered first: who looks for the session finds it in one place or the other.
        if let Some(pending) = state.pending_snapshot(&handle.id) {
            self.unloaded.remember(pending);
        }
        self.write_sessions().remove(&handle.id);
    }

    /// Changes what is remembered of a session that is not in memory, on disk too.
    pub(super) fn store_unloaded(
        &self,
        id: &SessionId,
        change: impl FnOnce(Option<&StoredSession>) -> Option<StoredSession>,
    ) {
        let Some(pending) = self.unloaded.change(id, change) else {
            return;
        };
        self.writes.submit(StoreChange {
            snapshot: Some(pending),
            ..StoreChange::default()
        });
    }

    pub(super) fn find(&self, id: &SessionId) -> Option<Arc<SessionHandle>> {
        self.read_sessions().get(id).cloned()
    }

    /// The session that a ticket means, brought into memory if it is not there.
    pub(super) fn handle_for(
        &self,
        ticket: &SessionSpec,
    ) -> Result<Arc<SessionHandle>, RegistryFull> {
        if let Some(handle) = self.find(&ticket.id) {
            return Ok(handle);
        }
        let mut sessions = self.write_sessions();
        if let Some(handle) = sessions.get(&ticket.id) {
            return Ok(Arc::clone(handle));
        }
        if sessions.len() >= self.max_sessions {
            return Err(RegistryFull);
        }
        let settings = Arc::clone(&self.settings);
        let mut clock = SessionClock::ahead_of_wall(0);
        let (session, saved) = match self.unloaded.get(&ticket.id) {
            Some(StoredSession::Over(snapshot) | StoredSession::Open(snapshot)) => {
                clock = SessionClock::ahead_of_wall(snapshot.clock_ahead_ms);
                let now = clock.at(steady());
                (Session::restore(*snapshot, settings, now), true)
            }
            Some(StoredSession::Booked(spec)) if spec.revision > ticket.revision => {
                (Session::new(*spec, settings), false)
            }
            _ => (Session::new(ticket.clone(), settings), false),
        };
        let handle = SessionHandle::new(ticket.id.clone(), session, saved, clock, 0, &self.ledger);
        sessions.insert(ticket.id.clone(), Arc::clone(&handle));
        Ok(handle)
    }

    /// Rises, across restarts too.
    pub(super) fn next_connection(&self) -> ConnectionId {
        let now = u64::try_from(now().0).unwrap_or_default();
        let step = |last: u64| Some(now.max(last + 1));
        let last = self
            .last_connection
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, step)
            .expect("the step always gives a value");
        ConnectionId(now.max(last + 1))
    }

    pub(super) fn read_sessions(
        &self,
    ) -> RwLockReadGuard<'_, HashMap<SessionId, Arc<SessionHandle>>> {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write_sessions(
        &self,
    ) -> RwLockWriteGuard<'_, HashMap<SessionId, Arc<SessionHandle>>> {
        self.sessions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn count_phase(counted: &mut Option<wire::Phase>, phase: Option<wire::Phase>) {
    if *counted == phase {
        return;
    }
    let gauge = |phase: wire::Phase| metrics::gauge!("signaling_sessions", "phase" => phase.name());
    if let Some(old) = *counted {
        gauge(old).decrement(1.0);
    }
    if let Some(new) = phase {
        gauge(new).increment(1.0);
    }
    *counted = phase;
}

#[cfg(test)]
mod tests;
