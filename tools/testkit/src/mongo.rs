//! Databases of tests on servers of MongoDB's protocol.

use crate::left_out;

/// A server that tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MongoServer {
    /// The one of `SECANTUS_URL`, which `scripts/with-databases` starts.
    Secantus,
    /// The one of `FERRET_URL`, which `scripts/with-databases` starts. It has no transactions and no retryable writes.
    Ferret,
    /// The one that somebody names by `MONGODB_URL`. Databases `rv_…` of the tests stay there.
    Named,
}

impl MongoServer {
    /// The URL of a new database; `None`, and the calling test is left out, where there is no such server.
    ///
    /// # Panics
    /// In CI where there is none; but nobody has to name one.
    #[track_caller]
    #[must_use]
    pub fn new_database(self) -> Option<String> {
        let variable = match self {
            Self::Secantus => "SECANTUS_URL",
            Self::Ferret => "FERRET_URL",
            Self::Named => "MONGODB_URL",
        };
        let Ok(url) = std::env::var(variable) else {
            if self != Self::Named {
                left_out(&format!("{variable}, which scripts/with-databases sets"));
            }
            return None;
        };
        Some(with_database(&url))
    }
}

/// The same server and parameters, and a database that no other test has.
fn with_database(url: &str) -> String {
    let name = format!("rv_{}", uuid::Uuid::now_v7().simple());
    let (server, parameters) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, hosts) = server.split_once("://").expect("it is a URL");
    let hosts = hosts.split('/').next().unwrap_or_default();
    format!("{scheme}://{hosts}/{name}?{parameters}")
}
