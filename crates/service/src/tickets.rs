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
