//! What keeps rooms.

use std::future::Future;

use chat_core::{MemberProgress, Membership};
use wire::{Event, EventBatch, Participant, RoomId, RoomKind, RoomMember, UnixMs, UserId};

use super::{MatchChange, ProfileChange, StoreError};
use crate::removals::Removal;

/// A room to be opened, or the members of one that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The room, new or known.
    pub room: RoomId,
    /// Its epoch, if it is new.
    pub epoch: String,
    /// Its members; those that are there already stay.
    pub members: Vec<Participant>,
    /// The booking that names the members. Names of a lower one, or of a ticket, are replaced.
    pub revision: Option<u64>,
    /// Its `active_at`, if it is new.
    pub at: UnixMs,
}

/// What a group is from a revision on. Of several the highest counts, and of what else is said of its members nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFact {
    /// The room, new or known.
    pub room: RoomId,
    /// Its epoch, if it is new.
    pub epoch: String,
    /// What it is called.
    pub name: Option<String>,
    /// All of its members: who is in none of them is taken out, and who is new reads from the head on.
    pub members: Vec<RoomMember>,
    /// Of the scheduler's facts of this room; above 0.
    pub revision: u64,
    /// Who is in it no more since they left by themselves; those who are told so are told by it, and it is not stored.
    pub left: Option<UserId>,
    /// Its `active_at`, if it is new.
    pub at: UnixMs,
}

/// That a room takes no more messages, from here on and for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// The room, known or not.
    pub room: RoomId,
    /// When it was closed.
    pub at: UnixMs,
}

/// That somebody blocks another, or does so no more. Of those of one and the same pair the latest counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockChange {
    /// Who wants nothing of the other.
    pub by: UserId,
    /// Of whom nothing reaches them.
    pub user: UserId,
    /// False once it is lifted.
    pub blocked: bool,
    /// When that was, and of changes at one time the order of their events.
    pub order: (UnixMs, String),
}

/// That a person was erased: they are a member of no room, and never become one again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Who it was.
    pub user: UserId,
    /// When that was.
    pub at: UnixMs,
}

/// That all that follows from a room's messages up to here is part of these changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledHead {
    /// The room of the messages.
    pub room: RoomId,
    /// Up to which message.
    pub last_seq: u64,
    /// When that was sent.
    pub active_at: UnixMs,
}

/// What is written together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RoomChanges {
    /// Rooms and members.
    pub openings: Vec<Opening>,
    /// Names and members of groups.
    pub groups: Vec<GroupFact>,
    /// Members who are further.
    pub positions: Vec<MemberProgress>,
    /// Heads of rooms.
    pub settled: Vec<SettledHead>,
    /// Events for other services, in order.
    pub events: Vec<Event>,
    /// People who were removed from sessions.
    pub removals: Vec<Removal>,
    /// Rooms that take no more messages.
    pub closings: Vec<Closing>,
    /// Who blocks whom.
    pub blocks: Vec<BlockChange>,
    /// Who is matched, and who no more.
    pub matches: Vec<MatchChange>,
    /// What others may know of people.
    pub profiles: Vec<ProfileChange>,
    /// People who were erased.
    pub erasures: Vec<Erasure>,
    /// Events of other services, of which the changes have been made.
    pub taken: Vec<EventBatch>,
}

/// A room as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRoom {
    /// Names it for ever.
    pub id: RoomId,
    /// Another one makes every cursor void.
    pub epoch: String,
    /// Up to where it is [`SettledHead`].
    pub last_seq: u64,
    /// When its last message was sent, or it was opened.
    pub active_at: UnixMs,
    /// What it is for.
    pub kind: RoomKind,
    /// What a group is called.
    pub name: Option<String>,
    /// Of a group: the revision that its name and members are from; else 0.
    pub revision: u64,
    /// Its members, in the order of their ids. They are counted up to `last_seq`.
    pub members: Vec<Membership>,
    /// It was closed, or is of two of whom one blocks the other.
    pub closed: bool,
}

/// Keeps rooms.
///
/// - What [`apply`](Self::apply) has returned `Ok` for survives the death of the process; it is written
///   whole or not at all, and writing it twice, or two of them in the other order, is as writing it once.
/// - Heads and what members have of [progress](MemberProgress) only rise, for as long as they are members.
/// - Members of a pair are added; those of a group are its highest revision's, and it takes no others. Who joins a
///   group that is there reads from its head on, and who joins again begins anew.
/// - Who is erased is taken out, and never added again. A closed room stays closed.
/// - Those who are matched follow each other from then on, and who is matched no more follows no more, unless they began to
///   after that. Of who is erased no post, no follow and no entry of a feed is left.
pub trait RoomStore: Send + Sync + 'static {
    /// Writes changes.
    ///
    /// # Errors
    /// When nothing of it is stored, or nobody knows: the same changes may be given again.
    fn apply(&self, changes: &RoomChanges) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Those of `ids` that are there.
    ///
    /// # Errors
    /// When the store does not answer.
    fn rooms(
        &self,
        ids: &[RoomId],
    ) -> impl Future<Output = Result<Vec<StoredRoom>, StoreError>> + Send;

    /// A person's rooms from the newest on; with `after`, those that come after that one.
    ///
    /// # Errors
    /// When the store does not answer.
    fn rooms_of(
        &self,
        user: &UserId,
        after: Option<&RoomPosition>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RoomPosition>, StoreError>> + Send;

    /// Of which of a person's rooms they have unread messages, and how many, as the rows say; the newest `limit` of them.
    ///
    /// # Errors
    /// When the store does not answer.
    fn unread_of(
        &self,
        user: &UserId,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<(RoomId, u64)>, StoreError>> + Send;

    /// The ids of a person's rooms, rising, from the one after `after` on.
    ///
    /// # Errors
    /// When the store does not answer.
    fn room_ids_of(
        &self,
        user: &UserId,
        after: Option<&RoomId>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RoomId>, StoreError>> + Send;

    /// Who was erased at `since` or later.
    ///
    /// # Errors
    /// When the store does not answer.
    fn erasures(
        &self,
        since: UnixMs,
    ) -> impl Future<Output = Result<Vec<Erasure>, StoreError>> + Send;

    /// Leaves nothing of what erasures deleted in files of ours.
    ///
    /// # Errors
    /// When something was in the way: it is to be asked for again.
    fn scrub(&self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Who was removed at `since` or later.
    ///
    /// # Errors
    /// When the store does not answer.
    fn removals(
        &self,
        since: UnixMs,
    ) -> impl Future<Output = Result<Vec<Removal>, StoreError>> + Send;

    /// For readiness: whether it takes writes.
    ///
    /// # Errors
    /// When it doesn't.
    fn probe(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A room's place among those of a person: by `active_at` and id, both falling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoomPosition {
    /// When its last message was sent, or it was opened.
    pub active_at: UnixMs,
    /// The last of equals by time is the one with the lowest id.
    pub room: RoomId,
}
