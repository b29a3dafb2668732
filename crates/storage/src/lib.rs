//! What the services' stores share: opening a database, migrations, write transactions, and the tables of
//! facts that go from one service to another.
//!
//! It knows no service and no rule of one: their stores bring their tables' queries. It speaks to no other
//! process but a database; delivering the outbox is `bus`'s.

mod error;
mod inbox;
mod outbox;
mod private_dir;
mod schema;
mod sqlite;

pub use error::{Error, OpenError};
pub use inbox::Inbox;
pub use outbox::{MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Outbox, Pending};
pub use private_dir::create_private_dir;
pub use schema::Schema;
pub use sqlite::{Database, WriteTransaction};
