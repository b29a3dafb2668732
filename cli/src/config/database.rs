//! How database servers are connected to. Which databases there are is said elsewhere.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use storage::{DatabaseOptions, TlsMode};

use crate::failure::Failure;

/// One that reads while another writes; and more than a server has by default.
const CONNECTIONS: RangeInclusive<u32> = 2..=1000;
/// Whoever asks while the database does not answer has a 503 within 2 s: below that by what the answer itself takes.
const STATEMENT_MS: RangeInclusive<u64> = 100..=1_800;
/// At least the three ways there and back of a connection to another continent.
const CONNECT_MS_MIN: u64 = 50;

/// Of every database that is a server; a file of SQLite needs none of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct DatabaseSection {
    /// Connections of one process to one database, at most.
    pub(crate) max_connections: u32,
    /// Longest wait for a connection, in milliseconds.
    pub(crate) connect_timeout_ms: u64,
    /// Longest time from asking for a connection to the last answer of one read or transaction, in milliseconds.
    pub(crate) statement_timeout_ms: u64,
    /// `auto`, `verify`, `encrypt` or `off`.
    pub(crate) tls: String,
    /// File with the certificates (PEM) of authorities that are trusted; empty: the machine's.
    pub(crate) tls_ca: String,
    /// Settings of a server with which a crash may lose what was committed, that are accepted, as `synchronous_commit=off`.
    pub(crate) accepted_durability: Vec<String>,
}

impl Default for DatabaseSection {
    fn default() -> Self {
        let options = DatabaseOptions::default();
        let ms = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self {
            max_connections: options.max_connections,
            connect_timeout_ms: ms(options.connect_timeout),
            statement_timeout_ms: ms(options.statement_timeout),
            tls: "auto".to_owned(),
            tls_ca: String::new(),
            accepted_durability: options.accepted_durability,
        }
    }
}

impl DatabaseSection {
    /// What storage is told, checked.
    ///
    /// # Errors
    /// Names the key and what is wrong with it.
    pub(crate) fn options(&self) -> Result<DatabaseOptions, Failure> {
        within("max_connections", self.max_connections, &CONNECTIONS)?;
        let statement_ms = self.statement_timeout_ms;
        within("statement_timeout_ms", statement_ms, &STATEMENT_MS)?;
        if !(CONNECT_MS_MIN..=statement_ms).contains(&self.connect_timeout_ms) {
            return Err(wrong(
                "connect_timeout_ms",
                &format!(
                    "{} is not from {CONNECT_MS_MIN} to {statement_ms}, which is database.statement_timeout_ms",
                    self.connect_timeout_ms
                ),
            ));
        }
        Ok(DatabaseOptions {
            max_connections: self.max_connections,
            connect_timeout: Duration::from_millis(self.connect_timeout_ms),
            statement_timeout: Duration::from_millis(statement_ms),
            tls: self.tls()?,
            tls_ca: self.tls_ca()?,
            accepted_durability: self.accepted_durability()?,
        })
    }

    fn tls(&self) -> Result<TlsMode, Failure> {
        match self.tls.as_str() {
            "auto" => Ok(TlsMode::Auto),
            "verify" => Ok(TlsMode::Verify),
            "encrypt" => Ok(TlsMode::Encrypt),
            "off" => Ok(TlsMode::Off),
            other => Err(wrong(
                "tls",
                &format!("{other:?} is none of \"auto\", \"verify\", \"encrypt\", \"off\""),
            )),
        }
    }

    fn tls_ca(&self) -> Result<Option<PathBuf>, Failure> {
        if self.tls_ca.is_empty() {
            return Ok(None);
        }
        // Whoever names an authority counts on its being asked.
        if matches!(self.tls()?, TlsMode::Encrypt | TlsMode::Off) {
            let why = format!(
                "it is set, and with database.tls = {:?} no certificate is checked",
                self.tls
            );
            return Err(wrong("tls_ca", &why));
        }
        let path = PathBuf::from(&self.tls_ca);
        match std::fs::File::open(&path) {
            Ok(_) => Ok(Some(path)),
            Err(error) => Err(wrong("tls_ca", &format!("{}: {error}", path.display()))),
        }
    }

