//! Why a socket is not let in, or must leave: the `error` frame and the close code that follows it.

use wire::{CloseCode, ErrorBody, ErrorCode};

use crate::tickets::TicketFault;

/// A first frame that is refused, or a socket that was let in and is closed.
#[derive(Debug)]
pub struct JoinError {
    pub(super) body: Box<ErrorBody>,
    pub(super) code: CloseCode,
}

impl JoinError {
    /// The `error` frame `body`, then the close code.
    #[must_use]
    pub fn new(body: ErrorBody, code: CloseCode) -> Self {
        Self {
            body: Box::new(body),
            code,
        }
    }

    /// What the client is told, and the close code.
    #[must_use]
    pub fn into_parts(self) -> (ErrorBody, CloseCode) {
        (*self.body, self.code)
    }

    /// No ticket, or a bad one; closed with 4501. `reason` is a stable word, as `expired`.
    #[must_use]
    pub fn unauthenticated(reason: &str) -> Self {
        let mut body = ErrorBody::new(ErrorCode::Unauthenticated, "A good ticket is needed.");
        body.reason = Some(reason.to_owned());
        Self::new(body, CloseCode::Unauthenticated)
    }

    /// The ticket is for other pages, and so would be a new one; closed with 4502.
    #[must_use]
    pub fn origin_not_allowed() -> Self {
        let message = "The ticket is for pages of other origins.";
        let body = ErrorBody::new(ErrorCode::OriginNotAllowed, message);
        Self::new(body, CloseCode::NotAParticipant)
    }

    /// Too many joins or sockets; closed with 4004.
    #[must_use]
    pub fn rate_limited(retry_after_ms: u64) -> Self {
        let mut body = ErrorBody::new(ErrorCode::RateLimited, "Too many joins at present.");
        body.retry_after_ms = Some(retry_after_ms);
        Self::new(body, CloseCode::RateLimited)
    }

    /// A field of the first frame that can't be used; closed with 4500.
    #[must_use]
    pub fn invalid_field(field: &str) -> Self {
        Self::new(ErrorBody::invalid_field(field), CloseCode::Malformed)
    }
}

impl From<TicketFault> for JoinError {
    fn from(fault: TicketFault) -> Self {
        Self::unauthenticated(fault.reason())
    }
}
