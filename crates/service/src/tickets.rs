//! Tickets (JWT, EdDSA), verified with the scheduler's public keys.
//!
//! Nothing here signs. Whom a ticket lets in is for the service to judge; here only that it is genuine,
//! in time and for this service.

mod fault;
mod jwks;
mod keys;
#[cfg(test)]
mod tests;
mod verify;

pub use fault::TicketFault;
pub use jwks::{JwksSource, TicketVerifier};
pub use keys::KeySet;
pub use verify::MAX_TICKET_BYTES;

use axum::http::{HeaderMap, header};

/// The Bearer credential of a request, if it has exactly one.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, credential) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| credential.trim())
        .filter(|credential| !credential.is_empty())
}
