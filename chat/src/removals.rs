//! Who was removed from a session: the ticket of their link reaches its room no more. Whom an operator removed: no ticket
//! that they had then reaches anything. And who was erased: none of theirs does. For as long as a ticket would count.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use chat_core::check_id;
use serde::Deserialize as _;
use wire::{Event, EventType, SessionFact, SessionId, UnixMs, UserId};

use crate::caller::Caller;

/// For how long it is remembered, in milliseconds: twice the life of a ticket, and the scheduler gives out no other.
pub(crate) const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// That a person was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The session that they were removed from; `None` where their connections were ended, whatever they came by.
    pub session: Option<SessionId>,
    /// The person who was removed.
    pub user: UserId,
    /// When that was.
    pub at: UnixMs,
}

impl Removal {
    /// What a `user.kicked` says; none for any other event, and for one that makes no sense.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        if EventType::from_name(&event.kind)? != EventType::UserKicked {
            return None;
        }
        let fact = SessionFact::deserialize(&event.data).ok();
        let user = fact.and_then(|fact| fact.user_id);
        let user = user.filter(|user| check_id(user.as_str()).is_ok());
        let Some(user) = user.filter(|_| check_id(&event.subject).is_ok()) else {
            metrics::counter!("chat_events_skipped_total").increment(1);
            tracing::warn!(event = ?event.id, kind = ?event.kind, "skipped an event");
            return None;
        };
        Some(Self {
            session: Some(SessionId(event.subject.clone())),
            user,
            at: event.occurred_at,
        })
    }

    /// True for whoever came by the link of that person to that session, or by a ticket that they had then. Tickets tell
    /// the second in which they were given.
    pub(crate) fn concerns(&self, caller: &Caller) -> bool {
        let is_meant = match &self.session {
            Some(session) => caller.session.as_ref() == Some(session),
            None => caller.issued_at <= self.at,
        };
        is_meant && caller.user == self.user
    }
}

/// Everybody who was removed lately.
#[derive(Debug, Default)]
pub(crate) struct RemovedPeople(RwLock<HashMap<(Option<SessionId>, UserId), UnixMs>>);

impl RemovedPeople {
    /// Remembers removals, and forgets those whose tickets have ended.
    pub(crate) fn note(&self, removals: &[Removal], now: UnixMs) {
        let mut removed = self.0.write().unwrap_or_else(PoisonError::into_inner);
        removed.retain(|_, at| now.since(*at) < KEPT_MS);
        for removal in removals {
            let key = (removal.session.clone(), removal.user.clone());
            let at = removed.entry(key).or_insert(removal.at);
            *at = (*at).max(removal.at);
        }
    }

    /// True for whoever was removed since they got their ticket, or came by the link of somebody who was.
    pub(crate) fn has(&self, caller: &Caller) -> bool {
        let removed = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if removed.is_empty() {
            return false;
        }
        let by_link = caller.session.as_ref().is_some_and(|session| {
            let key = (Some(session.clone()), caller.user.clone());
            removed.contains_key(&key)
        });
        let altogether = removed.get(&(None, caller.user.clone()));
        by_link || altogether.is_some_and(|at| caller.issued_at <= *at)
    }
}

/// Everybody who was erased lately: their tickets are refused, and the tickets of others name them no more.
#[derive(Debug, Default)]
pub(crate) struct ErasedPeople(RwLock<HashMap<UserId, UnixMs>>);

impl ErasedPeople {
    /// Remembers people, and forgets those whom no ticket names any more.
    pub(crate) fn note(&self, erased: &[(UserId, UnixMs)], now: UnixMs) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, at| now.since(*at) < KEPT_MS);
        known.extend(erased.iter().cloned());
    }

    pub(crate) fn has(&self, user: &UserId) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        !known.is_empty() && known.contains_key(user)
    }
}
