//! What operators see of the sessions, and their two commands.

use std::sync::Arc;

use service::clock::now;
use signaling_core::{Input, OperatorView, Session};
use wire::{EventType, OperatorAction, Outcome, SessionId, UserId};

use super::Registry;
use crate::session_handle::{SessionHandle, event};
use crate::stored_session::StoredSession;
use crate::write_buffer::StoreChange;

/// A session that an operator can do nothing with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CommandError {
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
        let mut handles: Vec<_> = self.0.read_sessions().values().cloned().collect();
        handles.retain(|handle| after.is_none_or(|after| handle.id > *after));
        handles.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        let more = handles.len() > limit;
        handles.truncate(limit);
        let view = |handle: Arc<SessionHandle>| {
            let view = handle.lock().view();
            self.with_media(view)
        };
        (handles.into_iter().map(view).collect(), more)
    }

    /// A session that is on, or over and not yet forgotten.
    pub(crate) fn view(&self, id: &SessionId) -> Option<OperatorView> {
        if let Some(handle) = self.0.find(id) {
            let view = handle.lock().view();
            return Some(self.with_media(view));
        }
        let snapshot = match self.0.unloaded.get(id)? {
            StoredSession::Open(snapshot) | StoredSession::Over(snapshot) => snapshot,
            StoredSession::Booked(_) => return None,
        };
        let settings = Arc::clone(&self.0.settings);
        let view = Session::restore(*snapshot, settings, now()).view(now());
        Some(self.with_media(view))
    }

    /// An operator ends a session.
    pub(crate) fn end(&self, id: &SessionId) -> Result<(), CommandError> {
        self.command(id, Input::End)
    }

    /// An operator removes a person.
    pub(crate) fn kick(&self, id: &SessionId, user: UserId) -> Result<(), CommandError> {
        self.command(id, Input::Kick { user })
    }

    /// Puts into the outbox what an operator has done to a session.
    pub(crate) fn note_action(&self, session: &SessionId, action: &OperatorAction) {
        let fact = event(session, now(), EventType::OperatorAction, action);
        self.0.writes.submit(StoreChange {
            facts: vec![fact],
            ..StoreChange::default()
        });
    }

    fn command(&self, id: &SessionId, input: Input) -> Result<(), CommandError> {
        let view = self.view(id).ok_or(CommandError::Unknown)?;
        if let Some(outcome) = view.outcome {
            return Err(CommandError::Over(outcome));
        }
        match self.0.send_input(id, input) {
            true => Ok(()),
            false => Err(CommandError::Unknown),
        }
    }
}
