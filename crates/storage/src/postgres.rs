//! PostgreSQL, 12 or newer.

mod connection;
mod dialect;
mod error;
mod session;

pub(crate) use sqlx::Postgres;

pub(crate) use self::error::kind;
