//! Claiming what is due.

use std::collections::{BTreeSet, HashMap};

use scheduler_core::{BookedSession, ClaimedJob, ClaimedSubject, JobSubject, furthest_claim};
use storage::retry_on_conflict;
use wire::{SessionId, UnixMs};

use super::job_failures::put_off;
use crate::store::{FoundJob, SchedulerStore, StoreError, StoredJob, UnitOfWork, UnreadableJob};

/// The service that reports who came to a session.
const SIGNALING: &str = "signaling";

/// What was due, and how far signaling's reports are complete.
#[derive(Debug, Clone, Default)]
pub(crate) struct ClaimedBatch {
    pub(crate) jobs: Vec<ClaimedJob>,
    /// Everything that signaling reports up to then has been taken; `None` before its first batch.
    pub(crate) source_watermark: Option<UnixMs>,
    /// How many were found, with those that could not be claimed.
    pub(crate) found: usize,
}

/// Claims jobs that are due for `lease_ms`, the longest due first. What is claimed is nobody else's until the lease
/// ends, and may then be claimed again. One that can't be understood is put off, and holds up none of the others.
pub(crate) async fn claim_due(
    store: &dyn SchedulerStore,
    now: UnixMs,
    lease_ms: i64,
    limit: u32,
) -> Result<ClaimedBatch, StoreError> {
    let furthest = furthest_claim(now, lease_ms);
    if !store.jobs().any_claimable(now, furthest).await? {
        return Ok(ClaimedBatch::default());
    }
    retry_on_conflict("claim_due", || claim_due_once(store, now, lease_ms, limit)).await
}

async fn claim_due_once(
    store: &dyn SchedulerStore,
    now: UnixMs,
    lease_ms: i64,
    limit: u32,
) -> Result<ClaimedBatch, StoreError> {
    let mut work = store.begin().await?;
    let furthest = furthest_claim(now, lease_ms);
    let rows = work.jobs().claimable(now, furthest, limit).await?;
    let found = rows.len();
    if found == 0 {
        // Rows that another had claimed by the time they were looked at are locked, too, and free again from here on.
        work.commit().await?;
        return Ok(ClaimedBatch::default());
    }
    let source_watermark = work.events().source_watermark(SIGNALING).await?;
    let sessions = sessions_of(&mut *work, &rows).await?;
    let mut batch = ClaimedBatch {
        jobs: Vec::with_capacity(found),
        source_watermark,
        found,
    };
    for row in rows {
        match claimed(row, &sessions, now, lease_ms) {
            Ok(Some(job)) => batch.jobs.push(job),
            Ok(None) => {}
            Err(unreadable) => put_off(&mut *work, now, &unreadable).await?,
        }
    }
    let claims = batch
        .jobs
        .iter()
        .map(|claimed| (claimed.job.clone(), claimed.until));
    let claims: Vec<_> = claims.collect();
    if !claims.is_empty() {
        work.jobs().claim(&claims).await?;
    }
    work.commit().await?;
    Ok(batch)
}

/// The sessions of these jobs. They are not locked: a change of a session waits for its jobs, and a claim must not wait
/// for a session in turn. What the change replaces it takes from us, under whatever claim it is.
async fn sessions_of(
    work: &mut dyn UnitOfWork,
    rows: &[FoundJob],
) -> Result<HashMap<SessionId, BookedSession>, StoreError> {
    let session = |row: &FoundJob| match row {
        FoundJob::Readable(stored) => stored.job.subject.session().cloned(),
        FoundJob::Unreadable(_) => None,
    };
    let ids: BTreeSet<_> = rows.iter().filter_map(session).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<_> = ids.iter().collect();
    let sessions = work.sessions().snapshots(&ids).await?;
    let by_id = |session: BookedSession| (session.id.clone(), session);
    Ok(sessions.into_iter().map(by_id).collect())
}

/// The job under its claim; `None` where it can't be claimed.
fn claimed(
    row: FoundJob,
    sessions: &HashMap<SessionId, BookedSession>,
    now: UnixMs,
    lease_ms: i64,
) -> Result<Option<ClaimedJob>, UnreadableJob> {
    let StoredJob { job, state } = match row {
        FoundJob::Readable(stored) => stored,
        FoundJob::Unreadable(unreadable) => return Err(unreadable),
    };
    let subject = match &job.subject {
        JobSubject::Session(id) => match sessions.get(id) {
            Some(session) => ClaimedSubject::Session(Box::new(session.clone())),
            None => {
                return Err(UnreadableJob {
                    id: job.id,
                    due_at: job.due_at,
                    attempts: job.attempts,
                });
            }
        },
        JobSubject::Room(_) => ClaimedSubject::Room,
    };
    let Ok((job, until)) = job.claim(state, now, lease_ms) else {
        return Ok(None);
    };
    Ok(Some(ClaimedJob {
        job,
        until,
        subject,
    }))
}
