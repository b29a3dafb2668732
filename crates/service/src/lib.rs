//! What the edge of every service shares: lifecycle, HTTP, sockets, tickets, events, SQLite, telemetry.
//!
//! Nothing here knows what a session, a room or a reminder is: services bring their own rules. The one
//! thing that the binary owes it: `rustls`' ring provider is installed first thing in `main`
//! (`rustls::crypto::ring::default_provider().install_default()`), before [`http::client`] is called.

pub mod clock;
pub mod describe;
pub mod descriptors;
pub mod events;
pub mod health;
pub mod http;
pub mod lifecycle;
pub mod limiter;
pub mod limits;
pub mod origin;
pub mod proxies;
pub mod reconnect_backoff;
pub mod secret_file;
pub mod socket;
pub mod sqlite;
pub mod telemetry;
pub mod tickets;

pub use lifecycle::{Shutdown, Tasks};

/// Why a service could not start, or stopped serving on its own.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store could not be opened.
    #[error(transparent)]
    Store(#[from] sqlite::OpenError),
    /// A file of the data directory could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The settings contradict each other or can't be used.
    #[error("{0}")]
    Config(String),
    /// The listener failed for good.
    #[error("listening: {0}")]
    Listen(#[from] std::io::Error),
    /// A query of the start-up failed.
    #[error("store: {0}")]
    Query(#[from] sqlx::Error),
}
