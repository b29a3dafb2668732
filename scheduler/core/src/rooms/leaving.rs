//! Leaving a group, or being taken out of it.

use wire::{EventType, RoomFact, RoomRole, UnixMs, UserId};

use super::announce::announced_as;
use super::group::{Group, GroupActor};
use super::membership::{revised, shown};
use super::outcome::{GroupChange, GroupDecided, GroupDecision, GroupRefusal};
use crate::ids::NewId;

/// Takes one out: for oneself, for an owner and for the application. When the last owner goes the eldest member owns, and
/// with the last member the room goes.
///
/// # Errors
/// [`GroupRefusal::NotFound`] where that one is not in it, too; [`GroupRefusal::NotOwner`].
pub fn remove_member(
    now: UnixMs,
    actor: &GroupActor,
    group: Option<Group>,
    user: &UserId,
    new_id: NewId<'_>,
) -> GroupDecision<()> {
    let group = shown(actor, group)?;
    if actor.person() != Some(user) && !group.is_managed_by(actor) {
        return Err(GroupRefusal::NotOwner);
    }
    if group.member(user).is_none() {
        return Err(GroupRefusal::NotFound);
    }
    let left = (actor.person() == Some(user)).then_some(user);
    Ok(without(now, group, (user, left), new_id))
}

/// Takes somebody who is erased out of these groups.
#[must_use]
pub fn leave_groups(
    now: UnixMs,
    user: &UserId,
    groups: Vec<Group>,
    new_id: NewId<'_>,
) -> Vec<GroupDecided<()>> {
    let of_theirs = groups
        .into_iter()
        .filter(|group| group.member(user).is_some());
    of_theirs
        .map(|group| without(now, group, (user, None), new_id))
        .collect()
}

/// Without `user`; `left` is who is said to have left by themselves.
fn without(
    now: UnixMs,
    mut group: Group,
    (user, left): (&UserId, Option<&UserId>),
    new_id: NewId<'_>,
) -> GroupDecided<()> {
    let fact = |group: &Group| RoomFact {
        left: left.cloned(),
        ..group.fact()
    };
    group.members.retain(|one| one.user_id != *user);
    group.revision += 1;
    let Some(eldest) = group.members.iter().map(|one| one.position).min() else {
        return GroupDecided {
            changes: vec![GroupChange::Delete(group.id.clone())],
            effects: announced_as(now, &group, (EventType::RoomClosed, fact(&group)), new_id),
            ..GroupDecided::unchanged(())
        };
    };
    let mut changes = vec![
        revised(&group),
        GroupChange::RemoveMember {
            room: group.id.clone(),
            user: user.clone(),
        },
    ];
    if group.members.iter().all(|one| one.role != RoomRole::Owner) {
        for heir in group
            .members
            .iter_mut()
            .filter(|one| one.position == eldest)
        {
            heir.role = RoomRole::Owner;
            changes.push(GroupChange::MakeOwner {
                room: group.id.clone(),
                user: heir.user_id.clone(),
            });
        }
    }
    GroupDecided {
        changes,
        effects: announced_as(now, &group, (EventType::RoomChanged, fact(&group)), new_id),
        ..GroupDecided::unchanged(())
    }
}
