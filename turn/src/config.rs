//! The configuration of the server. Plain values: files and the environment are read elsewhere.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use turn_core::{PeerPolicy, Quotas, Secret};

/// Settings of the server.
#[derive(Debug, Clone)]
pub struct Config {
    /// Named in challenges.
    pub realm: String,
    /// What credentials may be signed with.
    pub secrets: Vec<Secret>,
    /// From where it relays.
    pub relay_ip: IpAddr,
    /// How the relay address is seen from outside, behind a NAT of one to one.
    pub external_ip: Option<IpAddr>,
    /// The first and the last port that it relays from.
    pub ports: (u16, u16),
    /// Which peers may be reached.
    pub peers: PeerPolicy,
    /// How much may be used.
    pub quotas: Quotas,
    /// Longest life of an allocation before it must be refreshed, in seconds.
    pub max_lifetime_s: u32,
    /// How long a TCP connection may be without an allocation, take to complete a frame, or not read.
    pub stream_timeout: Duration,
    /// Where revocations are stored and the services' secret is; `None`: other services tell nothing, and a
    /// credential ends at its end alone.
    pub data_dir: Option<PathBuf>,
    /// How long a revocation is remembered: the longest life of a credential, and what clocks differ by.
    pub revocations_kept: Duration,
}
