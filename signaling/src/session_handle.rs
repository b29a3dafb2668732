//! A session with its sockets, behind one lock: runs the core, and carries out what it returns.
//!
//! A std mutex, because nothing awaits under it: sending is a `try_send`, storing hands over to the
//! [`WriteBuffer`]. It knows nothing of other sessions.

mod budget;
mod outputs;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use service::clock::{steady, wall_ahead_ms};
use service::socket::SocketHandle;
use signaling_core::{DeadlineKind, Input, OperatorView, Session, SessionPhase, Snapshot};
use tokio::sync::oneshot;
use wire::signaling::{GoingAway, ServerFrame};
use wire::{CloseCode, ConnectionId, SessionId, UnixMs};

use self::outputs::HeldOutputs;
pub(crate) use self::outputs::event;
use crate::resume_ledger::{ResumeLedger, SessionAccount};
use crate::session_clock::SessionClock;
use crate::stored_session::{PendingSnapshot, StoredSession, forget_at};
use crate::write_buffer::WriteBuffer;

/// A session in memory.
#[derive(Debug)]
pub(crate) struct SessionHandle {
    pub(crate) id: SessionId,
    state: Mutex<SessionState>,
}

/// What the lock of a session guards.
#[derive(Debug)]
pub(crate) struct SessionState {
    pub(crate) session: Session,
    /// The deadline that the deadline index has for this session, by the steady clock.
    pub(crate) due: Option<UnixMs>,
    /// Removed from the registry: look it up again.
    pub(crate) retired: bool,
    /// The phase that the `signaling_sessions` gauge counts it under.
    pub(crate) counted: Option<wire::Phase>,
    /// How often the core panicked in this session.
    pub(crate) panics: u8,
    /// The core panicked in the last call.
    has_panicked: bool,
    clock: SessionClock,
    /// What its resume buffers hold, in the books of the process.
    account: SessionAccount,
    /// Sockets that have sent `join` and are not closed; a seat's current one and, for a moment, an older one.
    connections: Vec<(ConnectionId, SocketHandle)>,
    /// Outputs behind a commit, in order; a later group never overtakes.
    held: VecDeque<HeldOutputs>,
    next_hold: u64,
    /// Connections that are to be asked for a sign of life.
    probes: Vec<ConnectionId>,
    /// Whether it has ever been stored: before that, nobody relies on it.
    saved: bool,
    /// The phase of the newest snapshot.
    phase: wire::Phase,
    forget_at: UnixMs,
}

/// A commit that held outputs wait for.
#[derive(Debug)]
pub(crate) struct PendingCommit {
    /// Number of the [`HeldOutputs`].
    pub(crate) hold: u64,
    /// Resolves once the commit is on disk.
    pub(crate) stored: oneshot::Receiver<()>,
}

