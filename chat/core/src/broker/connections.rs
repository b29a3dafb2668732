//! What the broker remembers of a person and of a connection.

use std::collections::BTreeSet;

use wire::chat::{ChatServerFrame, PresenceState};
use wire::{ConnectionId, RoomId, UnixMs, UserId};

/// Somebody who is in a room in memory, connected or not.
#[derive(Debug)]
pub(super) struct ConnectedUser {
    /// Their rooms that are in memory.
    pub(super) rooms: BTreeSet<RoomId>,
    pub(super) connections: BTreeSet<ConnectionId>,
    /// What others were told last.
    pub(super) announced: PresenceState,
    /// The last connection was lost, and until then others are not told.
    pub(super) grace_until: Option<UnixMs>,
    pub(super) last_active_at: Option<UnixMs>,
}

impl Default for ConnectedUser {
    fn default() -> Self {
        Self {
            rooms: BTreeSet::new(),
            connections: BTreeSet::new(),
            announced: PresenceState::Offline,
            grace_until: None,
            last_active_at: None,
        }
    }
}

impl ConnectedUser {
    /// Nothing that would have to be remembered.
    pub(super) fn is_forgettable(&self) -> bool {
        self.rooms.is_empty() && self.connections.is_empty() && self.grace_until.is_none()
    }
}

/// A socket, or a request that waits for news.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) user: UserId,
    only: Option<BTreeSet<RoomId>>,
    pub(super) away: bool,
    pub(super) stage: DeliveryMode,
    /// Whose presence it asked to be told.
    pub(super) watching: BTreeSet<UserId>,
}

/// How far a connection is.
#[derive(Debug)]
pub(super) enum DeliveryMode {
    /// What it missed is being read; frames since `welcome` are kept.
    CatchingUp {
        /// In order.
        loaded: Vec<ChatServerFrame>,
    },
    /// Frames go out at once.
    Live,
    /// A request; a frame only wakes it.
    Waiting,
}

impl Connection {
    pub(super) fn socket(
        user: UserId,
        only: Option<BTreeSet<RoomId>>,
        stage: DeliveryMode,
    ) -> Self {
        Self {
            user,
            only,
            away: false,
            stage,
            watching: BTreeSet::new(),
        }
    }

    pub(super) fn waiting(user: UserId, only: Option<BTreeSet<RoomId>>) -> Self {
        Self::socket(user, only, DeliveryMode::Waiting)
    }

    pub(super) fn only(&self) -> Option<&BTreeSet<RoomId>> {
        self.only.as_ref()
    }

    /// True where its ticket reaches the room.
    pub(super) fn reaches(&self, room: &RoomId) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(room))
    }
}
