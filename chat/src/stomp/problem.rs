//! A refusal as the problem document that the same would be over HTTP.

use axum::http::StatusCode;
use service::http::HttpError;
use wire::{ErrorBody, ErrorCode, FieldError, Problem};

/// The problem for what a frame is refused with.
pub(super) fn problem(body: &ErrorBody) -> Problem {
    let mut refused = HttpError::new(status(body.code), body.code, &*body.message);
    if let Some(field) = &body.field {
        refused = refused.with_errors(vec![FieldError {
            field: header_name(field),
            code: "invalid".to_owned(),
            message: body.message.clone(),
        }]);
    }
    if let Some(reason) = &body.reason {
        refused = refused.with_reason(reason);
    }
    if let Some(retry_after_ms) = body.retry_after_ms {
        refused = refused.with_retry_after_ms(retry_after_ms);
    }
    refused.problem().clone()
}

/// The stable word for a code, as a header has it.
pub(super) fn word(code: ErrorCode) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A header of STOMP has hyphens where a field of JSON has underscores.
fn header_name(field: &str) -> String {
    field.replace('_', "-")
}

fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Malformed
        | ErrorCode::UnknownType
        | ErrorCode::Unsupported
        | ErrorCode::BadCursor => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden | ErrorCode::OriginNotAllowed => StatusCode::FORBIDDEN,
        ErrorCode::NotAMember => StatusCode::NOT_FOUND,
        ErrorCode::Timeout => StatusCode::REQUEST_TIMEOUT,
        ErrorCode::Conflict | ErrorCode::RoomClosed | ErrorCode::AlreadyJoined => {
            StatusCode::CONFLICT
        }
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::InvalidField | ErrorCode::BadText => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::RateLimited | ErrorCode::QuotaExceeded => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::StorageUnavailable | ErrorCode::StorageFull => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
