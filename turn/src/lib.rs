//! The embedded STUN and TURN server: sockets, ports and counters around `turn-core`, which decides what
//! is answered and relayed.
//!
//! It is a process of its own, so that a flood at a relay port takes nothing from those who signal. It
//! knows no session: who may relay is in the credential, which signaling hands out.

mod addresses;
pub mod client;
mod config;
mod lifecycle;
mod meters;
mod ports;
mod relay;
mod streams;

pub use addresses::Listeners;
pub use config::Config;
pub use lifecycle::run;
