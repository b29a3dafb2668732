//! Facts between services: outbox, delivery over HTTP, inbox.
//!
//! A fact is written to the sender's `outbox` in the transaction of the change that it tells of,
//! delivered at least once and in order, and taken once by the receiver's `inbox`, in the transaction of
//! what it causes. The tables are [`TABLES`], each service's first migration.

mod inbox;
mod outbox;
mod poster;
mod receive;
mod secret;

pub use inbox::Inbox;
pub use outbox::{Outbox, Pending};
pub use poster::{Destination, Poster};
pub use receive::{AcceptError, EventSink, routes};
pub use secret::EventsSecret;

/// The tables of outbox and inbox, for SQLite: `0001_events.sql` of each service's migrations.
pub const TABLES: &str = include_str!("../../../migrations/signaling/sqlite/0001_events.sql");

/// Most events of one batch.
pub const MAX_BATCH_EVENTS: usize = 200;
/// Largest batch, in bytes.
pub const MAX_BATCH_BYTES: usize = 1024 * 1024;
