//! Naming a group, and closing it.

use wire::{EventType, UnixMs};

use super::announce::announced;
use super::group::{Group, GroupActor};
use super::membership::{managed, revised};
use super::outcome::{GroupChange, GroupDecided, GroupDecision, GroupRefusal};
use crate::ids::NewId;

/// Gives a group another name, or takes it away; the name that it has already changes nothing. `revision` is the one that
/// was named, if one was.
///
/// # Errors
/// [`GroupRefusal::NotFound`], [`GroupRefusal::NotOwner`], [`GroupRefusal::RevisionMismatch`].
pub fn change_group(
    now: UnixMs,
    actor: &GroupActor,
    group: Option<Group>,
    name: Option<String>,
    revision: Option<u64>,
    new_id: NewId<'_>,
) -> GroupDecision<Group> {
    let mut group = managed(actor, group)?;
    if revision.is_some_and(|revision| revision != group.revision) {
        return Err(GroupRefusal::RevisionMismatch(group.revision));
    }
    if group.name == name {
        return Ok(GroupDecided::unchanged(group));
    }
    group.name = name;
    group.revision += 1;
    Ok(GroupDecided {
        people: Vec::new(),
        changes: vec![revised(&group)],
        effects: announced(now, &group, EventType::RoomChanged, new_id),
        answer: group,
    })
}

/// Closes a group: its room takes no more messages, and nothing of it is kept here.
///
/// # Errors
/// [`GroupRefusal::NotFound`], [`GroupRefusal::NotOwner`].
pub fn close_group(
    now: UnixMs,
    actor: &GroupActor,
    group: Option<Group>,
    new_id: NewId<'_>,
) -> GroupDecision<()> {
    let mut group = managed(actor, group)?;
    group.revision += 1;
    Ok(GroupDecided {
        changes: vec![GroupChange::Delete(group.id.clone())],
        effects: announced(now, &group, EventType::RoomClosed, new_id),
        ..GroupDecided::unchanged(())
    })
}
