//! The error of a service that could not start.

/// Why a service could not start, or stopped serving on its own.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store could not be opened.
    #[error(transparent)]
    Store(#[from] storage::OpenError),
    /// A store of another kind could not be opened; says which.
    #[error("{0}")]
    OtherStore(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file of the data directory could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file that failed.
        path: std::path::PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The settings contradict each other or can't be used.
    #[error("{0}")]
    Config(String),
    /// What is stored has to be looked at by a person first; the line says what they can do.
    #[error("{0}")]
    Refused(String),
    /// The listener failed for good.
    #[error("listening: {0}")]
    Listen(#[from] std::io::Error),
    /// A query of the start-up failed.
    #[error("store: {0}")]
    Query(#[from] storage::Error),
}
