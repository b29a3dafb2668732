//! Giving the two of a session a question.

use scheduler_core::{self as core, CatalogQuestion, next_question, pair};
use storage::retry_on_conflict;
use wire::SessionId;

use crate::store::{SchedulerStore, StoreError};

/// The question at that place of a session, given now if nobody asked for it before; `None` where there is no such session.
pub(crate) async fn question_at(
    store: &dyn SchedulerStore,
    session: &SessionId,
    position: u32,
    random: u64,
) -> Result<Option<&'static CatalogQuestion>, StoreError> {
    // It never changes, so that nobody has to wait who asks again.
    if let Some(id) = store.questions().find(session.clone(), position).await? {
        return known(&id).map(Some);
    }
    retry_on_conflict("question", || give_once(store, session, position, random)).await
}

async fn give_once(
    store: &dyn SchedulerStore,
    session: &SessionId,
    position: u32,
    random: u64,
) -> Result<Option<&'static CatalogQuestion>, StoreError> {
    let mut work = store.begin().await?;
    let Some(session) = work.sessions().find(session).await? else {
        return Ok(None);
    };
    if let Some(id) = work.questions().find(&session.id, position).await? {
        return known(&id).map(Some);
    }
    let had = work.questions().times_had(&pair(&session)).await?;
    let asked = next_question(&session, position, &had, random);
    work.questions().insert(&asked).await?;
    work.commit().await?;
    known(&asked.id).map(Some)
}

fn known(id: &str) -> Result<&'static CatalogQuestion, StoreError> {
    let unknown = || StoreError::Failed("a question in the store is of a newer version".into());
    core::question(id).ok_or_else(unknown)
}
