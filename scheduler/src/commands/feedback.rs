//! What one of the two says of a session.

use scheduler_core::{self as core, CheckedFeedback, Feedback, FeedbackRefusal};
use storage::retry_on_conflict;
use wire::{SessionId, UnixMs, UserId};

use super::apply::apply;
use super::new_id;
use crate::store::{SchedulerStore, StoreError};

/// What became of it.
#[derive(Debug, PartialEq)]
pub(crate) enum FeedbackOutcome {
    /// As it stands now.
    Done(Box<Feedback>),
    Refused(FeedbackRefusal),
    /// The session is gone meanwhile.
    Gone,
}

/// Says it, in place of what that person said before.
pub(crate) async fn give_feedback(
    store: &dyn SchedulerStore,
    about: (&SessionId, &UserId),
    said: &CheckedFeedback,
    now: UnixMs,
) -> Result<FeedbackOutcome, StoreError> {
    retry_on_conflict("give_feedback", || {
        give_feedback_once(store, about, said, now)
    })
    .await
}

async fn give_feedback_once(
    store: &dyn SchedulerStore,
    (session, user): (&SessionId, &UserId),
    said: &CheckedFeedback,
    now: UnixMs,
) -> Result<FeedbackOutcome, StoreError> {
    let mut work = store.begin().await?;
    let Some(found) = work.sessions().find(session).await? else {
        return Ok(FeedbackOutcome::Gone);
    };
    let before = work.feedback().find(session, user).await?;
    let decided = core::give_feedback(now, &found, user, before, said.clone(), &mut new_id);
    let (feedback, effects) = match decided {
        Ok(decided) => decided,
        Err(refusal) => return Ok(FeedbackOutcome::Refused(refusal)),
    };
    apply(&mut *work, effects).await?;
    work.commit().await?;
    Ok(FeedbackOutcome::Done(Box::new(feedback)))
}
