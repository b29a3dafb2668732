//! The embedded STUN and TURN server: sockets, ports and counters around `turn-core`, which decides what
//! is answered and relayed.
//!
//! It is a process of its own, so that a flood at a relay port takes nothing from those who signal. Who may
//! relay is in the credential, which signaling hands out; of sessions it knows those whose credentials were
//! revoked.

pub mod client;
mod config;
mod lifecycle;
mod listeners;
mod metrics;
mod ports;
mod relay;
mod revocation_events;
mod revocation_store;
mod stream_pool;
mod stream_queue;
mod streams;

pub use config::Config;
pub use lifecycle::run;
pub use listeners::RelayListeners;
