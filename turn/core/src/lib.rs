//! A STUN and TURN server (RFC 8489, RFC 8656) that holds no socket, reads no clock and draws nothing:
//! it is told what arrived and when, and returns what is to be sent.
//!
//! Also what both ends of a TURN credential need: who signs it ([`TurnCredentials`]), which peers no
//! relay may reach ([`PeerPolicy`]), and the same rules as a configuration of coturn ([`coturn`]).

mod allocation;
mod authentication;
pub mod coturn;
mod credential_holder;
mod credentials;
mod effects;
mod error;
mod framing;
mod input;
mod metric;
mod nonce;
mod output;
mod peers;
mod rate_limit;
mod requests;
mod revocations;
mod secret;
mod server;
mod settings;
pub mod stun;
#[cfg(test)]
mod tests;
mod traffic;

pub use credentials::TurnCredentials;
pub use framing::{Framed, MAX_FRAME_BYTES, split_frame};
pub use input::{AllocationId, ClientEndpoint, Input};
pub use metric::{Dropped, Metric, RefusalCause};
pub use output::{Family, Output};
pub use peers::{Cidr, CidrError, PeerPolicy};
pub use secret::{MIN_SECRET_BYTES, Secret, SecretError};
pub use server::TurnServer;
pub use settings::{Quotas, Settings};
