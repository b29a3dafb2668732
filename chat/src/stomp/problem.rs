//! A refusal as the problem document that the same would be over HTTP.

use axum::http::StatusCode;
use wire::{ErrorBody, ErrorCode, FieldError, Problem};

/// The problem for what a frame is refused with.
pub(super) fn problem(body: &ErrorBody) -> Problem {
    let status = status(body.code);
    let field = body.field.as_deref().map(header_name);
    Problem {
        kind: "about:blank".to_owned(),
        title: status.canonical_reason().unwrap_or("Refused").to_owned(),
        status: status.as_u16(),
        detail: body.message.clone(),
        code: body.code,
        errors: field
            .map(|field| FieldError {
                field,
                code: "invalid".to_owned(),
                message: body.message.clone(),
            })
            .into_iter()
            .collect(),
        reason: body.reason.clone(),
        retry_after_ms: body.retry_after_ms,
        user_id: None,
        session_id: None,
        at: None,
    }
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
