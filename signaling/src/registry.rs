//! Every session in memory: finds the one that a socket or an event means, and wakes the one that is due.
//!
//! No task per session: whoever brings an input runs the core under the session's lock. Lock order: a
//! session's entry, then the maps; nobody takes an entry while holding a map.

mod archive;
mod membership;
mod operators;

pub(crate) use membership::Membership;
pub(crate) use operators::NotOn;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use service::Tasks;
use service::clock::now;
use service::socket::SocketHandle;
use signaling_core::{Input, Session, Settings};
use tokio::time::{sleep, timeout};
use wire::signaling::{GoingAway, ServerFrame};
use wire::{CloseCode, ConnectionId, SessionId, SessionSpec, UnixMs};

use self::archive::Archive;
use crate::join::Joining;
use crate::kept::{Draft, Kept};
use crate::media::MediaDesk;
use crate::slot::{Entry, Slot, Waiting};
use crate::timetable::Timetable;
use crate::writer::{Change, Writer};

/// How long outputs wait for the store; then they go out all the same, and are counted.
const HOLD_LIMIT: Duration = Duration::from_millis(100);
/// Longest sleep of the timer, so that a wall clock that is set is followed.
const MAX_SLEEP: Duration = Duration::from_secs(1);
/// Deadlines that one turn of the timer runs before others get the thread.
const DUE_PER_TURN: usize = 64;

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
        let session = Session::restore(*snapshot, Arc::clone(&self.0.settings), now());
        let slot = Slot::new(id.clone(), session, true);
        self.0.write_sessions().insert(id, Arc::clone(&slot));
        let mut entry = slot.lock();
        self.0.settle(&slot, &mut entry);
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

    /// Wakes each session when it is due, for as long as it is polled. The one timer of the service.
    pub(crate) async fn keep_time(&self) {
        loop {
            self.run_due();
            let wait = match self.0.timetable.first() {
                Some(first) => millis(first.since(now())).min(MAX_SLEEP),
                None => MAX_SLEEP,
            };
            tokio::select! {
                () = sleep(wait) => {}
                () = self.0.timetable.changed() => {}
            }
        }
    }

    /// Wakes sessions that are due; some of them, where they are very many.
    pub(crate) fn run_due(&self) {
        for _ in 0..DUE_PER_TURN {
            let at = now();
            let Some((due, id)) = self.0.timetable.pop(at) else {
                return;
            };
            let late_ms = u32::try_from(at.since(due)).unwrap_or(u32::MAX);
            metrics::histogram!("signaling_timer_lateness_seconds")
                .record(f64::from(late_ms) / 1e3);
            self.0.tick(&id, due);
        }
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
            for line in entry.lines() {
                let goodbye = ServerFrame::from(GoingAway {
                    retry_after_ms: retry_after_ms(),
                });
                // A full queue makes no difference: the close code says the same.
                let _ = line.try_send(goodbye.to_text(None).into());
                line.close(CloseCode::GoingAway);
            }
        }
    }
}

impl Inner {
    /// False where the session is not in memory.
    fn tell(self: &Arc<Self>, id: &SessionId, input: Input) -> bool {
        let Some(slot) = self.find(id) else {
            return false;
        };
        let mut entry = slot.lock();
        let here = !entry.retired;
        self.run(&slot, &mut entry, input);
        here
    }

    /// Runs an input, puts its outputs on their way, and sees to the session's place everywhere else.
    fn run(self: &Arc<Self>, slot: &Arc<Slot>, entry: &mut Entry, input: Input) {
        if entry.retired {
            return;
        }
        let waiting = entry.run(&slot.id, &self.writer, now(), input);
        self.wait_for_store(slot, waiting);
        self.settle(slot, entry);
    }

    fn tick(self: &Arc<Self>, id: &SessionId, due: UnixMs) {
        let Some(slot) = self.find(id) else { return };
        let mut entry = slot.lock();
        if entry.due == Some(due) {
            // The timetable has let go of it already.
            entry.due = None;
        }
        self.run(&slot, &mut entry, Input::Tick);
    }

