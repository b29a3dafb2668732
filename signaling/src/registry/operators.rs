//! What operators see of the sessions, and their two commands.

use std::sync::Arc;

use service::clock::now;
use signaling_core::{Input, OperatorView, Session};
use wire::{Outcome, SessionId, UserId};

use super::Registry;
use crate::kept::Kept;
use crate::slot::Slot;

/// A session that an operator can do nothing with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotOn {
    /// Nobody has joined it, or it is long over.
    Unknown,
    /// It is over.
    Over(Outcome),
}

impl Registry {
    /// Sessions in memory, in the order of their ids, from after `after`; and whether there are more.
    pub(crate) fn views(
        &self,
        after: Option<&SessionId>,
        limit: usize,
    ) -> (Vec<OperatorView>, bool) {
        let mut slots: Vec<_> = self.0.read_sessions().values().cloned().collect();
        slots.retain(|slot| after.is_none_or(|after| slot.id > *after));
        slots.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        let more = slots.len() > limit;
        slots.truncate(limit);
        let view = |slot: Arc<Slot>| {
            let view = slot.lock().view();
            self.with_media(view)
        };
        (slots.into_iter().map(view).collect(), more)
    }

    /// A session that is on, or over and not yet forgotten.
    pub(crate) fn view(&self, id: &SessionId) -> Option<OperatorView> {
        if let Some(slot) = self.0.find(id) {
            let view = slot.lock().view();
            return Some(self.with_media(view));
        }
        let snapshot = match self.0.archive.get(id)? {
            Kept::Open(snapshot) | Kept::Over(snapshot) => snapshot,
            Kept::Booked(_) => return None,
        };
        let settings = Arc::clone(&self.0.settings);
        let view = Session::restore(*snapshot, settings, now()).view(now());
        Some(self.with_media(view))
    }

    /// An operator ends a session.
    pub(crate) fn end(&self, id: &SessionId) -> Result<(), NotOn> {
        self.command(id, Input::End)
    }

    /// An operator removes a person.
    pub(crate) fn kick(&self, id: &SessionId, user: UserId) -> Result<(), NotOn> {
        self.command(id, Input::Kick { user })
    }

    fn command(&self, id: &SessionId, input: Input) -> Result<(), NotOn> {
        let view = self.view(id).ok_or(NotOn::Unknown)?;
        if let Some(outcome) = view.outcome {
            return Err(NotOn::Over(outcome));
        }
        match self.0.tell(id, input) {
            true => Ok(()),
            false => Err(NotOn::Unknown),
        }
    }
}