    fn accepted_durability(&self) -> Result<Vec<String>, Failure> {
        let is_word = |text: &str| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            !text.is_empty() && text.bytes().all(fits)
        };
        for one in &self.accepted_durability {
            let parts = one.split_once('=');
            if !parts.is_some_and(|(setting, value)| is_word(setting) && is_word(value)) {
                let why = format!("{one:?} is not written as in \"synchronous_commit=off\"");
                return Err(wrong("accepted_durability", &why));
            }
        }
        Ok(self.accepted_durability.clone())
    }
}

fn within<T: PartialOrd + std::fmt::Display>(
    key: &str,
    value: T,
    bounds: &RangeInclusive<T>,
) -> Result<(), Failure> {
    if bounds.contains(&value) {
        return Ok(());
    }
    let (first, last) = (bounds.start(), bounds.end());
    Err(wrong(
        key,
        &format!("{value} is not from {first} to {last}"),
    ))
}

fn wrong(key: &str, why: &str) -> Failure {
    Failure::config(format!("database.{key}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(change: impl FnOnce(&mut DatabaseSection)) -> String {
        let mut section = DatabaseSection::default();
        change(&mut section);
        match section.options() {
            Err(Failure::Config(line)) => line,
            other => panic!("{section:?}: {other:?}"),
        }
    }

    #[test]
    fn ops_53_what_stands_nowhere_is_as_storage_has_it() {
        let options = DatabaseSection::default().options().unwrap();
        assert_eq!(options, DatabaseOptions::default());
    }

    #[test]
    fn ops_53_a_number_out_of_bounds_names_its_key_and_them() {
        for wrong in [0, 1, 1001] {
            let line = refusal(|section| section.max_connections = wrong);
            assert_eq!(
                line,
                format!("database.max_connections: {wrong} is not from 2 to 1000")
            );
        }
        // A 503 in 2 s.
        for wrong in [0, 99, 1_801, 2_000] {
            let line = refusal(|section| section.statement_timeout_ms = wrong);
            assert!(
                line.starts_with("database.statement_timeout_ms: "),
                "{line}"
            );
            assert!(line.ends_with("from 100 to 1800"), "{line}");
        }
        for wrong in [0, 49, 1_501] {
            let line = refusal(|section| section.connect_timeout_ms = wrong);
            assert!(line.starts_with("database.connect_timeout_ms: "), "{line}");
            assert!(line.contains("from 50 to 1500"), "{line}");
        }
    }

    #[test]
    fn ops_53_tls_is_a_word_and_its_authority_is_asked() {
        let line = refusal(|section| section.tls = "maybe".to_owned());
        assert!(line.starts_with("database.tls: \"maybe\""), "{line}");
        let line = refusal(|section| section.tls_ca = "/nowhere/ca.pem".to_owned());
        assert!(
            line.starts_with("database.tls_ca: /nowhere/ca.pem"),
            "{line}"
        );
        for tls in ["off", "encrypt"] {
            let line = refusal(|section| {
                section.tls = tls.to_owned();
                section.tls_ca = "/etc/passwd".to_owned();
            });
            assert!(line.starts_with("database.tls_ca: "), "{line}");
        }
    }

    #[test]
    fn ops_53_weaker_durability_is_accepted_by_setting_and_value() {
        for wrong in ["", "synchronous_commit", "=off", "a b=off", "fsync="] {
            let line = refusal(|section| section.accepted_durability = vec![wrong.to_owned()]);
            assert!(line.starts_with("database.accepted_durability: "), "{line}");
        }
        let section = DatabaseSection {
            accepted_durability: vec!["synchronous_commit=off".to_owned()],
            ..DatabaseSection::default()
        };
        assert!(section.options().is_ok());
    }
}
