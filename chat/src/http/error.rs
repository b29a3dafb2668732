//! Error codes of chat as problem documents.

use axum::http::StatusCode;
use service::http::HttpError;
use wire::visible_text::BadText;
use wire::{ErrorCode, FieldError};

/// When to try again after the store failed, in milliseconds.
const STORAGE_RETRY_MS: u64 = 1_000;

/// The problem for a code.
pub(crate) fn http_error(code: ErrorCode) -> HttpError {
    match code {
        ErrorCode::NotAMember => {
            let detail = "There is no such room, or you are not in it.";
            HttpError::new(StatusCode::NOT_FOUND, code, detail)
        }
        ErrorCode::Conflict => {
            HttpError::conflict("That client_id already stands for another message.")
        }
        ErrorCode::RoomClosed => {
            let detail = "That room takes no more messages.";
            HttpError::new(StatusCode::CONFLICT, code, detail)
        }
        ErrorCode::NotFound => {
            let detail = "There is no such message.";
            HttpError::new(StatusCode::NOT_FOUND, code, detail)
        }
        ErrorCode::Forbidden => HttpError::forbidden("That message is another's."),
        ErrorCode::BadCursor => HttpError::new(
            StatusCode::BAD_REQUEST,
            code,
            "That is no cursor, or one too many.",
        ),
        ErrorCode::StorageFull => HttpError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            code,
            "There is no room left to store it.",
        )
        .with_retry_after_ms(STORAGE_RETRY_MS),
        _ => {
            let detail = "The store does not answer at present.";
            HttpError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::StorageUnavailable,
                detail,
            )
            .with_retry_after_ms(STORAGE_RETRY_MS)
        }
    }
}

/// The problem for a message's text.
pub(super) fn bad_text(bad: BadText) -> HttpError {
    let detail = "That is no text for a message.";
    HttpError::new(StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::BadText, detail)
        .with_reason(bad.code())
        .with_errors(vec![FieldError {
            field: "body".to_owned(),
            code: bad.code().to_owned(),
            message: detail.to_owned(),
        }])
}
