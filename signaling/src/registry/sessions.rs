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

use super::{Full, Inner};
use crate::kept::{Draft, Kept};
use crate::session_clock::SessionClock;
use crate::slot::{Entry, Slot, Waiting};
use crate::writer::Change;

/// How long outputs wait for the store; then they go out all the same, and are counted.
const HOLD_LIMIT: Duration = Duration::from_millis(100);
/// How often the core may panic in one session; then the session is left alone until somebody joins it.
const MAX_STRIKES: u8 = 3;

impl Inner {
    /// False where the session is not in memory.
    pub(super) fn tell(self: &Arc<Self>, id: &SessionId, input: Input) -> bool {
        let Some(slot) = self.find(id) else {
            return false;
        };
        let mut entry = slot.lock();
        let here = !entry.retired;
        self.run(&slot, &mut entry, input);
        here
    }

    /// Runs an input, puts its outputs on their way, and sees to the session's place everywhere else.
    pub(super) fn run(self: &Arc<Self>, slot: &Arc<Slot>, entry: &mut Entry, input: Input) {
        if entry.retired {
            return;
        }
        let waiting = entry.run(&slot.id, &self.writer, input);
        self.wait_for_store(slot, waiting);
        self.settle(slot, entry);
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
                let more = entry.release(&slot.id, &inner.writer, hold);
                inner.wait_for_store(&slot, more);
                inner.settle(&slot, &mut entry);
            });
        }
    }

    /// After every change: the timetable, the metrics, and the end of its stay in memory.
    pub(super) fn settle(self: &Arc<Self>, slot: &Arc<Slot>, entry: &mut Entry) {
        if entry.retired {
            return;
        }
        self.media.note(entry.session.room_note());
        if entry.is_broken() {
            return self.lose(slot, entry);
        }
        let done = entry.is_done();
        let due = entry.due_in_steady().filter(|_| !done);
        self.timetable.move_to(&slot.id, entry.due, due);
        entry.due = due;
        let phase = (!done).then(|| entry.phase());
        count_phase(&mut entry.counted, phase);
        if done {
            self.retire(slot, entry);
        }
    }

    /// Has a session go on from a snapshot, with a full grace for whoever was in.
    pub(super) fn take_over(self: &Arc<Self>, id: SessionId, snapshot: Snapshot, strikes: u8) {
        let clock = SessionClock::ahead_of_wall(snapshot.clock_ahead_ms);
        let now = clock.at(steady());
        let session = Session::restore(snapshot, Arc::clone(&self.settings), now);
        let slot = Slot::new(id.clone(), session, true, clock, strikes);
        self.write_sessions().insert(id, Arc::clone(&slot));
        let mut entry = slot.lock();
        self.settle(&slot, &mut entry);
    }

    /// The core panicked in it: what it was about to do is not done, and its sockets are told that their
    /// session is gone. It goes on from where it stands for whoever comes back, but not for ever.
    fn lose(self: &Arc<Self>, slot: &Arc<Slot>, entry: &mut Entry) {
        metrics::counter!("signaling_sessions_lost_total").increment(1);
        tracing::error!(session = %slot.id, event = "session.state_lost", strikes = entry.strikes);
        entry.close_all(CloseCode::StateLost);
        entry.retired = true;
        self.timetable.move_to(&slot.id, entry.due.take(), None);
        count_phase(&mut entry.counted, None);
        let strikes = entry.strikes + 1;
        match entry.draft(&slot.id) {
            Some(Draft {
                kept: Kept::Open(snapshot),
                ..
            }) if strikes < MAX_STRIKES => {
                // In its place, so that nobody who joins meanwhile begins it anew.
                return self.take_over(slot.id.clone(), *snapshot, strikes);
            }
            Some(draft) => self.archive.remember(draft),
            None => {}
        }
        self.write_sessions().remove(&slot.id);
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
    pub(super) fn keep(&self, id: &SessionId, change: impl FnOnce(Option<&Kept>) -> Option<Kept>) {
        let Some(draft) = self.archive.change(id, change) else {
            return;
        };
        self.writer.submit(Change {
            draft: Some(draft),
            ..Change::default()
        });
    }

    pub(super) fn find(&self, id: &SessionId) -> Option<Arc<Slot>> {
        self.read_sessions().get(id).cloned()
    }

    /// The session that a ticket means, brought into memory if it is not there.
    pub(super) fn slot_for(&self, ticket: &SessionSpec) -> Result<Arc<Slot>, Full> {
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
        let mut clock = SessionClock::ahead_of_wall(0);
        let (session, saved) = match self.archive.get(&ticket.id) {
            Some(Kept::Over(snapshot) | Kept::Open(snapshot)) => {
                clock = SessionClock::ahead_of_wall(snapshot.clock_ahead_ms);
                let now = clock.at(steady());
                (Session::restore(*snapshot, settings, now), true)
            }
            Some(Kept::Booked(spec)) if spec.revision > ticket.revision => {
                (Session::new(*spec, settings), false)
            }
            _ => (Session::new(ticket.clone(), settings), false),
        };
        let slot = Slot::new(ticket.id.clone(), session, saved, clock, 0);
        sessions.insert(ticket.id.clone(), Arc::clone(&slot));
        Ok(slot)
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

    pub(super) fn read_sessions(&self) -> RwLockReadGuard<'_, HashMap<SessionId, Arc<Slot>>> {
        self.sessions.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write_sessions(&self) -> RwLockWriteGuard<'_, HashMap<SessionId, Arc<Slot>>> {
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
mod tests {
    use std::sync::atomic::AtomicBool;

    use service::Tasks;
    use service::socket::SocketHandle;
    use signaling_core::{Access, MediaAccess, Settings};
    use wire::signaling::Refresh;
    use wire::{IceServer, SessionSpec, UnixMs};

    use super::*;
    use crate::join::Joining;
    use crate::kept::tests::spec;
    use crate::media::MediaDesk;
    use crate::registry::{Membership, Registry};
    use crate::writer::Writer;

    /// A bug of the core, which shows when it is asked for.
    #[derive(Debug, Default)]
    struct Bug(AtomicBool);

    impl MediaAccess for Bug {
        fn ice_servers(&self, _now: UnixMs, _who: Access<'_>) -> Vec<IceServer> {
            assert!(!self.0.load(Ordering::SeqCst), "the bug of this test");
            Vec::new()
        }

        fn media(&self, _: UnixMs, _: Access<'_>) -> Option<wire::signaling::MediaAccess> {
            None
        }
    }

    fn registry(bug: Arc<Bug>) -> Registry {
        let settings = Settings {
            media: bug,
            ..Settings::default()
        };
        let desk = MediaDesk::default();
        Registry::new(settings, 10, Writer::default(), desk, Tasks::new())
    }

    fn on_now() -> SessionSpec {
        let mut spec = spec();
        spec.starts_at = now() + 3_600_000;
        spec.closes_at = spec.starts_at + 1_000;
        spec
    }

    fn join(registry: &Registry, spec: &SessionSpec, side: usize) -> (Membership, SocketHandle) {
        let line = SocketHandle::unread(100, 100_000);
        let joining = Joining {
            user: spec.participants[side].user_id.clone(),
            spec: spec.clone(),
            resume: None,
            new_token: String::new(),
            new_token_hash: rand::random(),
        };
        let membership = registry.join(joining, line.clone());
        (membership.expect("there is room"), line)
    }

    #[tokio::test]
    async fn sig_198_a_core_that_panics_costs_its_own_sockets_4005_and_the_session_goes_on() {
        let bug = Arc::new(Bug::default());
        let registry = registry(Arc::clone(&bug));
        let (spec, mut other) = (on_now(), on_now());
        other.id = "other".into();
        let (ann, ann_line) = join(&registry, &spec, 0);
        let (_bob, bob_line) = join(&registry, &spec, 1);
        let (_cid, cid_line) = join(&registry, &other, 0);
        bug.0.store(true, Ordering::SeqCst);
        ann.frame(None, Refresh {}.into());
        bug.0.store(false, Ordering::SeqCst);
        for line in [&ann_line, &bob_line] {
            assert_eq!(line.closing(), Some(CloseCode::StateLost));
        }
        assert_eq!(cid_line.closing(), None);
        let view = registry.view(&spec.id).expect("it goes on");
        assert!(
            view.participants
                .iter()
                .all(|seat| seat.resume_until.is_some())
        );
        let (_ann, new_line) = join(&registry, &spec, 0);
        // The end of the old socket comes after the new one has the seat.
        drop(ann);
        assert_eq!(new_line.closing(), None);
        let view = registry.view(&spec.id).expect("it goes on");
        assert!(view.participants[0].connection_id.is_some());
    }

    #[tokio::test]
    async fn sig_198_a_session_that_panics_again_and_again_is_left_alone_until_somebody_joins() {
        let bug = Arc::new(Bug::default());
        let registry = registry(Arc::clone(&bug));
        let spec = on_now();
        for strike in 1..=MAX_STRIKES {
            let (ann, line) = join(&registry, &spec, 0);
            bug.0.store(true, Ordering::SeqCst);
            ann.frame(None, Refresh {}.into());
            bug.0.store(false, Ordering::SeqCst);
            assert_eq!(line.closing(), Some(CloseCode::StateLost));
            assert_eq!(registry.len(), usize::from(strike < MAX_STRIKES));
        }
        let (_ann, line) = join(&registry, &spec, 0);
        assert_eq!(line.closing(), None);
    }

    #[tokio::test]
    async fn sig_199_who_comes_in_behind_the_goodbyes_is_told_to_come_back() {
        let registry = registry(Arc::new(Bug::default()));
        registry.drain(|| 7);
        let (_ann, line) = join(&registry, &on_now(), 0);
        assert_eq!(line.closing(), Some(CloseCode::GoingAway));
    }
}
