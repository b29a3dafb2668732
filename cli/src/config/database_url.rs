//! URLs of databases as settings give them: the password in one, and when two are of one database.

use std::path::{Component, Path, PathBuf};

use storage::DatabaseUrl;
use url::Url;

/// Parameters of a server's URL that name its host or database in place of what stands before them.
const HOSTS: [&str; 3] = ["hostaddr", "host", "socket"];

/// True where the URL holds a password.
pub(crate) fn has_password(text: &str) -> bool {
    without_passwords(text, "").is_some()
}

/// The URL with `hidden` in place of each password, and as a whole in place of one that can't be read; `None` where there
/// is no password in it.
pub(super) fn without_passwords(text: &str, hidden: &str) -> Option<String> {
    if text.is_empty() || text.starts_with("sqlite:") {
        return None;
    }
    let Ok(mut url) = Url::parse(text) else {
        return Some(hidden.to_owned());
    };
    let mut is_changed = url.password().is_some_and(|password| !password.is_empty());
    if is_changed && url.set_password(Some(hidden)).is_err() {
        return Some(hidden.to_owned());
    }
    let Some(query) = url.query() else {
        return is_changed.then(|| url.to_string());
    };
    let parts: Vec<String> = query
        .split('&')
        .map(
            |part| match url::form_urlencoded::parse(part.as_bytes()).next() {
                Some((key, value)) if key.contains("password") && !value.is_empty() => {
                    is_changed = true;
                    format!("{key}={hidden}")
                }
                _ => part.to_owned(),
            },
        )
        .collect();
    url.set_query(Some(&parts.join("&")));
    is_changed.then(|| url.to_string())
}

/// Reads it, and refuses what can only be a password that is not encoded: it would be shown as something else.
///
/// # Errors
/// What is wrong with it, without repeating any of it.
pub(crate) fn parsed(text: &str) -> Result<DatabaseUrl, String> {
    let url = DatabaseUrl::parse(text).map_err(|error| error.to_string())?;
    let is_cut = |url: &Url| url.fragment().is_some() || url.path().contains('@');
    if url.file().is_none() && Url::parse(text).is_ok_and(|url| is_cut(&url)) {
        return Err("it has a '#', or an '@' after its host: special characters of a password are percent-encoded".to_owned());
    }
    Ok(url)
}

/// The same text for two URLs of one database, whoever connects and however.
pub(crate) fn identity(text: &str) -> String {
    if let Ok(url) = DatabaseUrl::parse(text)
        && let Some(file) = url.file()
    {
        return format!("sqlite:{}", one_path(file).display());
    }
    let Ok(url) = Url::parse(text) else {
        return text.to_owned();
    };
    let (kind, default_port) = match url.scheme() {
        "mysql" | "mariadb" => ("mysql", 3306),
        _ => ("postgres", 5432),
    };
    let parameter = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
    };
    let named = HOSTS.iter().find_map(|name| parameter(name));
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
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let ip = address.parse::<std::net::IpAddr>();
    match ip.is_ok_and(|ip| ip.to_canonical().is_loopback()) {
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

    #[test]
    fn ops_52_the_password_of_a_url_is_hidden_and_the_rest_is_shown() {
        for (text, shown) in [
            (
                "postgres://u:canary@h:5/d?sslmode=require",
                "postgres://u:***@h:5/d?sslmode=require",
            ),
            ("mysql://u:c%40nary@h/d", "mysql://u:***@h/d"),
            (
                "postgres://h/d?user=u&password=canary&sslmode=disable",
                "postgres://h/d?user=u&password=***&sslmode=disable",
            ),
            (
                "postgres://h/d?pass%77ord=canary",
                "postgres://h/d?password=***",
            ),
            ("mongodb://u:canary@h:1,i:2/d", "***"),
            ("postgres://u:canary@h:port/d", "***"),
            ("canary", "***"),
        ] {
            assert_eq!(
                without_passwords(text, "***").as_deref(),
                Some(shown),
                "{text}"
            );
            assert!(has_password(text));
        }
        for text in [
            "",
            "sqlite:data/a:b@c.db",
            "postgres://u@h/d",
            "mysql://u:@h/d?socket=/s",
        ] {
            assert!(!has_password(text), "{text}");
        }
    }

    #[test]
    fn ops_52_a_password_that_is_not_encoded_is_not_taken_for_something_else() {
        for wrong in ["postgres://u:12/canary@h/d", "mysql://u@h/d#canary"] {
            let why = parsed(wrong).unwrap_err();
            assert!(
                why.contains("percent-encoded") && !why.contains("canary"),
                "{why}"
            );
        }
        assert!(parsed("postgres://u:12%2Fcanary@h/d").is_ok());
        assert!(parsed("sqlite:data/a@b#c.db").is_ok());
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
