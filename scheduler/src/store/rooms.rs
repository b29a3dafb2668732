//! Rooms of groups, and who is in them.

use scheduler_core::{Group, GroupActor, GroupMember, GroupTitle};
use wire::{ExportedGroup, ListedGroup, RoomId, UserId};

use super::StoreFuture;

/// Reads committed groups.
pub(crate) trait RoomQueries: Send + Sync {
    /// A group with everybody in it, whoever's it is.
    fn find(&self, id: RoomId) -> StoreFuture<'_, Option<Group>>;

    /// The groups of an application, or of a person, by id, falling.
    fn list(&self, query: GroupQuery) -> StoreFuture<'_, Vec<ListedGroup>>;

    /// How many groups an application has.
    fn count(&self, application: String) -> StoreFuture<'_, u32>;

    /// The groups of a person, as they are told of them who take a copy of all that is theirs; by id, falling, at most
    /// `limit`.
    fn export(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<ExportedGroup>>;
}

/// Reads and writes groups within a unit of work. The lock of a room stands for its members: whoever writes has found the
/// room first. Whoever adds members has locked their people before that.
pub(crate) trait RoomRepository: Send {
    /// A group with everybody in it; locked.
    fn find<'a>(&'a mut self, id: &'a RoomId) -> StoreFuture<'a, Option<Group>>;

    /// What a group is called, if that person is in it; locked.
    fn title<'a>(
        &'a mut self,
        id: &'a RoomId,
        member: &'a UserId,
    ) -> StoreFuture<'a, Option<GroupTitle>>;

    /// The rooms that a person is in, by id, rising; at most `limit`. Nothing is locked.
    fn ids_of<'a>(&'a mut self, user: &'a UserId, limit: u32) -> StoreFuture<'a, Vec<RoomId>>;

    /// Those of these people who are in `groups` groups or more.
    fn crowded<'a>(&'a mut self, users: &'a [UserId], groups: u32) -> StoreFuture<'a, Vec<UserId>>;

    /// Adds a group with its members, who must be known people.
    fn insert<'a>(&'a mut self, group: &'a Group) -> StoreFuture<'a, ()>;

    /// Overwrites name and revision.
    fn revise<'a>(
        &'a mut self,
        id: &'a RoomId,
        name: Option<&'a str>,
        revision: u64,
    ) -> StoreFuture<'a, ()>;

    /// Adds members, who must be known people and not in it.
    fn add_members<'a>(
        &'a mut self,
        id: &'a RoomId,
        members: &'a [GroupMember],
    ) -> StoreFuture<'a, ()>;

    /// Takes one out.
    fn remove_member<'a>(&'a mut self, id: &'a RoomId, user: &'a UserId) -> StoreFuture<'a, ()>;

    /// Makes one who is in it an owner.
    fn make_owner<'a>(&'a mut self, id: &'a RoomId, user: &'a UserId) -> StoreFuture<'a, ()>;

    /// Deletes it with its members.
    fn delete<'a>(&'a mut self, id: &'a RoomId) -> StoreFuture<'a, ()>;
}

/// Which groups to list.
#[derive(Debug, Clone)]
pub(crate) struct GroupQuery {
    /// Whose they are.
    pub(crate) of: GroupActor,
    /// Those made before this one.
    pub(crate) before: Option<RoomId>,
    pub(crate) limit: u32,
}
