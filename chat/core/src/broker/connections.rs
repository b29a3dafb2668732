//! What the broker remembers of a person and of a connection.

use std::collections::BTreeSet;

use wire::chat::ChatServerFrame;
use wire::{ConnectionId, RoomId, UserId};

/// Somebody who is in a room in memory, or connected.
#[derive(Debug, Default)]
pub(super) struct ConnectedUser {
    /// Their rooms that are in memory.
    pub(super) rooms: RoomSet,
    pub(super) connections: Vec<ConnectionId>,
}

/// Rooms in the order of their ids, in no more memory than they take: most people are in one, and a tree would begin with
/// a node for eleven.
#[derive(Debug, Default)]
pub(super) struct RoomSet(Vec<RoomId>);

impl RoomSet {
    pub(super) fn insert(&mut self, room: RoomId) {
        if let Err(at) = self.0.binary_search(&room) {
            if self.0.is_empty() {
                self.0.reserve_exact(1);
            }
            self.0.insert(at, room);
        }
    }

    pub(super) fn remove(&mut self, room: &RoomId) {
        if let Ok(at) = self.0.binary_search(room) {
            self.0.remove(at);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &RoomId> {
        self.0.iter()
    }
}

/// A socket, or a request that waits for news.
#[derive(Debug)]
pub(super) struct ClientConnection {
    pub(super) user: UserId,
    only: Option<BTreeSet<RoomId>>,
    pub(super) away: bool,
    pub(super) mode: DeliveryMode,
    /// Whose presence it asked to be told.
    pub(super) watching: BTreeSet<UserId>,
}

/// What becomes of a frame for a connection.
#[derive(Debug)]
pub(super) enum DeliveryMode {
    /// What it missed is being read; frames since `welcome` wait.
    CatchingUp {
        /// The frames, in order.
        queued: Vec<ChatServerFrame>,
    },
    /// It is sent at once.
    Live,
    /// It wakes a request.
    WakeOnly,
}

impl ClientConnection {
    pub(super) fn socket(user: UserId, only: Option<BTreeSet<RoomId>>, mode: DeliveryMode) -> Self {
        Self {
            user,
            only,
            away: false,
            mode,
            watching: BTreeSet::new(),
        }
    }

    pub(super) fn long_poll(user: UserId, only: Option<BTreeSet<RoomId>>) -> Self {
        Self::socket(user, only, DeliveryMode::WakeOnly)
    }

    pub(super) fn only(&self) -> Option<&BTreeSet<RoomId>> {
        self.only.as_ref()
    }

    /// True where its ticket reaches the room.
    pub(super) fn reaches(&self, room: &RoomId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(room))
    }
}
