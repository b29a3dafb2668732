//! MariaDB, 10.6 or newer, and MySQL 8: both have `SKIP LOCKED` and `JSON_TABLE`.

mod connection;
mod dialect;
mod error;
mod session;

pub(crate) use sqlx::MySql;

pub(crate) use self::error::kind;
