//! The embedded STUN and TURN server: sockets, ports and counters around `turn-core`, which decides what
//! is answered and relayed.
//!
//! It is a process of its own, so that a flood at a relay port takes nothing from those who signal. It
//! knows no session: who may relay is in the credential, which signaling hands out.

pub mod client;
mod config;
mod lifecycle;
mod listeners;
mod metrics;
mod ports;
mod relay;
mod streams;

pub use config::Config;
pub use lifecycle::run;
pub use listeners::RelayListeners;
