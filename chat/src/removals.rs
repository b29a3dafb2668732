//! Who was removed from a session: the ticket of their link reaches its room no more. And who was erased: none of their
//! tickets reaches anything. Both for as long as a ticket would count.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use chat_core::check_id;
use serde::Deserialize as _;
use wire::{Event, EventType, SessionFact, SessionId, UnixMs, UserId};

use crate::caller::Caller;

/// For how long it is remembered, in milliseconds: twice the life of a ticket, and the scheduler gives out no other.
pub(crate) const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// That a person was removed from a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The session that they were in.
    pub session: SessionId,
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
            session: SessionId(event.subject.clone()),
            user,
            at: event.occurred_at,
        })
    }

    /// True for whoever came by the link of that person to that session.
    pub(crate) fn concerns(&self, caller: &Caller) -> bool {
        caller.session.as_ref() == Some(&self.session) && caller.user == self.user
    }
}

/// Everybody who was removed lately.
#[derive(Debug, Default)]
pub(crate) struct RemovedPeople(RwLock<HashMap<(SessionId, UserId), UnixMs>>);

impl RemovedPeople {
    /// Remembers removals, and forgets those whose tickets have ended.
    pub(crate) fn note(&self, removals: &[Removal], now: UnixMs) {
        let mut removed = self.0.write().unwrap_or_else(PoisonError::into_inner);
        removed.retain(|_, at| now.since(*at) < KEPT_MS);
        for removal in removals {
            let key = (removal.session.clone(), removal.user.clone());
            removed.insert(key, removal.at);
        }
    }

    /// True for whoever came by the link of somebody who was removed.
    pub(crate) fn has(&self, caller: &Caller) -> bool {
        let Some(session) = &caller.session else {
            return false;
        };
        let removed = self.0.read().unwrap_or_else(PoisonError::into_inner);
        !removed.is_empty() && removed.contains_key(&(session.clone(), caller.user.clone()))
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
