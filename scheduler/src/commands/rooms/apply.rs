//! Writing what a decision about a group returned.

use scheduler_core::{Effects, GroupChange, GroupDecided};

use crate::commands::apply::apply;
use crate::store::{StoreError, UnitOfWork};

/// Writes all of it, and returns the answer. Each step is on the heap: an erasure has this within many others.
pub(in crate::commands) async fn apply_group<T>(
    work: &mut dyn UnitOfWork,
    decided: GroupDecided<T>,
) -> Result<T, StoreError> {
    let people = Effects {
        people: decided.people,
        ..Effects::default()
    };
    Box::pin(apply(work, people)).await?;
    for change in &decided.changes {
        write(work, change).await?;
    }
    Box::pin(apply(work, decided.effects)).await?;
    Ok(decided.answer)
}

async fn write(work: &mut dyn UnitOfWork, change: &GroupChange) -> Result<(), StoreError> {
    let rooms = work.rooms();
    match change {
        GroupChange::Insert(group) => rooms.insert(group).await,
        GroupChange::Revise {
            room,
            name,
            revision,
        } => rooms.revise(room, name.as_deref(), *revision).await,
        GroupChange::AddMembers { room, members } => rooms.add_members(room, members).await,
        GroupChange::RemoveMember { room, user } => rooms.remove_member(room, user).await,
        GroupChange::MakeOwner { room, user } => rooms.make_owner(room, user).await,
        GroupChange::Delete(room) => rooms.delete(room).await,
    }
}
