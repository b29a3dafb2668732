//! The live plane: which two peers of a session are in, whose offer goes to whom, what time it is in it.
//!
//! The service around `signaling-core`: sockets, tasks, the store. What a session does is decided there;
//! nothing here knows a rule of the protocol that is about two people.

mod config;
mod connection;
mod counters;
mod deadline_index;
mod describe;
mod events;
mod join;
mod lifecycle;
mod log;
pub mod media;
mod operators;
mod registry;
mod resume_ledger;
mod router;
mod session_clock;
mod session_handle;
mod session_waker;
mod state;
pub mod store;
mod stored_session;
mod write_buffer;

#[cfg(feature = "fuzzing")]
pub use media::fuzzing;

pub use config::{Config, Limits};
pub use lifecycle::run;
pub use media::MediaConfig;
