//! Putting people into a group that is there.

use wire::{EventType, UnixMs};

use super::MAX_MEMBERS;
use super::announce::announced;
use super::group::{Group, GroupActor};
use super::named::{NamedPeople, joining};
use super::outcome::{GroupChange, GroupDecided, GroupDecision, GroupRefusal};
use crate::ids::NewId;
use crate::participant::ParticipantRef;

/// Adds those who are not in it yet; whoever is stays as they are.
///
/// # Errors
/// [`GroupRefusal::NotFound`], [`GroupRefusal::NotOwner`], [`GroupRefusal::Invalid`], [`GroupRefusal::Full`],
/// [`GroupRefusal::TooManyGroups`].
pub fn add_members(
    now: UnixMs,
    actor: &GroupActor,
    group: Option<Group>,
    people: Vec<ParticipantRef>,
    found: &NamedPeople,
    new_id: NewId<'_>,
) -> GroupDecision<Group> {
    let mut group = managed(actor, group)?;
    let joining = joining(now, actor, people, found, new_id)?;
    let mut new = joining.members;
    new.retain(|one| group.member(&one.user_id).is_none());
    if new.is_empty() {
        return Ok(GroupDecided {
            people: joining.people,
            ..GroupDecided::unchanged(group)
        });
    }
    if group.members.len() + new.len() > MAX_MEMBERS {
        return Err(GroupRefusal::Full);
    }
    if new.iter().any(|one| found.crowded.contains(&one.user_id)) {
        return Err(GroupRefusal::TooManyGroups);
    }
    let last = group.members.iter().map(|one| one.position).max();
    for (position, member) in (last.map_or(0, |last| last + 1)..).zip(&mut new) {
        member.position = position;
    }
    group.members.extend(new.iter().cloned());
    group.revision += 1;
    Ok(GroupDecided {
        people: joining.people,
        changes: vec![
            revised(&group),
            GroupChange::AddMembers {
                room: group.id.clone(),
                members: new,
            },
        ],
        effects: announced(now, &group, EventType::RoomChanged, new_id),
        answer: group,
    })
}

/// The group, where it is the actor's to change.
pub(super) fn managed(actor: &GroupActor, group: Option<Group>) -> Result<Group, GroupRefusal> {
    let group = shown(actor, group)?;
    match group.is_managed_by(actor) {
        true => Ok(group),
        false => Err(GroupRefusal::NotOwner),
    }
}

/// The group, where it is there for the actor.
pub(super) fn shown(actor: &GroupActor, group: Option<Group>) -> Result<Group, GroupRefusal> {
    let group = group.filter(|group| group.is_shown_to(actor));
    group.ok_or(GroupRefusal::NotFound)
}

/// The row of the group as it is now.
pub(super) fn revised(group: &Group) -> GroupChange {
    GroupChange::Revise {
        room: group.id.clone(),
        name: group.name.clone(),
        revision: group.revision,
    }
}