impl SessionHandle {
    pub(crate) fn new(
        id: SessionId,
        session: Session,
        saved: bool,
        clock: SessionClock,
        panics: u8,
        ledger: &ResumeLedger,
    ) -> Arc<Self> {
        let snapshot = session.snapshot();
        let account = ledger.open(&id);
        Arc::new(Self {
            id,
            state: Mutex::new(SessionState {
                session,
                due: None,
                retired: false,
                counted: None,
                panics,
                has_panicked: false,
                clock,
                account,
                connections: Vec::new(),
                held: VecDeque::new(),
                next_hold: 0,
                probes: Vec::new(),
                saved,
                phase: snapshot.phase.name(),
                forget_at: forget_at(&snapshot.spec),
            }),
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, SessionState> {
        // A panic of the core costs its own session at most: the others go on.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SessionState {
    /// From here on the session's outputs reach this socket.
    pub(crate) fn add_connection(&mut self, connection: ConnectionId, socket: SocketHandle) {
        self.connections.push((connection, socket));
    }

    /// From here on the session's outputs no longer reach this socket.
    pub(crate) fn remove_connection(&mut self, connection: ConnectionId) {
        self.connections.retain(|(id, _)| *id != connection);
    }

    /// The phase of the session when it was last stored.
    pub(crate) fn phase(&self) -> wire::Phase {
        self.phase
    }

    /// Sends `going_away` to every socket, and closes it: the process stops.
    pub(crate) fn say_goodbye(&self, mut retry_after_ms: impl FnMut() -> u64) {
        for (_, socket) in &self.connections {
            let goodbye = ServerFrame::from(GoingAway {
                retry_after_ms: retry_after_ms(),
            });
            // A full queue makes no difference: the close code says the same.
            let _ = socket.try_send(goodbye.to_text(None).into());
            socket.close(CloseCode::GoingAway);
        }
    }

    /// Closes every socket; held outputs are never sent.
    pub(crate) fn close_all(&mut self, code: CloseCode) {
        self.held.clear();
        for (_, socket) in self.connections.drain(..) {
            socket.close(code);
        }
    }

    /// True once the core has panicked: only the session's snapshot can still be relied on.
    pub(crate) fn has_panicked(&self) -> bool {
        self.has_panicked
    }

    /// The time in this session, by its own clock.
    fn now(&mut self) -> UnixMs {
        self.resync_wall_clock();
        self.clock.at(steady())
    }

    fn resync_wall_clock(&mut self) {
        if !self.session.has_running_timer() {
            self.clock.follow(wall_ahead_ms());
        }
    }

    /// The session's next deadline, by the steady clock.
    pub(crate) fn due_in_steady(&mut self) -> Option<UnixMs> {
        self.resync_wall_clock();
        let due = self.session.next_deadline()?;
        Some(self.clock.steady(due))
    }

    /// Which deadline is due at `steady`; none if the next one is at another time.
    pub(crate) fn kind_due_at(&self, steady: UnixMs) -> Option<DeadlineKind> {
        let (at, kind) = self.session.next_due()?;
        (self.clock.steady(at) == steady).then_some(kind)
    }

    /// The session as operators see it.
    pub(crate) fn view(&mut self) -> OperatorView {
        let now = self.now();
        self.session.view(now)
    }

    /// Nobody is connected, and it is over or was never stored.
    pub(crate) fn is_done(&self) -> bool {
        let may_go = !self.saved || self.session.is_over().is_some();
        may_go && self.connections.is_empty() && self.held.is_empty()
    }

    /// The session as it stands, for the store; none if it was never stored.
    pub(crate) fn pending_snapshot(&mut self, id: &SessionId) -> Option<PendingSnapshot> {
        let snapshot = Box::new(self.session.snapshot());
        self.saved.then(|| self.prepare_snapshot(id, snapshot))
    }

    fn prepare_snapshot(&mut self, id: &SessionId, mut snapshot: Box<Snapshot>) -> PendingSnapshot {
        self.saved = true;
        if self.session.has_running_timer() {
            snapshot.clock_ahead_ms = self.clock.ms_ahead_of_wall();
        }
        self.phase = snapshot.phase.name();
        self.forget_at = self.forget_at.max(forget_at(&snapshot.spec));
        let stored = match snapshot.phase {
            SessionPhase::Ended { .. } => StoredSession::Over(snapshot),
            _ => StoredSession::Open(snapshot),
        };
        PendingSnapshot {
            session: id.clone(),
            stored,
            forget_at: self.forget_at,
        }
    }

    /// Runs an input, then an overflow for each socket whose queue was full.
    pub(crate) fn run(
        &mut self,
        id: &SessionId,
        writes: &WriteBuffer,
        input: Input,
    ) -> Vec<PendingCommit> {
        let now = self.now();
        let mut commits = Vec::new();
        let overflowed = self.step(id, writes, now, input, &mut commits);
        self.drop_overflowed(id, writes, now, overflowed, &mut commits);
        self.settle_account(id, writes, now, &mut commits);
        commits
    }

    /// Sends what was held behind commit `hold`, once no earlier group is held any longer.
    pub(crate) fn release(
        &mut self,
        id: &SessionId,
        writes: &WriteBuffer,
        hold: u64,
    ) -> Vec<PendingCommit> {
        let now = self.now();
        let mut commits = Vec::new();
        let overflowed = self.deliver_released(hold);
        self.drop_overflowed(id, writes, now, overflowed, &mut commits);
        commits
    }

    /// Tells the core of each socket whose queue was full, in the order in which they overflowed. That
    /// may overflow others, which come after them.
    fn drop_overflowed(
        &mut self,
        id: &SessionId,
        writes: &WriteBuffer,
        now: UnixMs,
        overflowed: Vec<ConnectionId>,
        commits: &mut Vec<PendingCommit>,
    ) {
        // A vector turns into a queue without allocating.
        let mut overflowed = VecDeque::from(overflowed);
        while let Some(connection) = overflowed.pop_front() {
            let input = Input::Overflow { connection };
            overflowed.extend(self.step(id, writes, now, input, commits));
        }
    }

    /// Runs one input of the core; returns the connections whose queue was full.
    fn step(
        &mut self,
        id: &SessionId,
        writes: &WriteBuffer,
        now: UnixMs,
        input: Input,
        commits: &mut Vec<PendingCommit>,
    ) -> Vec<ConnectionId> {
        if self.has_panicked {
            return Vec::new();
        }
        // A panic of the core closes the sockets of its own session, and touches no other session.
        let handled = AssertUnwindSafe(|| self.session.handle(now, input));
        let Ok(outputs) = catch_unwind(handled) else {
            self.has_panicked = true;
            return Vec::new();
        };
        let hold = self.next_hold;
        let mut applied = self.apply_outputs(id, now, outputs);
        let overflowed = std::mem::take(&mut applied.overflowed);
        if let Some(stored) = self.store(id, writes, applied) {
            commits.push(PendingCommit { hold, stored });
        }
        overflowed
    }
}
