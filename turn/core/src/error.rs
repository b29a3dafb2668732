//! Why a request is refused, and with which error response.

use crate::RefusalCause;
use crate::stun::Attribute;

/// An error response (RFC 8489, section 14.8): its code and reason phrase, and what goes with them.
#[derive(Debug)]
pub(crate) struct StunError {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
    /// Whether realm and a nonce go with it, so that the client may try again.
    pub(crate) is_challenge: bool,
    /// Listed in UNKNOWN-ATTRIBUTES of a 420.
    pub(crate) unknown: Vec<Attribute>,
    /// What it is counted as; `None` for one that every client meets on its way in.
    pub(crate) cause: Option<RefusalCause>,
}

impl StunError {
    pub(crate) fn new(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason,
            is_challenge: false,
            unknown: Vec::new(),
            cause: Some(RefusalCause::Request),
        }
    }

    /// A challenge (401, 438): every client meets one on its way in, so it is not counted.
    pub(crate) fn challenge(code: u16, reason: &'static str) -> Self {
        Self {
            is_challenge: true,
            cause: None,
            ..Self::new(code, reason)
        }
    }

    pub(crate) fn because(mut self, cause: RefusalCause) -> Self {
        self.cause = Some(cause);
        self
    }

    pub(crate) fn unknown(attributes: Vec<Attribute>) -> Self {
        Self {
            unknown: attributes,
            ..Self::new(420, "Unknown Attribute")
        }
    }
}
