//! Reporting somebody to the operators, which blocks them.

use scheduler_core::{
    self as core, CheckedReport, OwnedKey, PEOPLE, Pair, ReportContext, SendCommand, StoredReport,
};
use storage::retry_on_conflict;
use wire::{UnixMs, UserId};

use super::blocks::block_context;
use super::repeats::{kept, made_before};
use super::{MatchingExecuted, finish, lock_pair};
use crate::commands::new_id;
use crate::store::{SchedulerStore, StoreError, UnitOfWork};

/// Stores a report, and blocks whom it is of.
pub(crate) async fn report(
    store: &dyn SchedulerStore,
    by: &UserId,
    asked: CheckedReport,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<MatchingExecuted<StoredReport>, StoreError> {
    retry_on_conflict("report", || report_once(store, by, asked.clone(), key, now)).await
}

async fn report_once(
    store: &dyn SchedulerStore,
    by: &UserId,
    asked: CheckedReport,
    key: Option<&OwnedKey>,
    now: UnixMs,
) -> Result<MatchingExecuted<StoredReport>, StoreError> {
    let mut work = store.begin().await?;
    let people = lock_pair(&mut *work, PEOPLE, &Pair::of(by, &asked.user)).await?;
    if let Some(refusal) = made_before(&mut *work, key).await? {
        return Ok(MatchingExecuted::refused(refusal));
    }
    let is_known = people.iter().all(Option::is_some);
    let since = SendCommand::counted_from(now);
    let found = ReportContext {
        was_there: was_there(&mut *work, by, &asked).await?,
        block: block_context(&mut *work, by, &asked.user, is_known).await?,
        sent_at: work.reports().sent_since(by, since).await?,
    };
    let decision = core::report(now, by, asked, found, &mut new_id);
    let decision = kept(decision, key, |report| report.id.as_str(), now);
    finish(work, decision, now).await
}

/// True unless the report names a session in which the two were not.
async fn was_there(
    work: &mut dyn UnitOfWork,
    by: &UserId,
    asked: &CheckedReport,
) -> Result<bool, StoreError> {
    let Some(id) = &asked.session else {
        return Ok(true);
    };
    let found = work.sessions().find(id).await?;
    Ok(found.is_some_and(|session| {
        session.participant(by).is_some() && session.participant(&asked.user).is_some()
    }))
}
