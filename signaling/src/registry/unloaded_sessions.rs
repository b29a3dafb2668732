//! What is known of sessions that are not in memory: bookings that moved, and how others ended.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use signaling_core::forget_name;
use wire::{SessionId, UnixMs, UserId};

use crate::stored_session::{PendingSnapshot, StoredSession, forget_at};

/// Most sessions that are remembered, at 1 KB each: all that end within a quarter of an hour at 200 a
/// second.
const MAX_REMEMBERED: usize = 200_000;

/// Sessions that are not loaded, each as it was last stored.
#[derive(Debug, Default)]
pub(super) struct UnloadedSessions(Mutex<HashMap<SessionId, Remembered>>);

#[derive(Debug)]
struct Remembered {
    stored: StoredSession,
    forget_at: UnixMs,
}

impl UnloadedSessions {
    /// What is known of a session.
    pub(super) fn get(&self, id: &SessionId) -> Option<StoredSession> {
        self.lock().get(id).map(|known| known.stored.clone())
    }

    /// Remembers a session, or replaces what was known of it.
    pub(super) fn remember(&self, pending: PendingSnapshot) {
        insert(&mut self.lock(), pending);
    }

    /// Replaces what is known by what `change` makes of it, if anything; gives that back for the store.
    pub(super) fn change(
        &self,
        id: &SessionId,
        change: impl FnOnce(Option<&StoredSession>) -> Option<StoredSession>,
    ) -> Option<PendingSnapshot> {
        let mut known = self.lock();
        let stored = change(known.get(id).map(|known| &known.stored))?;
        let forget_at = match &stored {
            StoredSession::Open(snapshot) | StoredSession::Over(snapshot) => {
                forget_at(&snapshot.spec)
            }
            StoredSession::Booked(spec) => forget_at(spec),
        };
        let pending = PendingSnapshot {
            session: id.clone(),
            stored,
            forget_at,
        };
        insert(&mut known, pending.clone());
        Some(pending)
    }

    /// Takes the name of somebody who was erased out of all that is known; gives back what changed, for the store.
    pub(super) fn forget_name(&self, user: &UserId) -> Vec<PendingSnapshot> {
        let mut known = self.lock();
        let theirs = known
            .iter_mut()
            .filter_map(|(id, known)| known.forget_name(id, user));
        theirs.collect()
    }

    /// Forgets what no ticket can ask for any longer.
    pub(super) fn forget(&self, now: UnixMs) {
        self.lock().retain(|_, known| known.forget_at > now);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Remembered>> {
        // Single inserts and removes: nothing can be half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    fn forget_name(&mut self, id: &SessionId, user: &UserId) -> Option<PendingSnapshot> {
        let spec = match &mut self.stored {
            StoredSession::Open(snapshot) | StoredSession::Over(snapshot) => &mut snapshot.spec,
            StoredSession::Booked(spec) => spec.as_mut(),
        };
        forget_name(spec, user).then(|| PendingSnapshot {
            session: id.clone(),
            stored: self.stored.clone(),
            forget_at: self.forget_at,
        })
    }
}

fn insert(known: &mut HashMap<SessionId, Remembered>, pending: PendingSnapshot) {
    if known.len() >= MAX_REMEMBERED && !known.contains_key(&pending.session) {
        metrics::counter!("signaling_remembered_overflow_total").increment(1);
        return;
    }
    let PendingSnapshot {
        session,
        stored,
        forget_at,
    } = pending;
    known.insert(session, Remembered { stored, forget_at });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored_session::tests::spec;

    #[test]
    fn sig_106_a_change_sees_what_is_known_and_what_is_due_is_forgotten() {
        let unloaded = UnloadedSessions::default();
        let id = SessionId::from("s");
        let book = |known: Option<&StoredSession>| {
            assert!(known.is_none());
            Some(StoredSession::Booked(Box::new(spec())))
        };
        let pending = unloaded.change(&id, book).unwrap();
        let nothing = |known: Option<&StoredSession>| {
            assert!(matches!(known, Some(StoredSession::Booked(_))));
            None
        };
        assert!(unloaded.change(&id, nothing).is_none());
        unloaded.forget(pending.forget_at - 1);
        assert!(unloaded.get(&id).is_some());
        unloaded.forget(pending.forget_at);
        assert!(unloaded.get(&id).is_none());
    }
}
