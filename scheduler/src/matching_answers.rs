//! From what a command of matching came to, to its answer.

use axum::http::{HeaderMap, StatusCode};
use scheduler_core::{MadeBefore, MatchingRefusal, OwnedKey, PEOPLE};
use serde::Serialize;
use service::http::HttpError;
use service::limits::Limit;
use wire::{ErrorCode, UserId};

use crate::bookings::idempotency_key;
use crate::commands::MatchingExecuted;
use crate::state::AppState;

/// What a command that makes something came to.
pub(crate) enum Made<T> {
    /// It made this.
    Now(T),
    /// It came before under the same key, and made what has that id.
    Before(MadeBefore),
}

/// The command's `Idempotency-Key`, if it has one: each person's own.
pub(crate) fn key_of_person(
    user: &UserId,
    headers: &HeaderMap,
    route: &str,
    command: &impl Serialize,
) -> Result<Option<OwnedKey>, HttpError> {
    let key = idempotency_key(headers, format!("{user} {route}"), command)?;
    let owned = |key| OwnedKey {
        application: PEOPLE.to_owned(),
        key,
    };
    Ok(key.map(owned))
}

impl AppState {
    /// What the key made before. It is looked at before the bounds: a retry may come when a time of it is past.
    pub(crate) async fn made_before(
        &self,
        key: Option<&OwnedKey>,
    ) -> Result<Option<MadeBefore>, HttpError> {
        let Some(owned) = key else {
            return Ok(None);
        };
        let answers = self.store.idempotency();
        let found = answers.find(owned.application.clone(), owned.key.clone());
        match found.await?.map(|found| owned.made_before(found)) {
            None => Ok(None),
            Some(Some(made)) => Ok(Some(made)),
            Some(None) => Err(key_reused()),
        }
    }

    /// As [`AppState::matching_answer`], of a command with a key.
    pub(crate) fn made<T>(&self, executed: MatchingExecuted<T>) -> Result<Made<T>, HttpError> {
        match executed.outcome {
            Err(MatchingRefusal::Repeated(made)) => Ok(Made::Before(made)),
            _ => self.matching_answer(executed).map(Made::Now),
        }
    }

    /// What was committed is passed on, and what it came to is the answer.
    pub(crate) fn matching_answer<T>(&self, executed: MatchingExecuted<T>) -> Result<T, HttpError> {
        let answer = executed.outcome.map_err(refused)?;
        self.committed(executed.streamed);
        Ok(answer)
    }
}

/// The key that came with a command stood for another one.
pub(crate) fn key_reused() -> HttpError {
    HttpError::conflict("That Idempotency-Key stood for another command.")
}

fn refused(refusal: MatchingRefusal) -> HttpError {
    match refusal {
        MatchingRefusal::NotFound => HttpError::not_found("There is no such thing of yours."),
        MatchingRefusal::Forbidden(detail) => HttpError::forbidden(detail),
        MatchingRefusal::Conflict(detail) => HttpError::conflict(detail),
        MatchingRefusal::KeyReused | MatchingRefusal::Repeated(_) => key_reused(),
        MatchingRefusal::AlreadyMatched => HttpError::new(
            StatusCode::CONFLICT,
            ErrorCode::AlreadyMatched,
            "You are matched with this person: write to them.",
        ),
        MatchingRefusal::QuotaExceeded(retry_after_ms) => {
            Limit::QuotaPerPerson.hit();
            HttpError::quota_exceeded(retry_after_ms)
        }
        MatchingRefusal::NoPeeksLeft(at) => HttpError::new(
            StatusCode::CONFLICT,
            ErrorCode::NoPeeksLeft,
            "Today's peek is used.",
        )
        .with_at(at),
        MatchingRefusal::Busy(user) => HttpError::busy(user, None),
        MatchingRefusal::Invalid(fields) => HttpError::invalid(fields),
    }
}
