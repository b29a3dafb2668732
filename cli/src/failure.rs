//! How the process ends: 0 for done, 78 for a mistake that a person can put right, 1 for a crash.

use std::process::ExitCode;

use storage::OpenError;

/// `EX_CONFIG` of sysexits: service managers know it as "do not try again".
const CONFIG: u8 = 78;
const CRASH: u8 = 1;

/// Why the process ends without having done what it was asked for; one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Failure {
    /// Something that a person must put right; the line names what.
    #[error("{0}")]
    Config(String),
    /// Any other failure: exit code 1.
    #[error("{0}")]
    Crash(String),
}

impl Failure {
    pub(crate) fn config(line: impl Into<String>) -> Self {
        Self::Config(line.into())
    }

    pub(crate) fn crash(line: impl Into<String>) -> Self {
        Self::Crash(line.into())
    }

    /// Prints the line on stderr, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        // A cause of many lines, as SQLite's or TOML's, still makes one.
        let line = self
            .to_string()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        eprintln!("rendezvous: {line}");
        ExitCode::from(match self {
            Failure::Config(_) => CONFIG,
            Failure::Crash(_) => CRASH,
        })
    }

    /// The end of a command that could not open a database: what stays as it is
    /// until somebody changes something is for them, and a server that is away may come back by itself.
    pub(crate) fn of_store(error: &OpenError) -> Self {
        match error {
            OpenError::File { .. }
            | OpenError::Durability { .. }
            | OpenError::Newer { .. }
            | OpenError::Foreign { .. }
            | OpenError::Occupied { .. }
            | OpenError::Encoding { .. } => Self::config(error.to_string()),
            OpenError::Connect { .. } | OpenError::Migrate { .. } => Self::crash(error.to_string()),
        }
    }

    /// True for an exit status that says that trying again is in vain.
    pub(crate) fn is_config(status: std::process::ExitStatus) -> bool {
        status.code() == Some(i32::from(CONFIG))
    }
}
