//! How a database is connected to.

use std::path::PathBuf;
use std::time::Duration;

/// How a server is connected to. SQLite, which is a file, has its own bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseOptions {
    /// Connections of one process to one database, at most.
    pub max_connections: u32,
    /// Longest wait for a connection: for one that is free, or for a new one.
    pub connect_timeout: Duration,
    /// Longest time from asking for a connection to the last answer on it, of one read or one transaction.
    /// What takes longer fails as [`crate::Error::Unavailable`], and its connection is given up. A service gives
    /// it to all that one request asks for, by [`crate::with_deadline`].
    pub statement_timeout: Duration,
    /// Whether the connection is encrypted, and its server's certificate checked.
    pub tls: TlsMode,
    /// Certificates (PEM) of authorities that are trusted, in place of the machine's.
    pub tls_ca: Option<PathBuf>,
    /// Settings of the server with which a crash may lose what was committed, as `synchronous_commit=off`, that
    /// are accepted; with any other, opening is refused.
    pub accepted_durability: Vec<String>,
}

/// Whether a connection to a server is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// As `Verify`, and on this machine (loopback, sockets) as the URL says, or else encrypted where the server can.
    #[default]
    Auto,
    /// Encrypted, and the certificate must be the named host's and of a trusted authority.
    Verify,
    /// Encrypted, whoever answers.
    Encrypt,
    /// In plain text.
    Off,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self {
            max_connections: 10,
            connect_timeout: Duration::from_secs(1),
            statement_timeout: Duration::from_millis(1_500),
            tls: TlsMode::Auto,
            tls_ca: None,
            accepted_durability: Vec::new(),
        }
    }
}
