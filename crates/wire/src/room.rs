//! Chat rooms as the scheduler has them: who belongs to them, and what it tells of that.

use serde::{Deserialize, Serialize};

use crate::absent::nullable;
use crate::session::word_enum;
use crate::{BookParticipant, Participant, RoomId, UserId};

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
    /// Who is in it no more since they left by themselves, with this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<UserId>,
}

/// Body of `POST /v1/rooms`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct CreateRoom {
    /// 2 to 500, the first of an application's is the owner. A person names people whom they are matched with, by
    /// `user_id` alone, and is the owner whether they name themselves or not.
    pub participants: Vec<BookParticipant>,
    /// What it is called: 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

#[cfg(feature = "schema")]
fn room_nulls(schema: &mut schemars::Schema) {
    crate::absent::null_only(schema, &["name"]);
}

/// Body of `PATCH /v1/rooms/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(transform = room_nulls))]
pub struct ChangeRoom {
    /// What it is called from now on: 1 to 100 characters; `null` takes the name away.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "nullable"
    )]
    pub name: Option<Option<String>>,
}

/// Body of `POST /v1/rooms/{id}/members`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AddMembers {
    /// 1 to 500, named as when the room is made; whoever is in it already stays as they are.
    pub participants: Vec<BookParticipant>,
}

/// A room of a group with everybody in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct GroupView {
    /// Its own id, rising with time.
    pub id: RoomId,
    /// What it is called, if it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Everybody in it, the eldest member first.
    pub members: Vec<GroupMemberView>,
    /// Rises with each change.
    pub revision: u64,
}

/// One of a group, as whoever asks is shown them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct GroupMemberView {
    /// Id of the member.
    pub user_id: UserId,
    /// For the application: its own id of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What to call them.
    pub name: String,
    /// What they may do.
    pub role: RoomRole,
}

/// A room in a list of groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct ListedGroup {
    /// Its own id, rising with time.
    pub id: RoomId,
    /// What it is called, if it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many are in it.
    pub member_count: u32,
    /// For one who is in it: what they may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoomRole>,
    /// Rises with each change.
    pub revision: u64,
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
