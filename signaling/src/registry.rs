//! Every session in memory: finds the one that a socket or an event means, and wakes the one that is due.
//!
//! No task per session: whoever brings an input runs the core under the session's lock. Lock order: a
//! session's state, then the maps; nobody takes an state while holding a map.

mod media;
mod membership;
mod operators;
mod sessions;
mod timer;
mod unloaded_sessions;

pub(crate) use membership::SessionMembership;
pub(crate) use operators::CommandError;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use service::Tasks;
use service::clock::now;
use service::limits::Limit;
use service::socket::SocketHandle;
use signaling_core::{Input, Session, Settings};
use wire::{SessionId, SessionSpec, UnixMs, UserId};

use self::unloaded_sessions::UnloadedSessions;
use crate::Limits;
use crate::deadline_index::DeadlineIndex;
use crate::join::JoinAttempt;
use crate::media::MediaRooms;
use crate::resume_ledger::ResumeLedger;
use crate::session_handle::SessionHandle;
use crate::stored_session::{PendingSnapshot, StoredSession};
use crate::write_buffer::{StoreChange, WriteBuffer};

/// When who comes in while the process is stopping is to come back, in milliseconds.
const LATE_RETRY_MS: u64 = 1_000;

/// The sessions of this process; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Registry(Arc<RegistryInner>);

#[derive(Debug)]
struct RegistryInner {
    settings: Arc<Settings>,
    max_sessions: usize,
    ledger: ResumeLedger,
    sessions: RwLock<HashMap<SessionId, Arc<SessionHandle>>>,
    /// What is known of sessions that are not in `sessions`.
    unloaded: UnloadedSessions,
    deadlines: DeadlineIndex,
    writes: WriteBuffer,
    media: MediaRooms,
    tasks: Tasks,
    last_connection: AtomicU64,
    draining: AtomicBool,
}

/// No room for another session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RegistryFull;

impl Registry {
    pub(crate) fn new(
        settings: Settings,
        limits: &Limits,
        writes: WriteBuffer,
        media: MediaRooms,
        tasks: Tasks,
    ) -> Self {
        Self(Arc::new(RegistryInner {
            settings: Arc::new(settings),
            max_sessions: limits.sessions,
            ledger: ResumeLedger::new(limits.resume_total_bytes),
            sessions: RwLock::default(),
            unloaded: UnloadedSessions::default(),
            deadlines: DeadlineIndex::default(),
            writes,
            media,
            tasks,
            last_connection: AtomicU64::new(0),
            draining: AtomicBool::new(false),
        }))
    }

    /// Takes over what an earlier process stored.
    pub(crate) fn restore(&self, pending: PendingSnapshot) {
        let id = pending.session;
        let snapshot = match pending.stored {
            StoredSession::Open(snapshot) => snapshot,
            stored @ (StoredSession::Over(_) | StoredSession::Booked(_)) => {
                self.0.unloaded.remember(PendingSnapshot {
                    session: id,
                    stored,
                    forget_at: pending.forget_at,
                });
                return;
            }
        };
        self.0.restore_session(id, *snapshot, 0);
    }

    /// Lets a socket in, or has the core refuse it on that socket.
    ///
    /// Subscribe first: the socket is added before the core handles its join, so that no frame is missed.
    pub(crate) fn join(
        &self,
        attempt: JoinAttempt,
        socket: SocketHandle,
    ) -> Result<SessionMembership, RegistryFull> {
        let (handle, connection) = loop {
            let handle = self.0.handle_for(&attempt.spec)?;
            let mut state = handle.lock();
            if state.retired {
                continue;
            }
            // Under the lock: of two that race, the one that comes second is the later one.
            let connection = self.0.next_connection();
            state.add_connection(connection, socket);
            let input = Input::Join {
                connection,
                user: attempt.user,
                spec: attempt.spec,
                resume: attempt.resume,
                new_token: attempt.new_token,
                new_token_hash: attempt.new_token_hash,
            };
            self.0.run(&handle, &mut state, input);
            if self.0.draining.load(Ordering::SeqCst) {
                // It came in behind the goodbyes.
                state.say_goodbye(|| LATE_RETRY_MS);
            }
            drop(state);
            break (handle, connection);
        };
        Ok(SessionMembership::new(self.clone(), handle, connection))
    }

