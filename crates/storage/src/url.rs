//! Which database: a file, or a server and a database on it.

mod identity;

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use url::Url;

/// What stands in place of a password.
const HIDDEN: &str = "***";

/// Parameters that name a server in place of the URL's host, the one that counts first.
const HOST_PARAMETERS: [&str; 3] = ["hostaddr", "host", "socket"];

/// Names a database. Displayed, it shows no password and no parameter.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(pub(crate) Kind);

/// What kind of database, and where it is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite(PathBuf),
    Postgres(Box<Url>),
    MySql(Box<Url>),
}

/// Why a text names no database. It repeats nothing of the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    /// It begins with nothing that is known.
    #[error("it is neither sqlite:PATH, postgres://USER@HOST/NAME nor mysql://USER@HOST/NAME")]
    Scheme,
    /// `sqlite:` and no file.
    #[error("sqlite: names no file, as in sqlite:data/scheduler/scheduler.db")]
    NoFile,
    /// SQLite is always opened in the same way.
    #[error("sqlite: takes a file and no parameters (no '?')")]
    SqliteParameters,
    /// It is no URL.
    #[error("it can't be read as a URL: special characters of a password are percent-encoded")]
    Malformed,
    /// Neither a host nor a socket.
    #[error("it names no host")]
    NoHost,
    /// A server, and no database on it.
    #[error("it names no database: one follows the host, as in postgres://localhost/rendezvous")]
    NoDatabase,
}

impl DatabaseUrl {
    /// An SQLite file.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Sqlite(path.into()))
    }

    /// Reads `sqlite:PATH` (relative to the working directory, or absolute), `postgres://…` or `postgresql://…`,
    /// `mysql://…` or `mariadb://…`. A server's URL may have the parameters of its clients, as `sslrootcert`.
    ///
    /// # Errors
    /// [`DatabaseUrlError`].
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        let (scheme, rest) = text.split_once(':').ok_or(DatabaseUrlError::Scheme)?;
        match scheme {
            "sqlite" => sqlite(rest),
            "postgres" | "postgresql" => server(text).map(|url| Self(Kind::Postgres(url))),
            // The driver knows one name of the two.
            "mysql" | "mariadb" => {
                server(&format!("mysql:{rest}")).map(|url| Self(Kind::MySql(url)))
            }
            _ => Err(DatabaseUrlError::Scheme),
        }
    }

    /// The file, of SQLite.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Sqlite(path) => Some(path),
            Kind::Postgres(_) | Kind::MySql(_) => None,
        }
    }

    /// True where the server is on this machine: a loopback address or a socket.
    pub(crate) fn is_local(&self) -> bool {
        let (Kind::Postgres(url) | Kind::MySql(url)) = &self.0 else {
            return true;
        };
        let mut named = url
            .query_pairs()
            .filter(|(key, _)| HOST_PARAMETERS.contains(&&**key));
        match named.next() {
            Some((_, host)) => {
                is_this_machine(&host) && named.all(|(_, host)| is_this_machine(&host))
            }
            None => is_this_machine(url.host_str().unwrap_or_default()),
        }
    }

    /// The password, where the URL holds one.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        match &self.0 {
            Kind::Sqlite(_) => None,
            Kind::Postgres(url) | Kind::MySql(url) => url.password(),
        }
    }
}

/// True for a loopback address and for the path of a socket (percent-encoded where it stands for a host).
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => {
            matches!(host, "" | "localhost") || host.starts_with('/') || host.starts_with("%2F")
        }
    }
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    match path {
        "" | ":memory:" => Err(DatabaseUrlError::NoFile),
        _ if path.contains('?') => Err(DatabaseUrlError::SqliteParameters),
        _ => Ok(DatabaseUrl::sqlite(path)),
    }
}

fn server(text: &str) -> Result<Box<Url>, DatabaseUrlError> {
    let url = Url::parse(text).map_err(|_| DatabaseUrlError::Malformed)?;
    let has_socket = url
        .query_pairs()
        .any(|(key, _)| HOST_PARAMETERS.contains(&&*key));
    if url.host_str().is_none_or(str::is_empty) && !has_socket {
        return Err(DatabaseUrlError::NoHost);
    }
    if url.path().trim_start_matches('/').is_empty() {
        return Err(DatabaseUrlError::NoDatabase);
    }
    Ok(Box::new(url))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Sqlite(path) => write!(out, "sqlite:{}", path.display()),
            Kind::Postgres(url) | Kind::MySql(url) => {
                let mut shown = url.clone();
                shown.set_query(None);
                shown.set_fragment(None);
                if shown.password().is_some() {
                    // A URL with a password has a host, and takes another.
                    let _ = shown.set_password(Some(HIDDEN));
                }
                write!(out, "{shown}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_112_a_database_is_named_by_its_url_and_shown_without_its_password() {
        let cases = [
            ("sqlite:data/a.db", "sqlite:data/a.db"),
            ("sqlite:///var/a.db", "sqlite:/var/a.db"),
            (
                "postgres://u:secret@h:5/d?sslkey=secret",
                "postgres://u:***@h:5/d",
            ),
            ("postgresql://h/d", "postgresql://h/d"),
            ("mysql://u:secret@h/d#secret", "mysql://u:***@h/d"),
            ("mariadb://u@h/d", "mysql://u@h/d"),
        ];
        for (text, shown) in cases {
            let url = DatabaseUrl::parse(text).unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("secret"));
        }
    }

    #[test]
    fn edg_112_what_names_no_database_is_refused_and_not_repeated() {
        let cases = [
            ("", DatabaseUrlError::Scheme),
            ("data/a.db", DatabaseUrlError::Scheme),
            ("oracle:secret@x", DatabaseUrlError::Scheme),
            ("sqlite:", DatabaseUrlError::NoFile),
            ("sqlite::memory:", DatabaseUrlError::NoFile),
            ("sqlite:a.db?mode=ro", DatabaseUrlError::SqliteParameters),
            ("postgres://u:secret@h:port/d", DatabaseUrlError::Malformed),
            ("postgres:///d", DatabaseUrlError::NoHost),
            ("mysql://u:secret@h", DatabaseUrlError::NoDatabase),
            ("mysql://u:secret@h/", DatabaseUrlError::NoDatabase),
        ];
        for (text, expected) in cases {
            let error = DatabaseUrl::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn edg_115_a_server_of_this_machine_is_known_by_its_address() {
        let local = |text| DatabaseUrl::parse(text).unwrap().is_local();
        for text in [
            "postgres://127.0.0.1/d",
            "postgres://[::1]:5/d",
            "mysql://localhost/d",
            "postgres://%2Frun%2Fpostgresql/d",
            "postgres:///d?host=/run/postgresql",
            "mysql://localhost/d?socket=/run/mysqld/mysqld.sock",
        ] {
            assert!(local(text), "{text}");
        }
        for text in [
            "postgres://10.0.0.1/d",
            "postgres://db/d",
            "postgres://localhost.example.org/d",
            "postgres://localhost/d?host=db",
            "postgres://localhost/d?hostaddr=10.0.0.1",
            "mysql://127.0.0.1.example.org/d",
        ] {
            assert!(!local(text), "{text}");
        }
    }
}
