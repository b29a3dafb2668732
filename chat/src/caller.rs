//! Whoever has shown a good ticket.

use std::collections::BTreeSet;

use wire::{RoomId, UserId};

/// Who somebody is, and which rooms their ticket reaches.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) user: UserId,
    pub(crate) only: Option<BTreeSet<RoomId>>,
}
