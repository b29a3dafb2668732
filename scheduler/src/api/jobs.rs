//! `/v1/jobs`: what is due, what was missed and what was given up, for operators.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use service::clock;
use service::http::{HttpError, Json, JsonOrEmpty};
use wire::{EmptyBody, JobStatus, JobView, JobWord, Page};

use super::query::{QueryParams, cursor, cut_to_page, from_cursor};
use crate::access::{ActingOperator, Operator};
use crate::commands::{RetryOutcome, retry_job};
use crate::state::AppState;
use crate::store::JobFilter;

/// `GET /v1/jobs`: a page, those that were planned last before the others.
pub(crate) async fn list(
    State(app): State<AppState>,
    Operator: Operator,
    Query(named): Query<HashMap<String, String>>,
) -> Result<Json<Page<JobView>>, HttpError> {
    let mut params = QueryParams::new(named, &["limit", "cursor", "state", "kind"]);
    let mut filter = JobFilter {
        state: params.word("state", JobStatus::WORDS, JobStatus::from_name),
        kind: params
            .word("kind", JobWord::WORDS, JobWord::from_name)
            .map(|kind| kind.name().to_owned()),
        before: params.parsed("cursor", "That is no cursor of ours.", from_cursor),
        limit: params.limit(),
    };
    params.check()?;
    let limit = filter.limit;
    // One more than asked for shows whether there is another page.
    filter.limit += 1;
    let mut items = app.store.jobs().list(filter).await?;
    Ok(Json(Page {
        next_cursor: cut_to_page(&mut items, limit, |last| cursor(&last.id)),
        items,
    }))
}

/// `POST /v1/jobs/{id}/retry`: it is due at once. Only one that was given up is tried again.
pub(crate) async fn retry(
    State(app): State<AppState>,
    ActingOperator(name): ActingOperator,
    Path(id): Path<String>,
    JsonOrEmpty(EmptyBody {}): JsonOrEmpty<EmptyBody>,
) -> Result<Json<JobView>, HttpError> {
    let actor = format!("operator:{name}");
    match retry_job(&*app.store, &id, &actor, clock::now()).await? {
        RetryOutcome::Due(job) => {
            app.due_jobs.wake();
            Ok(Json(job))
        }
        RetryOutcome::Unknown => Err(HttpError::not_found("There is no such job.")),
        RetryOutcome::NotFailed(state) => {
            let detail = format!("It is {}; only a failed job is tried again.", state.name());
            Err(HttpError::conflict(detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use scheduler_core::JobKind;

    use super::*;

    #[test]
    fn sch_379_each_kind_of_job_has_its_word() {
        for kind in [
            JobKind::Reminder { before_ms: 1 },
            JobKind::LobbyOpens,
            JobKind::Start,
            JobKind::NoShowCheck,
            JobKind::Retention,
            JobKind::UnreadDigest,
        ] {
            let word = JobWord::from_name(kind.name());
            assert_eq!(word.map(JobWord::name), Some(kind.name()));
        }
    }
}
