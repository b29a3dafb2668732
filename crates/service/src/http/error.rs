//! A request that is refused: RFC 9457 problem documents.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use wire::{EndReason, ErrorCode, FieldError, Problem, SessionId, UnixMs, UserId};

use crate::origin::OriginNotAllowed;

/// Media type of a problem document (RFC 9457).
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Why a request is refused; answers as `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    problem: Box<Problem>,
}

impl HttpError {
    /// A refusal of any kind. `detail` is one plain sentence, and never holds a secret or another's data.
    pub fn new(status: StatusCode, code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            problem: Box::new(Problem {
                kind: "about:blank".to_owned(),
                title: status.canonical_reason().unwrap_or("Refused").to_owned(),
                status: status.as_u16(),
                detail: detail.into(),
                code,
                errors: Vec::new(),
                reason: None,
                retry_after_ms: None,
                user_id: None,
                session_id: None,
                at: None,
            }),
        }
    }

    /// 401: no credential, or a wrong one. `reason` is a stable word, as `expired`.
    pub fn unauthenticated(reason: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            ErrorCode::Unauthenticated,
            "A valid credential is needed.",
        )
        .with_reason(reason)
    }

    /// 403: known, and not allowed.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, ErrorCode::Forbidden, detail)
    }

    /// 403: the page's origin is not on the list.
    #[must_use]
    pub fn origin_not_allowed() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            ErrorCode::OriginNotAllowed,
            "Pages of this origin may not connect.",
        )
    }

    /// 404: not there, or not yours.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, ErrorCode::NotFound, detail)
    }

    /// 400: not JSON, or not what the protocol has.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorCode::Malformed, detail)
    }

    /// 400: a credential stands in the address.
    #[must_use]
    pub fn token_in_url() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            ErrorCode::TokenInUrl,
            "A credential never stands in an address: send it in Authorization or in the first frame.",
        )
    }

    /// 408: the body came too slowly.
    #[must_use]
    pub fn body_timeout() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            ErrorCode::Timeout,
            "The body came too slowly.",
        )
    }

    /// 409: a state that forbids it.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, ErrorCode::Conflict, detail)
    }

    /// 409: the session is over, with why.
    #[must_use]
    pub fn session_over(reason: EndReason) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            ErrorCode::SessionOver,
            "The session is over.",
        )
        .with_reason(reason.name())
    }

    /// 409: a person has another session at that time; `session` where who asks may know which.
    #[must_use]
    pub fn busy(user: UserId, session: Option<SessionId>) -> Self {
        let mut error = Self::new(
            StatusCode::CONFLICT,
            ErrorCode::Busy,
            "One of the two has another session at that time.",
        );
        error.problem.user_id = Some(user);
        error.problem.session_id = session;
        error
    }

    /// 412: `If-Match` names another revision.
    pub fn precondition_failed(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            ErrorCode::PreconditionFailed,
            detail,
        )
    }

    /// 413: larger than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::TooLarge,
            format!("The body may have {limit} bytes at most."),
        )
    }

    /// 415: the body is not `application/json`.
    #[must_use]
    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::UnsupportedMediaType,
            "The body must be application/json.",
        )
    }

    /// 422: each wrong field. The code is `unknown_field` where that is all that is wrong.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let only_unknown = !errors.is_empty() && errors.iter().all(|e| e.code == "unknown_field");
        let code = if only_unknown {
            ErrorCode::UnknownField
        } else {
            ErrorCode::InvalidField
        };
        let detail = errors
            .first()
            .map_or_else(|| "A field is wrong.".to_owned(), |e| e.message.clone());
        let mut refusal = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail);
        refusal.problem.errors = errors;
        refusal
    }

    /// 422: one wrong field. `code` is a stable word, as `out_of_range`.
    pub fn field(
        field: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self::invalid(vec![FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        }])
    }

    /// 429: try again after `retry_after_ms`.
    #[must_use]
    pub fn rate_limited(retry_after_ms: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::RateLimited,
            "Too many requests.",
        )
        .with_retry_after_ms(retry_after_ms)
    }

    /// 429: a quota is used up; there is room again after `retry_after_ms`.
    #[must_use]
    pub fn quota_exceeded(retry_after_ms: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::QuotaExceeded,
            "A quota is used up for now.",
        )
        .with_retry_after_ms(retry_after_ms)
    }

    /// 503: not ready to serve; try again in a second.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Unavailable,
            detail,
        )
        .with_retry_after_ms(1_000)
    }

    /// 503: the store does not answer; logs why, tells nobody.
    pub fn storage_unavailable(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "the store does not answer");
        metrics::counter!("storage_errors_total").increment(1);
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::StorageUnavailable,
            "The store does not answer at present.",
        )
        .with_retry_after_ms(1_000)
    }

    /// 500: a fault of ours; logs why, tells nobody.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "internal fault");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::Internal,
            "Something went wrong here.",
        )
    }

    /// The same, with a stable word that says why.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.problem.reason = Some(reason.into());
        self
    }

    /// The same, with when to try again (`Retry-After` too, in whole seconds, rounded up).
    #[must_use]
    pub fn with_retry_after_ms(mut self, retry_after_ms: u64) -> Self {
        self.problem.retry_after_ms = Some(retry_after_ms);
        self
    }

    /// The same, with the moment from which it is allowed.
    #[must_use]
    pub fn with_at(mut self, at: UnixMs) -> Self {
        self.problem.at = Some(at);
        self
    }

    /// The same, naming wrong fields or failed checks.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.problem.errors = errors;
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The problem document (RFC 9457) that is sent.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl From<storage::Error> for HttpError {
    fn from(error: storage::Error) -> Self {
        Self::storage_unavailable(&error)
    }
}

impl From<OriginNotAllowed> for HttpError {
    fn from(_: OriginNotAllowed) -> Self {
        Self::origin_not_allowed()
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_vec(&self.problem).expect("a problem has only plain fields");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(retry_after_ms) = self.problem.retry_after_ms {
            let seconds = retry_after_ms.div_ceil(1000).max(1);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_6_a_refusal_is_a_problem_document() {
        let response = HttpError::rate_limited(1_200).into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "application/problem+json"
        );
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
        let response = HttpError::unauthenticated("expired").into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
    }

    #[test]
    fn unknown_fields_alone_have_their_own_code() {
        let unknown = HttpError::field("role", "unknown_field", "No such field.");
        assert_eq!(unknown.problem().code, ErrorCode::UnknownField);
        let other = HttpError::field("starts_at", "out_of_range", "Too early.");
        assert_eq!(other.problem().code, ErrorCode::InvalidField);
        assert_eq!(other.problem().status, 422);
    }
}
