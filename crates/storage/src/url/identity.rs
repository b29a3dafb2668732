//! When two URLs are of one database.

use std::path::{Component, Path, PathBuf};

use url::Url;

use super::{DatabaseUrl, HOST_PARAMETERS, Kind, ip_address};

impl DatabaseUrl {
    /// The same text for two URLs of one database, whoever connects and however.
    #[must_use]
    pub fn identity(&self) -> String {
        match &self.0 {
            Kind::Sqlite(file) => format!("sqlite:{}", one_path(file).display()),
            Kind::Postgres(url) => server("postgres", url, 5432),
            Kind::MySql(url) => server("mysql", url, 3306),
        }
    }
}

fn server(kind: &str, url: &Url, default_port: u16) -> String {
    let parameter = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    let named = HOST_PARAMETERS.iter().find_map(|name| parameter(name));
    let host = named.unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned());
    let port = parameter("port").and_then(|port| port.parse().ok());
    let port = port.or(url.port()).unwrap_or(default_port);
    let path = url.path().trim_matches('/');
    let database = parameter("dbname").unwrap_or_else(|| decoded(path));
    format!("{kind}://{}:{port}/{database}", one_host(&host))
}

/// This machine has several names.
fn one_host(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    match ip_address(&host).is_some_and(|ip| ip.to_canonical().is_loopback()) {
        true => "localhost".to_owned(),
        false => host,
    }
}

/// Absolute, through no symbolic link as far as it is there, and without `..`.
fn one_path(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
        plain = plain.canonicalize().unwrap_or(plain);
    }
    plain
}

fn decoded(path: &str) -> String {
    // A form's encoding but for `+`, which is a plus in a path.
    let pair = format!("p={}", path.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(|| path.to_owned(), |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(text: &str) -> String {
        DatabaseUrl::parse(text).unwrap().identity()
    }

    #[test]
    fn ops_54_one_database_has_one_identity_however_it_is_written() {
        for (one, other) in [
            (
                "postgres://a:x@DB.example/d",
                "postgresql://b@db.example.:5432/d?sslmode=require",
            ),
            ("mysql://127.0.0.1/d", "mariadb://localhost:3306/d"),
            ("postgres://[::1]/d", "postgres://127.0.0.1/d"),
            (
                "postgres:///d?host=/run/postgresql",
                "postgres:///x?dbname=d&host=/run/postgresql",
            ),
            ("postgres://h/a%2Db", "postgres://h/a-b"),
            ("sqlite:a.db", "sqlite:./x/../a.db"),
        ] {
            assert_eq!(identity(one), identity(other));
        }
        for (one, other) in [
            ("postgres://h/d", "postgres://h/e"),
            ("postgres://h/d", "postgres://h:5433/d"),
            ("postgres://h/d", "mysql://h:5432/d"),
            ("postgres://h/d", "postgres://i/d"),
            ("sqlite:a.db", "sqlite:b.db"),
        ] {
            assert_ne!(identity(one), identity(other));
        }
    }
}
