//! A group as it is stored, and what each may do with it.

use wire::{
    GroupMemberView, GroupView, RoomFact, RoomId, RoomKind, RoomMember, RoomRole, UnixMs, UserId,
};

use crate::account::PEOPLE;

/// Who asks for something of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupActor {
    /// An application, by its name: it does with its groups whatever it likes.
    Application(String),
    /// Somebody with an account.
    Person(UserId),
}

/// A room of two or more; of one who is left, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its own id, a UUIDv7 as text.
    pub id: RoomId,
    /// Whose people they are: an application's name, or `people`.
    pub application: String,
    /// What it is called, if it has a name.
    pub name: Option<String>,
    /// Everybody in it, the eldest member first; one of them is an owner.
    pub members: Vec<GroupMember>,
    /// Rises with each change of what others are told.
    pub revision: u64,
    /// When it was made.
    pub created_at: UnixMs,
}

/// One of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupMember {
    /// Who it is.
    pub user_id: UserId,
    /// The application's own id of them.
    pub external_id: String,
    /// What the others are shown: the name that was given for this group, or their present one.
    pub name: String,
    /// The name that the application gave for this group alone, if it gave one.
    pub given_name: Option<String>,
    /// What they may do.
    pub role: RoomRole,
    /// Rises with the order in which they came.
    pub position: u32,
    /// When they came.
    pub joined_at: UnixMs,
}

/// As much of a group as is told of a message in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTitle {
    /// The room that the message is in.
    pub id: RoomId,
    /// Whose people they are.
    pub application: String,
    /// What it is called, if it has a name.
    pub name: Option<String>,
}

impl GroupActor {
    /// Whose people they may name.
    #[must_use]
    pub fn tenant(&self) -> &str {
        match self {
            Self::Application(name) => name,
            Self::Person(_) => PEOPLE,
        }
    }

    /// The person, where it is one.
    #[must_use]
    pub fn person(&self) -> Option<&UserId> {
        match self {
            Self::Application(_) => None,
            Self::Person(user) => Some(user),
        }
    }
}

impl Group {
    /// That one, if they are in it.
    #[must_use]
    pub fn member(&self, user: &UserId) -> Option<&GroupMember> {
        self.members.iter().find(|one| one.user_id == *user)
    }

    /// True for whom the group is there at all.
    #[must_use]
    pub fn is_shown_to(&self, actor: &GroupActor) -> bool {
        match actor {
            GroupActor::Application(name) => *name == self.application,
            GroupActor::Person(user) => self.member(user).is_some(),
        }
    }

    /// True for whom it is to say who is in it, and what it is called.
    #[must_use]
    pub fn is_managed_by(&self, actor: &GroupActor) -> bool {
        match actor {
            GroupActor::Application(name) => *name == self.application,
            GroupActor::Person(user) => self
                .member(user)
                .is_some_and(|one| one.role == RoomRole::Owner),
        }
    }

    /// As it is shown to `actor`.
    #[must_use]
    pub fn view(&self, actor: &GroupActor) -> GroupView {
        let is_application = actor.person().is_none();
        let member = |one: &GroupMember| GroupMemberView {
            user_id: one.user_id.clone(),
            external_id: is_application.then(|| one.external_id.clone()),
            name: one.name.clone(),
            role: one.role,
        };
        GroupView {
            id: self.id.clone(),
            name: self.name.clone(),
            members: self.members.iter().map(member).collect(),
            revision: self.revision,
        }
    }

    /// What the services are told of it.
    #[must_use]
    pub fn fact(&self) -> RoomFact {
        let member = |one: &GroupMember| RoomMember {
            user_id: one.user_id.clone(),
            name: one.name.clone(),
            role: one.role,
        };
        RoomFact {
            room_id: self.id.clone(),
            kind: RoomKind::Group,
            name: self.name.clone(),
            members: self.members.iter().map(member).collect(),
            tenant: self.application.clone(),
            left: None,
        }
    }
}