    /// One short task per commit that is waited for, which is two or three in a session's life.
    fn wait_for_store(self: &Arc<Self>, slot: &Arc<Slot>, waiting: Vec<Waiting>) {
        for Waiting { hold, stored } in waiting {
            let (inner, slot) = (Arc::clone(self), Arc::clone(slot));
            self.tasks.spawn("hold", async move {
                if timeout(HOLD_LIMIT, stored).await.is_err() {
                    metrics::counter!("signaling_held_too_long_total").increment(1);
                    tracing::warn!(session = %slot.id, "went on without the store");
                }
                let mut entry = slot.lock();
                let more = entry.release(&slot.id, &inner.writer, now(), hold);
                inner.wait_for_store(&slot, more);
                inner.settle(&slot, &mut entry);
            });
        }
    }

    /// After every change: the timetable, the metrics, and the end of its stay in memory.
    fn settle(&self, slot: &Arc<Slot>, entry: &mut Entry) {
        if entry.retired {
            return;
        }
        self.media.note(entry.session.room_note());
        let done = entry.is_done();
        let due = entry.session.next_deadline().filter(|_| !done);
        self.timetable.move_to(&slot.id, entry.due, due);
        entry.due = due;
        let phase = (!done).then(|| entry.phase());
        count_phase(&mut entry.counted, phase);
        if done {
            self.retire(slot, entry);
        }
    }

    fn retire(&self, slot: &Arc<Slot>, entry: &mut Entry) {
        entry.retired = true;
        // Remembered first: who looks for the session finds it in one place or the other.
        if let Some(draft) = entry.draft(&slot.id) {
            self.archive.remember(draft);
        }
        self.write_sessions().remove(&slot.id);
    }

    /// Changes what is remembered of a session that is not in memory, on disk too.
    fn keep(&self, id: &SessionId, change: impl FnOnce(Option<&Kept>) -> Option<Kept>) {
        let Some(draft) = self.archive.change(id, change) else {
            return;
        };
        self.writer.submit(Change {
            draft: Some(draft),
            ..Change::default()
        });
    }

    fn find(&self, id: &SessionId) -> Option<Arc<Slot>> {
        self.read_sessions().get(id).cloned()
    }

    /// The session that a ticket means, brought into memory if it is not there.
    fn slot_for(&self, ticket: &SessionSpec) -> Result<Arc<Slot>, Full> {
        if let Some(slot) = self.find(&ticket.id) {
            return Ok(slot);
        }
        let mut sessions = self.write_sessions();
        if let Some(slot) = sessions.get(&ticket.id) {
            return Ok(Arc::clone(slot));
        }
        if sessions.len() >= self.max_sessions {
            return Err(Full);
        }
        let settings = Arc::clone(&self.settings);
        let (session, saved) = match self.archive.get(&ticket.id) {
            Some(Kept::Over(snapshot) | Kept::Open(snapshot)) => {
                (Session::restore(*snapshot, settings, now()), true)
            }
            Some(Kept::Booked(spec)) if spec.revision > ticket.revision => {
                (Session::new(*spec, settings), false)
            }
            _ => (Session::new(ticket.clone(), settings), false),
        };
        let slot = Slot::new(ticket.id.clone(), session, saved);
        sessions.insert(ticket.id.clone(), Arc::clone(&slot));
        Ok(slot)
    }

    /// Rises, across restarts too.
    fn next_connection(&self) -> ConnectionId {
        let now = u64::try_from(now().0).unwrap_or_default();
        let step = |last: u64| Some(now.max(last + 1));
        let last = self
            .last_connection
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, step)
            .expect("the step always gives a value");
        ConnectionId(now.max(last + 1))
    }

    fn read_sessions(&self) -> RwLockReadGuard<'_, HashMap<SessionId, Arc<Slot>>> {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_sessions(&self) -> RwLockWriteGuard<'_, HashMap<SessionId, Arc<Slot>>> {
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

fn millis(ms: i64) -> Duration {
    Duration::from_millis(ms.max(0).unsigned_abs())
}
