//! What can be wrong with a ticket.

use crate::http::HttpError;

/// Why a ticket is not taken. [`TicketFault::reason`] is the stable word on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reason())]
pub enum TicketFault {
    /// `exp` is more than 60 s ago.
    Expired,
    /// `nbf` is more than 60 s ahead.
    NotYetValid,
    /// The signature is not that of the key.
    BadSignature,
    /// Any algorithm but EdDSA.
    BadAlg,
    /// No key of that `kid`.
    UnknownKey,
    /// Signed for another installation: `iss` is not the scheduler's public address.
    BadIssuer,
    /// For another service.
    WrongAudience,
    /// Not a JWT, or a claim is missing or of the wrong type.
    Malformed,
    /// Longer than any ticket.
    TooLarge,
    /// Whom it is for was erased since.
    Erased,
}

impl TicketFault {
    /// The word in `unauthenticated {reason}`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            TicketFault::Expired => "expired",
            TicketFault::NotYetValid => "not_yet_valid",
            TicketFault::BadSignature => "bad_signature",
            TicketFault::BadAlg => "bad_alg",
            TicketFault::UnknownKey => "unknown_key",
            TicketFault::BadIssuer => "bad_issuer",
            TicketFault::WrongAudience => "wrong_audience",
            TicketFault::Malformed => "malformed",
            TicketFault::TooLarge => "too_large",
            TicketFault::Erased => "erased",
        }
    }
}

impl From<TicketFault> for HttpError {
    fn from(fault: TicketFault) -> Self {
        HttpError::unauthenticated(fault.reason())
    }
}
