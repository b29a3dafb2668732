//! What a server is set to at start.

use std::net::IpAddr;

use crate::{Family, PeerPolicy, Secret};

/// Settings of a [`crate::TurnServer`].
#[derive(Debug, Clone)]
pub struct Settings {
    /// Named in challenges; part of each credential's key.
    pub realm: String,
    /// What credentials may be signed with; several while one is being replaced.
    pub secrets: Vec<Secret>,
    /// What nonces are signed with: random, new at each start.
    pub nonce_key: [u8; 32],
    /// Which kinds of relay address there are.
    pub families: Vec<Family>,
    /// The addresses of this machine that clients are served or relayed at. Nothing is ever sent to them
    /// through a socket: behind them are other services.
    pub own: Vec<IpAddr>,
    /// Which peers may be reached.
    pub peers: PeerPolicy,
    /// How much may be used.
    pub quotas: Quotas,
    /// Longest life of an allocation before it must be refreshed, in seconds.
    pub max_lifetime_s: u32,
}

/// Bounds on use; each has a metric that counts how often it bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Allocations at once of one person in one session.
    pub per_person: usize,
    /// Allocations at once in all.
    pub total: usize,
    /// Bytes a second of one allocation, in each direction.
    pub bytes_per_second: u32,
}
