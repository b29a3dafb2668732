//! Jobs as rows.

use scheduler_core::{
    FailReason, Job, JobKind, JobPayload, JobState, JobSubject, JobUpdate, NewJob,
};
use storage::{FromRow, Row, Value};
use wire::{JobStatus, JobView, UnixMs, UserId};

use super::super::unreadable;
use crate::store::{FoundJob, StoreError, StoredJob, UnreadableJob};

/// A query of whole jobs.
macro_rules! select_jobs {
    ($rest:literal) => {
        concat!(
            "SELECT id, subject_kind, subject_id, revision, kind, before_ms, user_id, payload, due_at, state, \
             reason, lease_until, term, attempts FROM due_jobs ",
            $rest
        )
    };
}

pub(super) use select_jobs;

/// A new job, in the order of the columns.
pub(super) fn row(job: &NewJob) -> Result<[Value<'_>; 11], serde_json::Error> {
    let planned = &job.planned;
    let (state, reason) = words(planned.state());
    let payload = job
        .payload
        .as_ref()
        .map(serde_json::to_string)
        .transpose()?;
    Ok([
        job.id.as_str().into(),
        job.subject.kind().into(),
        job.subject.id().into(),
        job.revision.into(),
        planned.kind.name().into(),
        planned.kind.before_ms().into(),
        planned.user.as_ref().map_or("", UserId::as_str).into(),
        payload.into(),
        planned.due_at.into(),
        state.into(),
        reason.into(),
    ])
}

/// A job with its new claim, in the order of the columns.
pub(super) fn claimed_row((job, until): &(Job, UnixMs)) -> [Value<'_>; 11] {
    let state = words(JobState::Claimed { until: *until }).0;
    rewritten(
        job,
        [
            job.due_at.into(),
            state.into(),
            (*until).into(),
            job.term.into(),
        ],
    )
}

/// A job with what became of it, in the order of the columns.
pub(super) fn settled_row<'a>((job, update): &'a (&'a Job, JobUpdate)) -> [Value<'a>; 11] {
    rewritten(
        job,
        [
            update.due_at.into(),
            words(update.state).0.into(),
            reason(*update).into(),
            update.attempts.into(),
        ],
    )
}

/// A row that is there: the columns that make it this job, which must be given to name it, and those that are written.
fn rewritten<'a>(job: &'a Job, written: [Value<'a>; 4]) -> [Value<'a>; 11] {
    let [due_at, state, third, fourth] = written;
    [
        job.id.as_str().into(),
        job.subject.kind().into(),
        job.subject.id().into(),
        job.revision.into(),
        job.kind.name().into(),
        job.kind.before_ms().into(),
        job.user.as_ref().map_or("", UserId::as_str).into(),
        due_at,
        state,
        third,
        fourth,
    ]
}

/// The reason's column: of its state, or why it is tried again.
pub(super) fn reason(update: JobUpdate) -> Option<&'static str> {
    let failure = update.failure.map(FailReason::name);
    words(update.state).1.or(failure)
}

/// The state's column, and the reason's.
pub(super) fn words(state: JobState) -> (&'static str, Option<&'static str>) {
    match state {
        JobState::Due => ("due", None),
        JobState::Claimed { .. } => ("claimed", None),
        JobState::Done => ("done", None),
        JobState::Missed(reason) => ("missed", Some(reason.name())),
        JobState::Cancelled => ("cancelled", None),
        JobState::Failed(reason) => ("failed", Some(reason.name())),
    }
}

/// A job, still as text and numbers.
pub(super) struct JobRow {
    id: String,
    subject_kind: String,
    subject_id: String,
    revision: u64,
    kind: String,
    before_ms: i64,
    user_id: String,
    payload: Option<String>,
    due_at: UnixMs,
    state: String,
    reason: Option<String>,
    lease_until: Option<UnixMs>,
    term: u64,
    attempts: u32,
}

impl FromRow for JobRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            id: row.get("id")?,
            subject_kind: row.get("subject_kind")?,
            subject_id: row.get("subject_id")?,
            revision: row.get("revision")?,
            kind: row.get("kind")?,
            before_ms: row.get("before_ms")?,
            user_id: row.get("user_id")?,
            payload: row.get("payload")?,
            due_at: row.get("due_at")?,
            state: row.get("state")?,
            reason: row.get("reason")?,
            lease_until: row.get("lease_until")?,
            term: row.get("term")?,
            attempts: row.get("attempts")?,
        })
    }
}

impl JobRow {
    pub(super) fn into_found(self) -> FoundJob {
        let unreadable = UnreadableJob {
            id: self.id.clone(),
            due_at: self.due_at,
            attempts: self.attempts,
        };
        match self.into_stored() {
            Ok(stored) => FoundJob::Readable(stored),
            Err(_) => FoundJob::Unreadable(unreadable),
        }
    }

    /// A job with its state; of one that is over it is not told which way.
    pub(super) fn into_stored(self) -> Result<StoredJob, StoreError> {
        let state = match (self.state.as_str(), self.lease_until) {
            ("claimed", Some(until)) => JobState::Claimed { until },
            ("claimed", None) => return Err(unreadable("a job")),
            ("due", _) => JobState::Due,
            _ => JobState::Done,
        };
        let job = self.into_job()?;
        Ok(StoredJob { job, state })
    }

    pub(super) fn into_job(self) -> Result<Job, StoreError> {
        let subject = JobSubject::from_parts(&self.subject_kind, self.subject_id);
        let kind = JobKind::from_parts(&self.kind, self.before_ms);
        let payload = self.payload.as_deref().map(serde_json::from_str);
        let payload: Option<JobPayload> = payload.transpose()?;
        Ok(Job {
            id: self.id,
            subject: subject.ok_or_else(|| unreadable("a job"))?,
            revision: self.revision,
            kind: kind.ok_or_else(|| unreadable("a job"))?,
            user: Some(UserId(self.user_id)).filter(|user| !user.0.is_empty()),
            payload,
            due_at: self.due_at,
            term: self.term,
            attempts: self.attempts,
        })
    }

    pub(super) fn into_view(self) -> Result<JobView, StoreError> {
        let state = JobStatus::from_name(&self.state);
        Ok(JobView {
            id: self.id,
            subject_kind: self.subject_kind,
            subject_id: self.subject_id,
            revision: self.revision,
            kind: self.kind,
            before_ms: Some(self.before_ms).filter(|ms| *ms != 0),
            user_id: Some(UserId(self.user_id)).filter(|user| !user.0.is_empty()),
            state: state.ok_or_else(|| unreadable("a job"))?,
            reason: self.reason,
            attempts: self.attempts,
            due_at: self.due_at,
            lease_until: self.lease_until,
        })
    }
}
