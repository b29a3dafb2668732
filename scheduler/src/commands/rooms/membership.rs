//! Changing a group that is there: its members, its name, its end.

use scheduler_core::{self as core, Group, GroupActor, ParticipantRef};
use storage::retry_on_conflict;
use wire::{RoomId, UnixMs, UserId};

use super::named::find_named;
use super::{GroupExecuted, finish};
use crate::commands::new_id;
use crate::store::{SchedulerStore, StoreError};

/// Adds those who are not in it yet.
pub(crate) async fn add_members(
    store: &dyn SchedulerStore,
    actor: &GroupActor,
    room: &RoomId,
    people: &[ParticipantRef],
    now: UnixMs,
) -> Result<GroupExecuted<Group>, StoreError> {
    retry_on_conflict("add_members", || async move {
        let mut work = store.begin().await?;
        let found = find_named(&mut *work, actor, people).await?;
        let group = work.rooms().find(room).await?;
        let people = people.to_vec();
        let decision = core::add_members(now, actor, group, people, &found, &mut new_id);
        finish(work, decision).await
    })
    .await
}

/// Takes one out.
pub(crate) async fn remove_member(
    store: &dyn SchedulerStore,
    actor: &GroupActor,
    room: &RoomId,
    user: &UserId,
    now: UnixMs,
) -> Result<GroupExecuted<()>, StoreError> {
    retry_on_conflict("remove_member", || async move {
        let mut work = store.begin().await?;
        let group = work.rooms().find(room).await?;
        let decision = core::remove_member(now, actor, group, user, &mut new_id);
        finish(work, decision).await
    })
    .await
}

/// Gives it another name; `revision` is the one that was named, if one was.
pub(crate) async fn change_group(
    store: &dyn SchedulerStore,
    actor: &GroupActor,
    room: &RoomId,
    name: Option<&str>,
    revision: Option<u64>,
    now: UnixMs,
) -> Result<GroupExecuted<Group>, StoreError> {
    retry_on_conflict("change_group", || async move {
        let mut work = store.begin().await?;
        let group = work.rooms().find(room).await?;
        let name = name.map(str::to_owned);
        let decision = core::change_group(now, actor, group, name, revision, &mut new_id);
        finish(work, decision).await
    })
    .await
}

/// Closes it, for everybody who is in it.
pub(crate) async fn close_group(
    store: &dyn SchedulerStore,
    actor: &GroupActor,
    room: &RoomId,
    now: UnixMs,
) -> Result<GroupExecuted<()>, StoreError> {
    retry_on_conflict("close_group", || async move {
        let mut work = store.begin().await?;
        let group = work.rooms().find(room).await?;
        let decision = core::close_group(now, actor, group, &mut new_id);
        finish(work, decision).await
    })
    .await
}
