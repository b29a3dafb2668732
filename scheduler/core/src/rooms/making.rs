//! Making a group.

use wire::{EventType, RoomRole, UnixMs};

use super::MAX_MEMBERS;
use super::announce::announced;
use super::group::{Group, GroupActor, GroupMember};
use super::named::{NamedPeople, joining};
use super::outcome::{GroupChange, GroupDecided, GroupDecision, GroupRefusal};
use crate::ids::NewId;
use crate::participant::ParticipantRef;
use crate::people::KnownPerson;

/// The revision of a group when it opens.
const OPENED: u64 = 1;

/// A group that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeGroupCommand {
    /// Who makes it.
    pub actor: GroupActor,
    /// Who is named, checked and not yet looked up.
    pub people: Vec<ParticipantRef>,
    /// What it is called, if it has a name.
    pub name: Option<String>,
}

/// Makes a group. A person who makes one owns it; of an application's the first who is named does.
///
/// # Errors
/// [`GroupRefusal::Invalid`], [`GroupRefusal::Full`], [`GroupRefusal::TooManyGroups`].
pub fn make_group(
    now: UnixMs,
    command: MakeGroupCommand,
    found: &NamedPeople,
    new_id: NewId<'_>,
) -> GroupDecision<Group> {
    let MakeGroupCommand {
        actor,
        people,
        name,
    } = command;
    let joining = joining(now, &actor, people, found, new_id)?;
    let mut members = joining.members;
    if let Some(asking) = &found.asking {
        members.retain(|one| one.user_id != asking.id);
        members.insert(0, maker(now, asking));
    }
    if members.len() > MAX_MEMBERS {
        return Err(GroupRefusal::Full);
    }
    if members
        .iter()
        .any(|one| found.crowded.contains(&one.user_id))
    {
        return Err(GroupRefusal::TooManyGroups);
    }
    for (position, member) in (0..).zip(&mut members) {
        member.position = position;
    }
    if let Some(first) = members.first_mut() {
        first.role = RoomRole::Owner;
    }
    let made = Group {
        id: new_id().into(),
        application: actor.tenant().to_owned(),
        name,
        members,
        revision: OPENED,
        created_at: now,
    };
    Ok(GroupDecided {
        people: joining.people,
        changes: vec![GroupChange::Insert(Box::new(made.clone()))],
        effects: announced(now, &made, EventType::RoomOpened, new_id),
        answer: made,
    })
}

fn maker(now: UnixMs, person: &KnownPerson) -> GroupMember {
    GroupMember {
        user_id: person.id.clone(),
        external_id: person.external_id.clone(),
        name: person.name.clone(),
        given_name: None,
        role: RoomRole::Owner,
        position: 0,
        joined_at: now,
    }
}
