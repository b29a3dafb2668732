//! What a test books: a session's times and policies, and the chat room of the two.

use uuid::Uuid;
use wire::{
    ChatRoomGrant, DuplicatePolicy, IcePolicy, MediaBackend, OnLoss, Participant, RoomId,
    SessionId, SessionSpec, UnixMs, UserId,
};

use crate::now;

/// The first of the two, who is impolite.
pub const ANN: &str = "ann";
/// The second, the polite one.
pub const BO: &str = "bo";

/// Builds a [`SessionSpec`] of Ann and Bo: starts now, its lobby has been open for a minute,
/// 300 ms of countdown, 60 s live, one extension of 60 s.
#[derive(Debug, Clone)]
pub struct TestBooking(SessionSpec);

impl Default for TestBooking {
    fn default() -> Self {
        Self::starting_at(now())
    }
}

impl TestBooking {
    /// The default booking, starting now.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The default booking, starting at `starts_at`: the lobby a minute before, closed two after.
    #[must_use]
    pub fn starting_at(starts_at: UnixMs) -> Self {
        Self(SessionSpec {
            id: SessionId(Uuid::now_v7().to_string()),
            revision: 1,
            participants: [participant(ANN, "Ann"), participant(BO, "Bo")],
            lobby_opens_at: starts_at - 60_000,
            starts_at,
            closes_at: starts_at + 120_000,
            countdown_ms: 300,
            duration_ms: 60_000,
            extension_ms: 60_000,
            max_extensions: 1,
            hard_end_at: None,
            connect_ms: 20_000,
            on_loss: OnLoss::Run,
            max_pause_ms: 30_000,
            duplicate: DuplicatePolicy::Takeover,
            media: MediaBackend::P2p,
            ice: IcePolicy::All,
        })
    }

    /// The default booking, starting `ms` from now (negative: before).
    #[must_use]
    pub fn starting_in(ms: i64) -> Self {
        Self::starting_at(now() + ms)
    }

    /// How long it is live, in milliseconds.
    #[must_use]
    pub fn duration_ms(mut self, ms: i64) -> Self {
        self.0.duration_ms = ms;
        self
    }

    /// From both in to live, in milliseconds.
    #[must_use]
    pub fn countdown_ms(mut self, ms: i64) -> Self {
        self.0.countdown_ms = ms;
        self
    }

    /// How long after the start an empty seat becomes a no-show, in milliseconds.
    #[must_use]
    pub fn closes_after_ms(mut self, ms: i64) -> Self {
        self.0.closes_at = self.0.starts_at + ms;
        self
    }

    /// How long before the start the lobby opens, in milliseconds.
    #[must_use]
    pub fn lobby_ms(mut self, ms: i64) -> Self {
        self.0.lobby_opens_at = self.0.starts_at - ms;
        self
    }

    /// Any other change.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut SessionSpec)) -> Self {
        change(&mut self.0);
        self
    }

    /// The session that a ticket carries.
    #[must_use]
    pub fn spec(self) -> SessionSpec {
        self.0
    }
}

/// A chat room of Ann and Bo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedRoom(pub ChatRoomGrant);

impl Default for BookedRoom {
    fn default() -> Self {
        Self(ChatRoomGrant {
            id: RoomId(Uuid::now_v7().to_string()),
            revision: None,
            members: vec![participant(ANN, "Ann"), participant(BO, "Bo")],
        })
    }
}

impl BookedRoom {
    /// A room with its own new id.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Id of the room.
    #[must_use]
    pub fn id(&self) -> RoomId {
        self.0.id.clone()
    }
}

fn participant(user_id: &str, name: &str) -> Participant {
    Participant {
        user_id: UserId::from(user_id),
        name: name.to_owned(),
    }
}
