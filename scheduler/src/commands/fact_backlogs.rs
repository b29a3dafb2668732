//! Telling the services of people and matches that were there before they were told of such things.

use scheduler_core::{match_event, person_event};
use storage::retry_on_conflict;
use wire::{MatchId, UnixMs, UserId};

use super::new_id;
use crate::store::{FactBacklog, SchedulerStore, StoreError, UnitOfWork};

/// People or matches that are told of in one unit of work.
const TOGETHER: u32 = 100;

/// Tells of some of a backlog; true once all of it was told. What is told twice changes nothing.
pub(crate) async fn tell_backlog(
    store: &dyn SchedulerStore,
    backlog: FactBacklog,
    now: UnixMs,
) -> Result<bool, StoreError> {
    retry_on_conflict("tell_backlog", || async move {
        let mut work = store.begin().await?;
        let Some(after) = work.published_facts().backlog(backlog).await? else {
            return Ok(true);
        };
        let told = match backlog {
            FactBacklog::People => tell_people(&mut *work, after.clone(), now).await?,
            FactBacklog::Matches => tell_matches(&mut *work, after.clone()).await?,
        };
        let finished = told.len() < TOGETHER as usize;
        let last = told.last().unwrap_or(&after);
        let published_facts = work.published_facts();
        published_facts.advance(backlog, last, finished).await?;
        work.commit().await?;
        Ok(finished)
    })
    .await
}

/// The ids of those who were looked at. Of who was told of meanwhile nothing is told again.
async fn tell_people(
    work: &mut dyn UnitOfWork,
    after: String,
    now: UnixMs,
) -> Result<Vec<String>, StoreError> {
    let after = UserId(after);
    let people = work
        .published_facts()
        .discoverable(&after, TOGETHER)
        .await?;
    for user in &people {
        let Some(stored) = work.accounts().find(user).await? else {
            continue;
        };
        let was_told = work.published_facts().revision(user).await?.is_some();
        if was_told || !stored.account.discoverable {
            continue;
        }
        let event = person_event(now, &stored.account, 1, &mut new_id);
        work.events().publish(&event).await?;
        work.published_facts().set_revision(user, 1).await?;
    }
    Ok(people.into_iter().map(|user| user.0).collect())
}

async fn tell_matches(work: &mut dyn UnitOfWork, after: String) -> Result<Vec<String>, StoreError> {
    let after = MatchId(after);
    let published_facts = work.published_facts();
    let matches = published_facts.matches_in_force(&after, TOGETHER).await?;
    for of in &matches {
        let event = match_event(of, &mut new_id);
        work.events().publish(&event).await?;
    }
    Ok(matches.into_iter().map(|of| of.id.0).collect())
}