    /// A booking was made or moved.
    pub(crate) fn booked(&self, spec: SessionSpec) {
        let id = spec.id.clone();
        let input = Input::Booked { spec: spec.clone() };
        self.apply_or_store(&id, input, |known| match known {
            Some(StoredSession::Over(_) | StoredSession::Open(_)) => None,
            Some(StoredSession::Booked(old)) if old.revision >= spec.revision => None,
            // The first revision is on every ticket that there is.
            None if spec.revision <= 1 => None,
            _ => Some(StoredSession::Booked(Box::new(spec))),
        });
    }

    /// A booking was called off.
    pub(crate) fn cancelled(&self, spec: SessionSpec, revision: u64) {
        let id = spec.id.clone();
        let settings = Arc::clone(&self.0.settings);
        self.apply_or_store(&id, Input::Cancelled { revision }, |known| match known {
            Some(StoredSession::Over(_) | StoredSession::Open(_)) => None,
            Some(StoredSession::Booked(newer)) if newer.revision > revision => None,
            _ => {
                let mut session = Session::new(spec, settings);
                // Nobody is in, and who cancelled knows: nothing to send and nothing to report.
                drop(session.handle(now(), Input::Cancelled { revision }));
                Some(StoredSession::Over(Box::new(session.snapshot())))
            }
        });
    }

    /// Somebody was erased: their name is forgotten, and what they have open is closed.
    pub(crate) fn erased(&self, user: &UserId) {
        self.erase_loaded(user);
        for pending in self.0.unloaded.forget_name(user) {
            self.0.writes.submit(StoreChange {
                snapshot: Some(pending),
                ..StoreChange::default()
            });
        }
        // A session may have come into memory in between, by what was remembered before.
        self.erase_loaded(user);
    }

    fn erase_loaded(&self, user: &UserId) {
        let handles: Vec<_> = self.0.read_sessions().values().cloned().collect();
        for handle in handles {
            let mut state = handle.lock();
            if state.session.is_of(user) {
                let input = Input::Erased { user: user.clone() };
                self.0.run(&handle, &mut state, input);
            }
        }
    }

    /// Tells a session that is in memory, or else changes what is remembered of it.
    fn apply_or_store(
        &self,
        id: &SessionId,
        input: Input,
        change: impl FnOnce(Option<&StoredSession>) -> Option<StoredSession>,
    ) {
        if self.0.send_input(id, input.clone()) {
            return;
        }
        self.0.store_unloaded(id, change);
        // Somebody may have joined in between, by what was remembered before; telling twice is harmless.
        self.0.send_input(id, input);
    }

    /// How many sessions are in memory.
    pub(crate) fn len(&self) -> usize {
        self.0.read_sessions().len()
    }

    /// Lets the oldest resume buffers go whenever all together are too large, for as long as it is polled.
    pub(crate) async fn relieve_buffers(&self) {
        loop {
            self.0.ledger.pressed().await;
            while let Some((session, seat)) = self.0.ledger.take_oldest() {
                Limit::ResumeTotalBytes.hit();
                self.0.send_input(&session, Input::DropBuffer { seat });
            }
        }
    }

    /// Forgets what no ticket can ask for any longer.
    pub(crate) fn forget(&self, now: UnixMs) {
        self.0.unloaded.forget(now);
    }

    /// Says goodbye to every socket and stores every session as it stands. From here on a socket that
    /// goes is not lost: the next process gives its seat a full grace.
    pub(crate) fn drain(&self, mut retry_after_ms: impl FnMut() -> u64) {
        self.0.draining.store(true, Ordering::SeqCst);
        let handles: Vec<_> = self.0.read_sessions().values().cloned().collect();
        tracing::info!(sessions = handles.len(), "draining");
        for handle in handles {
            let mut state = handle.lock();
            if let Some(pending) = state.pending_snapshot(&handle.id) {
                self.0.writes.submit(StoreChange {
                    snapshot: Some(pending),
                    ..StoreChange::default()
                });
            }
            state.say_goodbye(&mut retry_after_ms);
        }
    }
}
