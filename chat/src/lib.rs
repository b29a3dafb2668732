//! Chat: rooms, messages, read positions and presence, over WebSocket, STOMP and HTTP.
//!
//! What surrounds `chat-core`: sockets, routes, the store actor and its stores. Who is told of what is decided
//! there; nothing here knows what a message or a position means.

mod caller;
mod config;
mod connection;
mod databases;
mod describe;
mod events;
mod feed;
mod http;
mod last_activity;
mod lifecycle;
mod lost_tail;
mod quotas;
mod registry;
mod removals;
mod retention_age;
mod room_loader;
mod router;
mod state;
mod stomp;
pub mod store;
mod store_actor;
mod store_handle;
mod subscriber;
mod sync;
mod unsent;
mod verification;

pub use config::{Config, FeedSettings, Limits};
pub use lifecycle::run;
pub use lost_tail::{LostTail, find_lost_tail};
pub use removals::Removal;
pub use store::MessagesUrl;
pub use verification::{VerifyError, verify};

/// What other services know this one as.
const SERVICE: &str = "chat";
