//! The database of a service: opening it, migrations, transactions that write, statements, and the tables
//! of the facts that go from one service to another.
//!
//! It knows no service and no rule of one: their stores bring their statements, as static texts in the
//! subset of SQL below, and each engine's folder renders that text for its database. It speaks to no other
//! process but a database; delivering the outbox is `bus`'s. No caller names a driver: they match on
//! [`Error`]'s kinds.
//!
//! An engine is a folder with an implementation of `engine::Engine` (pools, pragmas, migrations of its
//! dialect, the meaning of its error codes, its `dialect::Dialect`), and no rule in it.
//!
//! # The subset of SQL, and what differs between SQLite, PostgreSQL and MariaDB
//!
//! | trap | what a statement says | who deals with it |
//! |---|---|---|
//! | parameters | `?1`, `?2`, each as often as needed | the dialect: as is; `$1`; `?` with values repeated |
//! | `ON CONFLICT` | `ON CONFLICT (key) DO NOTHING`, `… DO UPDATE SET x = excluded.x` | the dialect: as is; as is; `ON DUPLICATE KEY UPDATE` |
//! | the larger of two | `GREATEST(a, b)` | the dialect: `max(a, b)`; as is; as is |
//! | many rows | `INSERT INTO t (a, b) VALUES ?rows`, [`Statement::bind_rows`] | the dialect: `json_each`; `unnest`; `JSON_TABLE` |
//! | a list | `(?1..)`, a subquery with the column `value`, [`Statement::bind_list`] | the same |
//! | text within text | `instr(text, part)` | the dialect: as is; `strpos`; as is |
//! | rows that others claim | `FOR UPDATE SKIP LOCKED` at the end of a `SELECT` in a transaction | the dialect: left out, since SQLite has one writer; as is; as is |
//! | `RETURNING` on `UPDATE` | avoided: MariaDB has none. `SELECT`, then `UPDATE` in the same transaction | the stores |
//! | booleans | integers 0 and 1 | [`Value`] |
//! | a transaction that reads and then writes | [`Database::begin`] | the engine: `BEGIN IMMEDIATE` |
//! | partial indexes, `STRICT`, `WITHOUT ROWID`, TEXT as key, identity columns | | the migrations, a text for each dialect |

mod connection;
pub mod copy;
mod database;
mod dialect;
mod engine;
mod error;
mod inbox;
mod migrations;
mod mysql;
mod options;
mod outbox;
mod postgres;
mod private_dir;
mod query;
mod row;
mod schema;
mod server;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod url;
mod value;

pub use database::{Database, ReadConnection, WriteTransaction};
pub use error::{Error, OpenError};
pub use inbox::Inbox;
pub use migrations::PendingMigration;
pub use options::{DatabaseOptions, TlsMode};
pub use outbox::{MAX_BATCH_BYTES, MAX_BATCH_EVENTS, Outbox, Pending};
pub use private_dir::{claim_private_dir, create_private_dir};
pub use query::{SqlConnection, Statement, StorageFuture, query};
pub use row::{Column, FromRow, Row};
pub use schema::Schema;
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use value::{FromValue, Value};
