//! Chat rooms as the scheduler has them: who belongs to them, and what it tells of that.

use serde::{Deserialize, Serialize};

use crate::session::word_enum;
use crate::{Participant, RoomId, UserId};

word_enum! {
    /// What a room is for.
    RoomKind {
        /// The two of a match or of a booking. Members are added and never taken out.
        Pair = "pair",
        /// Two or more who were put together, under a name. Its members are those of its highest revision.
        Group = "group",
    }
}

word_enum! {
    /// What a member may do in a room.
    RoomRole {
        /// Changes its name and its members, and ends it.
        Owner = "owner",
        /// Reads and writes.
        Member = "member",
    }
}

/// One who belongs to a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RoomMember {
    /// Id of the member.
    pub user_id: UserId,
    /// What to call them.
    pub name: String,
    /// What they may do; `member` where nothing is said.
    #[serde(default = "member")]
    pub role: RoomRole,
}

/// Data of `room.opened`, `room.changed` and `room.closed`; their subject is the room, and the event's `revision` the
/// room's: of several facts the one with the highest revision holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RoomFact {
    /// The room; also the event's subject.
    pub room_id: RoomId,
    /// `pair` where nothing is said.
    #[serde(default = "pair")]
    pub kind: RoomKind,
    /// What a group is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Everybody who belongs to it: 500 at most.
    pub members: Vec<RoomMember>,
    /// Whose people they are: an application's id, or `people`.
    pub tenant: String,
}

impl From<Participant> for RoomMember {
    fn from(person: Participant) -> Self {
        Self {
            user_id: person.user_id,
            name: person.name,
            role: RoomRole::Member,
        }
    }
}

impl From<RoomMember> for Participant {
    fn from(member: RoomMember) -> Self {
        Self {
            user_id: member.user_id,
            name: member.name,
        }
    }
}

fn member() -> RoomRole {
    RoomRole::Member
}

fn pair() -> RoomKind {
    RoomKind::Pair
}
