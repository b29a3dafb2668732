//! Rooms of groups. Each command locks the people whom it puts into a room, then the room: of several at once each sees what
//! the one before has left, and tells of it under a revision of its own.

mod apply;
mod membership;
mod named;

pub(crate) use membership::{add_members, change_group, close_group, remove_member};

use scheduler_core::{
    self as core, Group, GroupDecision, GroupRefusal, MakeGroupCommand, OwnedKey,
};
use storage::retry_on_conflict;
use wire::UnixMs;

pub(super) use self::apply::apply_group;
use self::named::find_named;
use super::new_id;
use crate::store::{SchedulerStore, StoreError, UnitOfWork};

/// What a command of groups came to: of what is written nobody is notified.
pub(crate) type GroupExecuted<T> = Result<T, GroupRefusal>;

/// Makes a group.
pub(crate) async fn make_group(
    store: &dyn SchedulerStore,
    command: MakeGroupCommand,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<GroupExecuted<Group>, StoreError> {
    retry_on_conflict("make_group", || {
        make_group_once(store, command.clone(), key, now)
    })
    .await
}

async fn make_group_once(
    store: &dyn SchedulerStore,
    command: MakeGroupCommand,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<GroupExecuted<Group>, StoreError> {
    let mut work = store.begin().await?;
    let found = find_named(&mut *work, &command.actor, &command.people).await?;
    // Under the locks, as the commands of matching look at theirs.
    if let Some(refusal) = made_before(&mut *work, key).await? {
        return Ok(Err(refusal));
    }
    let decision = core::make_group(now, command, &found, &mut new_id);
    let kept = decision.map(|made| {
        let room = made.answer.id.clone();
        made.kept_under(key, &room, now)
    });
    finish(work, kept).await
}

async fn made_before(
    work: &mut dyn UnitOfWork,
    key: Option<&OwnedKey>,
) -> Result<Option<GroupRefusal>, StoreError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let found = work.idempotency().find(&key.application, &key.key).await?;
    Ok(found.map(|found| match key.made_before(found) {
        Some(made) => GroupRefusal::Repeated(made),
        None => GroupRefusal::KeyReused,
    }))
}

/// Writes what was decided, if anything is to be written.
async fn finish<T>(
    mut work: Box<dyn UnitOfWork>,
    decision: GroupDecision<T>,
) -> Result<GroupExecuted<T>, StoreError> {
    let decided = match decision {
        Ok(decided) => decided,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if decided.is_unchanged() {
        return Ok(Ok(decided.answer));
    }
    let answer = apply_group(&mut *work, decided).await?;
    work.commit().await?;
    Ok(Ok(answer))
}
