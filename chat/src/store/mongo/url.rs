//! Which database on which server.

use std::fmt;

use mongodb::options::{Acknowledgment, ConnectionString, HostInfo};

/// Names a database on a server of MongoDB's protocol. Displayed, it shows neither user, password nor parameters.
#[derive(Clone, PartialEq)]
pub struct MongoUrl {
    pub(super) connection: Box<ConnectionString>,
    pub(super) database: String,
}

/// Why a text names no such database. It repeats nothing of the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MongoUrlError {
    /// It is no URL, or has a parameter that is none.
    #[error(
        "it can't be read as mongodb://USER:PASSWORD@HOST/DATABASE or mongodb+srv://…: special characters of user and password are percent-encoded, and a parameter is one of MongoDB's connection strings"
    )]
    Malformed,
    /// A server, and no database on it.
    #[error("it names no database: one follows the hosts, as in mongodb://localhost/rendezvous")]
    NoDatabase,
    /// A write that is weaker than what is promised.
    #[error(
        "it weakens what was acknowledged: leave out w, journal and wtimeoutMS (it is always w=majority with the journal)"
    )]
    WeakWrites,
}

impl MongoUrl {
    /// True where a text is meant to be one.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        let scheme = text.split(':').next().unwrap_or_default();
        matches!(scheme, "mongodb" | "mongodb+srv")
    }

    /// Reads `mongodb://…` or `mongodb+srv://…`, parameters included.
    ///
    /// # Errors
    /// [`MongoUrlError`].
    pub fn parse(text: &str) -> Result<Self, MongoUrlError> {
        let connection = ConnectionString::parse(text).map_err(|_| MongoUrlError::Malformed)?;
        let is_weak = connection.write_concern.as_ref().is_some_and(|asked| {
            let is_majority = matches!(asked.w, None | Some(Acknowledgment::Majority));
            !is_majority || asked.journal == Some(false) || asked.w_timeout.is_some()
        });
        if is_weak {
            return Err(MongoUrlError::WeakWrites);
        }
        let named = connection.default_database.clone();
        let database = named.filter(|name| !name.is_empty());
        Ok(Self {
            database: database.ok_or(MongoUrlError::NoDatabase)?,
            connection: Box::new(connection),
        })
    }
}

impl fmt::Display for MongoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.connection.host_info {
            HostInfo::HostIdentifiers(hosts) => {
                let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
                write!(f, "mongodb://{}/{}", hosts.join(","), self.database)
            }
            HostInfo::DnsRecord(name) => write!(f, "mongodb+srv://{name}/{}", self.database),
            _ => write!(f, "mongodb://…/{}", self.database),
        }
    }
}

impl fmt::Debug for MongoUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MongoUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cht_104_a_url_is_shown_without_user_password_and_parameters() {
        for (text, shown) in [
            ("mongodb://h/d", "mongodb://h:27017/d"),
            (
                "mongodb://u:canary@h:5,i:6/d?replicaSet=r&w=majority&journal=true",
                "mongodb://h:5,i:6/d",
            ),
            (
                "mongodb+srv://u:can%40ary@cluster.example.org/d?retryWrites=false",
                "mongodb+srv://cluster.example.org/d",
            ),
        ] {
            let url = MongoUrl::parse(text).unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("MongoUrl({shown})"));
        }
    }

    #[test]
    fn cht_104_what_names_no_database_or_weakens_writes_is_refused() {
        for (text, why) in [
            ("mongodb://u:canary@h", MongoUrlError::NoDatabase),
            ("mongodb://u:canary@h/?tls=true", MongoUrlError::NoDatabase),
            ("mongodb://u:can@ary@h/d", MongoUrlError::Malformed),
            ("mongodb://h:port/d", MongoUrlError::Malformed),
            ("mongodb://h/d?w=1", MongoUrlError::WeakWrites),
            (
                "mongodb://h/d?w=majority&journal=false",
                MongoUrlError::WeakWrites,
            ),
            ("mongodb://h/d?wtimeoutMS=5", MongoUrlError::WeakWrites),
        ] {
            assert_eq!(MongoUrl::parse(text), Err(why), "{text}");
            assert!(!why.to_string().contains("canary"));
        }
    }
}
