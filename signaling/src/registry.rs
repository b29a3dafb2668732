//! Every session in memory: finds the one that a socket or an event means, and wakes the one that is due.
//!
//! No task per session: whoever brings an input runs the core under the session's lock. Lock order: a
//! session's entry, then the maps; nobody takes an entry while holding a map.

mod archive;
mod media;
mod membership;
mod operators;
mod sessions;
mod timer;

pub(crate) use membership::Membership;
pub(crate) use operators::NotOn;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use service::Tasks;
use service::clock::now;
use service::socket::SocketHandle;
use signaling_core::{Input, Session, Settings};
use wire::{SessionId, SessionSpec, UnixMs};

use self::archive::Archive;
use crate::join::Joining;
use crate::kept::{Draft, Kept};
use crate::media::MediaDesk;
use crate::slot::Slot;
use crate::timetable::Timetable;
use crate::writer::{Change, Writer};

/// When who comes in while the process is stopping is to come back, in milliseconds.
const LATE_RETRY_MS: u64 = 1_000;

/// The sessions of this process; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Registry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Arc<Settings>,
    max_sessions: usize,
    sessions: RwLock<HashMap<SessionId, Arc<Slot>>>,
    /// What is known of sessions that are not in `sessions`.
    archive: Archive,
    timetable: Timetable,
    writer: Writer,
    media: MediaDesk,
    tasks: Tasks,
    last_connection: AtomicU64,
    draining: AtomicBool,
}

/// No room for another session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Registry {
    pub(crate) fn new(
        settings: Settings,
        max_sessions: usize,
        writer: Writer,
        media: MediaDesk,
        tasks: Tasks,
    ) -> Self {
        Self(Arc::new(Inner {
            settings: Arc::new(settings),
            max_sessions,
            sessions: RwLock::default(),
            archive: Archive::default(),
            timetable: Timetable::default(),
            writer,
            media,
            tasks,
            last_connection: AtomicU64::new(0),
            draining: AtomicBool::new(false),
        }))
    }

    /// Takes over what an earlier process stored.
    pub(crate) fn restore(&self, draft: Draft) {
        let id = draft.session;
        let snapshot = match draft.kept {
            Kept::Open(snapshot) => snapshot,
            kept @ (Kept::Over(_) | Kept::Booked(_)) => {
                self.0.archive.remember(Draft {
                    session: id,
                    kept,
                    forget_at: draft.forget_at,
                });
                return;
            }
        };
        self.0.take_over(id, *snapshot, 0);
    }

    /// Lets a socket in, or has the core refuse it on that socket.
    ///
    /// Subscribe first: the socket is on the line before the core hears of it, so that no frame is missed.
    pub(crate) fn join(&self, joining: Joining, line: SocketHandle) -> Result<Membership, Full> {
        let (slot, connection) = loop {
            let slot = self.0.slot_for(&joining.spec)?;
            let mut entry = slot.lock();
            if entry.retired {
                continue;
            }
            // Under the lock: of two that race, the one that comes second is the later one.
            let connection = self.0.next_connection();
            entry.add_line(connection, line);
            let input = Input::Join {
                connection,
                user: joining.user,
                spec: joining.spec,
                resume: joining.resume,
                new_token: joining.new_token,
                new_token_hash: joining.new_token_hash,
            };
            self.0.run(&slot, &mut entry, input);
            if self.0.draining.load(Ordering::SeqCst) {
                // It came in behind the goodbyes.
                entry.say_goodbye(|| LATE_RETRY_MS);
            }
            drop(entry);
            break (slot, connection);
        };
        Ok(Membership::new(self.clone(), slot, connection))
    }

    /// A booking was made or moved.
    pub(crate) fn booked(&self, spec: SessionSpec) {
        let id = spec.id.clone();
        let input = Input::Booked { spec: spec.clone() };
        self.tell_or_keep(&id, input, |known| match known {
            Some(Kept::Over(_) | Kept::Open(_)) => None,
            Some(Kept::Booked(old)) if old.revision >= spec.revision => None,
            // The first revision is on every ticket that there is.
            None if spec.revision <= 1 => None,
            _ => Some(Kept::Booked(Box::new(spec))),
        });
    }

    /// A booking was called off.
    pub(crate) fn cancelled(&self, spec: SessionSpec, revision: u64) {
        let id = spec.id.clone();
        let settings = Arc::clone(&self.0.settings);
        self.tell_or_keep(&id, Input::Cancelled { revision }, |known| match known {
            Some(Kept::Over(_) | Kept::Open(_)) => None,
            Some(Kept::Booked(newer)) if newer.revision > revision => None,
            _ => {
                let mut session = Session::new(spec, settings);
                // Nobody is in, and who cancelled knows: nothing to send and nothing to report.
                drop(session.handle(now(), Input::Cancelled { revision }));
                Some(Kept::Over(Box::new(session.snapshot())))
            }
        });
    }

    /// Tells a session that is in memory, or else changes what is remembered of it.
    fn tell_or_keep(
        &self,
        id: &SessionId,
        input: Input,
        change: impl FnOnce(Option<&Kept>) -> Option<Kept>,
    ) {
        if self.0.tell(id, input.clone()) {
            return;
        }
        self.0.keep(id, change);
        // Somebody may have joined in between, by what was remembered before; telling twice is harmless.
        self.0.tell(id, input);
    }

    /// How many sessions are in memory.
    pub(crate) fn len(&self) -> usize {
        self.0.read_sessions().len()
    }

    /// Forgets what no ticket can ask for any longer.
    pub(crate) fn forget(&self, now: UnixMs) {
        self.0.archive.forget(now);
    }

    /// Says goodbye to every socket and stores every session as it stands. From here on a socket that
    /// goes is not lost: the next process gives its seat a full grace.
    pub(crate) fn drain(&self, mut retry_after_ms: impl FnMut() -> u64) {
        self.0.draining.store(true, Ordering::SeqCst);
        let slots: Vec<_> = self.0.read_sessions().values().cloned().collect();
        tracing::info!(sessions = slots.len(), "draining");
        for slot in slots {
            let mut entry = slot.lock();
            if let Some(draft) = entry.draft(&slot.id) {
                self.0.writer.submit(Change {
                    draft: Some(draft),
                    ..Change::default()
                });
            }
            entry.say_goodbye(&mut retry_after_ms);
        }
    }
}
