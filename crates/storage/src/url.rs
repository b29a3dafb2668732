//! Which database: a file, or a server and a database on it.

mod identity;

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::path::{Path, PathBuf};

use url::{Host, Url};

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
    /// What its driver would pass over.
    #[error(
        "it has a parameter (after '?') that does not exist; keys of [database] say what else is set"
    )]
    Parameter,
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
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" => sqlite(rest),
            "postgres" | "postgresql" => {
                server(text, is_postgres_parameter).map(|url| Self(Kind::Postgres(url)))
            }
            // The driver knows one name of the two.
            "mysql" | "mariadb" => {
                let url = server(&format!("mysql:{rest}"), is_mysql_parameter);
                url.map(|url| Self(Kind::MySql(url)))
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

    /// The address of a host that is named by an IPv6 address, which the drivers would look up with its brackets.
    pub(crate) fn ipv6_host(&self) -> Option<Ipv6Addr> {
        let (Kind::Postgres(url) | Kind::MySql(url)) = &self.0 else {
            return None;
        };
        match url.host() {
            Some(Host::Ipv6(address)) if !names_server(url) => Some(address),
            _ => None,
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
    match ip_address(host) {
        Some(address) => address.is_loopback(),
        None => {
            host.is_empty()
                || host.eq_ignore_ascii_case("localhost")
                || host.starts_with('/')
                || host.starts_with("%2F")
        }
    }
}

/// The address that a host is, where it is no name; of IPv6 with brackets or without.
fn ip_address(host: &str) -> Option<IpAddr> {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address.parse().ok()
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, DatabaseUrlError> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    match path {
        "" | ":memory:" => Err(DatabaseUrlError::NoFile),
        _ if path.contains('?') => Err(DatabaseUrlError::SqliteParameters),
        _ => Ok(DatabaseUrl::sqlite(path)),
    }
}

/// True where a parameter names the server in place of the host.
fn names_server(url: &Url) -> bool {
    let mut pairs = url.query_pairs();
    pairs.any(|(key, _)| HOST_PARAMETERS.contains(&&*key))
}

/// What the driver of PostgreSQL reads; it passes over anything else without a word.
fn is_postgres_parameter(name: &str) -> bool {
    const KNOWN: [&str; 18] = [
        "sslmode",
        "ssl-mode",
        "sslrootcert",
        "ssl-root-cert",
        "ssl-ca",
        "sslcert",
        "ssl-cert",
        "sslkey",
        "ssl-key",
        "statement-cache-capacity",
        "host",
        "hostaddr",
        "port",
        "dbname",
        "user",
        "password",
        "application_name",
        "options",
    ];
    KNOWN.contains(&name) || name.starts_with("options[")
}

/// What the driver of MariaDB and MySQL reads.
fn is_mysql_parameter(name: &str) -> bool {
    const KNOWN: [&str; 14] = [
        "sslmode",
        "ssl-mode",
        "sslca",
        "ssl-ca",
        "charset",
        "collation",
        "sslcert",
        "ssl-cert",
        "sslkey",
        "ssl-key",
        "statement-cache-capacity",
        "socket",
        "timezone",
        "time-zone",
    ];
    KNOWN.contains(&name)
}

fn server(text: &str, is_parameter: fn(&str) -> bool) -> Result<Box<Url>, DatabaseUrlError> {
    let url = Url::parse(text).map_err(|_| DatabaseUrlError::Malformed)?;
    if !url.query_pairs().all(|(key, _)| is_parameter(&key)) {
        return Err(DatabaseUrlError::Parameter);
    }
    if url.host_str().is_none_or(str::is_empty) && !names_server(&url) {
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
            (
                "Postgres://u@h/d?options[search_path]=x",
                "postgres://u@h/d",
            ),
            ("MYSQL://u@h/d?time-zone=UTC", "mysql://u@h/d"),
            ("SQLite:a.db", "sqlite:a.db"),
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
            ("postgres://h/d?passwd=secret", DatabaseUrlError::Parameter),
            (
                "postgres://h/d?host=/tmp&socket=/secret",
                DatabaseUrlError::Parameter,
            ),
            ("mysql://h/d?options[secret]=1", DatabaseUrlError::Parameter),
            ("mysql://u:secret@h/", DatabaseUrlError::NoDatabase),
        ];
        for (text, expected) in cases {
            let error = DatabaseUrl::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn edg_112_an_ipv6_address_is_a_host_without_its_brackets() {
        let host = |text| DatabaseUrl::parse(text).unwrap().ipv6_host();
        let address: Ipv6Addr = "2001:db8::7".parse().unwrap();
        assert_eq!(host("postgres://u@[2001:db8::7]:5432/d"), Some(address));
        assert_eq!(host("mysql://[2001:DB8::7]/d"), Some(address));
        for text in [
            "postgres://h/d",
            "mysql://127.0.0.1/d",
            "postgres://[::1]/d?host=/tmp",
            "sqlite:a",
        ] {
            assert_eq!(host(text), None, "{text}");
        }
    }

    #[test]
    fn edg_115_a_server_of_this_machine_is_known_by_its_address() {
        let local = |text| DatabaseUrl::parse(text).unwrap().is_local();
        for text in [
            "postgres://127.0.0.1/d",
            "postgres://[::1]:5/d",
            "postgres://LocalHost/d",
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
