//! What is known of sessions that are not in memory: bookings that moved, and how others ended.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use wire::{SessionId, UnixMs};

use crate::kept::{Draft, Kept, forget_at};

/// Most sessions that are remembered, at 1 KB each: all that end within a quarter of an hour at 200 a
/// second.
const MAX_REMEMBERED: usize = 200_000;

/// The remembered sessions.
#[derive(Debug, Default)]
pub(super) struct Archive(Mutex<HashMap<SessionId, Remembered>>);

#[derive(Debug)]
struct Remembered {
    kept: Kept,
    forget_at: UnixMs,
}

impl Archive {
    /// What is known of a session.
    pub(super) fn get(&self, id: &SessionId) -> Option<Kept> {
        self.lock().get(id).map(|known| known.kept.clone())
    }

    /// Remembers a session, or replaces what was known of it.
    pub(super) fn remember(&self, draft: Draft) {
        insert(&mut self.lock(), draft);
    }

    /// Replaces what is known by what `change` makes of it, if anything; gives that back for the store.
    pub(super) fn change(
        &self,
        id: &SessionId,
        change: impl FnOnce(Option<&Kept>) -> Option<Kept>,
    ) -> Option<Draft> {
        let mut known = self.lock();
        let kept = change(known.get(id).map(|known| &known.kept))?;
        let forget_at = match &kept {
            Kept::Open(snapshot) | Kept::Over(snapshot) => forget_at(&snapshot.spec),
            Kept::Booked(spec) => forget_at(spec),
        };
        let draft = Draft {
            session: id.clone(),
            kept,
            forget_at,
        };
        insert(&mut known, draft.clone());
        Some(draft)
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

fn insert(known: &mut HashMap<SessionId, Remembered>, draft: Draft) {
    if known.len() >= MAX_REMEMBERED && !known.contains_key(&draft.session) {
        metrics::counter!("signaling_remembered_overflow_total").increment(1);
        return;
    }
    let Draft {
        session,
        kept,
        forget_at,
    } = draft;
    known.insert(session, Remembered { kept, forget_at });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept::tests::spec;

    #[test]
    fn sig_106_a_change_sees_what_is_known_and_what_is_due_is_forgotten() {
        let archive = Archive::default();
        let id = SessionId::from("s");
        let book = |known: Option<&Kept>| {
            assert!(known.is_none());
            Some(Kept::Booked(Box::new(spec())))
        };
        let draft = archive.change(&id, book).unwrap();
        let nothing = |known: Option<&Kept>| {
            assert!(matches!(known, Some(Kept::Booked(_))));
            None
        };
        assert!(archive.change(&id, nothing).is_none());
        archive.forget(draft.forget_at - 1);
        assert!(archive.get(&id).is_some());
        archive.forget(draft.forget_at);
        assert!(archive.get(&id).is_none());
    }
}
