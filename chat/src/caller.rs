//! Whoever has shown a good ticket.

use std::collections::BTreeSet;

use wire::{RoomId, SessionId, UnixMs, UserId};

/// Who somebody is, and which rooms their ticket reaches.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user: UserId,
    pub(crate) only: Option<BTreeSet<RoomId>>,
    /// Of a join link's ticket: the session of the link.
    pub(crate) session: Option<SessionId>,
    /// When their ticket was given.
    pub(crate) issued_at: UnixMs,
    /// The application whose person they are, where the ticket says so.
    pub(crate) tenant: Option<String>,
}
