//! The database of a service: opening it, migrations, transactions that write, statements, and the tables
//! of the facts that go from one service to another.
//!
//! It knows no service and no rule of one: their stores bring their statements, as static texts in the
//! subset of SQL below, and each engine's folder renders that text for its database. It speaks to no other
//! process but a database; delivering the outbox is `bus`'s. No caller names a driver: they match on
//! [`Error`]'s kinds.
//!
//! An engine is a folder with an implementation of `engine::Engine`, or of `server::Driver` where it is a server: sessions,
//! migrations of its dialect, the meaning of its error codes, its `dialect::Dialect`; and no rule in it.
//!
//! # Isolation
//!
//! A transaction that writes is isolated as `READ COMMITTED` on the servers, and alone in SQLite. Who reads in order to write says
//! `FOR UPDATE`. A transaction that lost to another one fails with an error that [`Error::is_conflict`]: run it again, whole.
//!
//! # The subset of SQL, and what differs between SQLite, PostgreSQL and MariaDB (MySQL)
//!
//! | trap | what a statement says | who deals with it |
//! |---|---|---|
//! | parameters | `?1`, `?2`, each as often as needed; no other `?` | the dialect: as is; `$1`; `?` with values repeated |
//! | `ON CONFLICT` | `ON CONFLICT (key) DO NOTHING`, `… DO UPDATE SET x = excluded.x`, at the end, where no other unique key can be met | the dialect: as is; as is; `ON DUPLICATE KEY UPDATE`, which goes by any key |
//! | rows of an upsert | not counted, but for one row and `DO NOTHING`: 1 or 0 | the statements |
//! | the larger of two | `GREATEST(a, b)` | the dialect: `max(a, b)`; as is; as is |
//! | many rows | `INSERT INTO t (a, b) VALUES ?rows`, [`Statement::bind_rows`] | the dialect: `json_each`; `json_populate_recordset`; `JSON_TABLE` |
//! | a list of texts | `(?1..)`, a subquery with the column `value`, [`Statement::bind_list`] | the dialect, as for rows |
//! | rows that are read to be written | `FOR UPDATE` at the end of a `SELECT` of one table in a transaction | the dialect: left out, since SQLite has one writer; as is; as is |
//! | rows that others claim | `FOR UPDATE SKIP LOCKED` | the same |
//! | what is `NULL` | an `Option` of the column's kind: PostgreSQL asks of which | [`Value`] |
//! | booleans | integers 0 and 1 | [`Value`] |
//! | names that are words of SQL | `"key"` | the session: MariaDB's `ANSI_QUOTES` |
//! | two columns that depend on each other in one `UPDATE` | avoided: MariaDB sets them one after the other | the statements |
//! | `RETURNING` on `UPDATE` | avoided: MariaDB has none. `SELECT`, then `UPDATE` in the same transaction | the statements |
//! | order and equality of texts | byte by byte | the migrations: as is; `COLLATE "C"`; `utf8mb4_nopad_bin` |
//! | partial indexes, `STRICT`, generated columns, lengths of keys | | the migrations, a text for each dialect |

mod catalog;
mod connection;
pub mod copy;
mod database;
mod dialect;
mod engine;
mod error;
mod error_kind;
mod inbox;
mod migrations;
mod mysql;
mod options;
mod outbox;
mod postgres;
mod private_dir;
mod query;
mod retry;
mod row;
mod schema;
mod server;
mod sqlite;
mod sqlx_error;
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
pub use retry::{MayConflict, retry_on_conflict};
pub use row::{Column, FromRow, Row};
pub use schema::Schema;
pub use server::with_deadline;
pub use sqlite::FileReader;
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use value::{FromValue, Value};
