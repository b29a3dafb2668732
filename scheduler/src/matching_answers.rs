//! From what a command of matching came to, to its answer.

use axum::http::StatusCode;
use scheduler_core::MatchingRefusal;
use service::http::HttpError;
use service::limits::Limit;
use wire::ErrorCode;

use crate::commands::MatchingExecuted;
use crate::state::AppState;

impl AppState {
    /// What was committed is passed on, and what it came to is the answer.
    pub(crate) fn matching_answer<T>(&self, executed: MatchingExecuted<T>) -> Result<T, HttpError> {
        let answer = executed.outcome.map_err(refused)?;
        self.committed(executed.deliveries);
        Ok(answer)
    }
}

fn refused(refusal: MatchingRefusal) -> HttpError {
    match refusal {
        MatchingRefusal::NotFound => HttpError::not_found("There is no such thing of yours."),
        MatchingRefusal::Forbidden(detail) => HttpError::forbidden(detail),
        MatchingRefusal::Conflict(detail) => HttpError::conflict(detail),
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
