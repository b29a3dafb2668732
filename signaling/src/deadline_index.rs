//! Which session is due when: one ordered index for one timer. It knows nothing about why.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wire::{SessionId, UnixMs};

/// Sessions in the order of their next deadline.
#[derive(Debug, Default)]
pub(crate) struct DeadlineIndex {
    due: Mutex<BTreeSet<(UnixMs, SessionId)>>,
    earlier: Notify,
}

impl DeadlineIndex {
    /// Moves a session from its `old` place to its `new` one.
    pub(crate) fn move_to(&self, session: &SessionId, old: Option<UnixMs>, new: Option<UnixMs>) {
        if old == new {
            return;
        }
        let mut due = self.due();
        if let Some(old) = old {
            due.remove(&(old, session.clone()));
        }
        let Some(new) = new else { return };
        let is_first = due.first().is_none_or(|(first, _)| new < *first);
        due.insert((new, session.clone()));
        drop(due);
        if is_first {
            self.earlier.notify_one();
        }
    }

    /// Takes out the first session that is due at `now`, and says since when.
    pub(crate) fn pop(&self, now: UnixMs) -> Option<(UnixMs, SessionId)> {
        let mut due = self.due();
        if due.first()?.0 > now {
            return None;
        }
        due.pop_first()
    }

    /// When the first one is due.
    pub(crate) fn first(&self) -> Option<UnixMs> {
        self.due().first().map(|(due, _)| *due)
    }

    /// Returns when something became due earlier than all the rest.
    pub(crate) async fn changed(&self) {
        self.earlier.notified().await;
    }

    fn due(&self) -> MutexGuard<'_, BTreeSet<(UnixMs, SessionId)>> {
        // Single inserts and removes: nothing can be half done.
        self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sig_100_due_sessions_come_in_order_and_never_early() {
        let table = DeadlineIndex::default();
        let (a, b) = (SessionId::from("a"), SessionId::from("b"));
        table.move_to(&a, None, Some(UnixMs(20)));
        table.move_to(&b, None, Some(UnixMs(10)));
        assert_eq!(table.first(), Some(UnixMs(10)));
        assert_eq!(table.pop(UnixMs(9)), None);
        assert_eq!(table.pop(UnixMs(10)), Some((UnixMs(10), b)));
        assert_eq!(table.pop(UnixMs(19)), None);
        table.move_to(&a, Some(UnixMs(20)), Some(UnixMs(15)));
        assert_eq!(table.pop(UnixMs(19)), Some((UnixMs(15), a)));
        assert_eq!(table.first(), None);
    }

    #[test]
    fn sig_100_a_session_without_deadline_is_nowhere() {
        let table = DeadlineIndex::default();
        let a = SessionId::from("a");
        table.move_to(&a, None, Some(UnixMs(20)));
        table.move_to(&a, Some(UnixMs(20)), None);
        assert_eq!(table.pop(UnixMs(99)), None);
    }
}
