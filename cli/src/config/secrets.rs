//! Which settings are secrets, which service needs each, and settings without those that are not for the one who gets them.

use toml::Value;

use super::{Settings, database_url};
use crate::failure::Failure;
use crate::supervised::SupervisedService::{self, Chat, Scheduler, Signaling, Turn};

/// How much of a setting is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SecretSetting {
    All,
    /// The password, where the URL of a database holds one.
    Password,
}

use SecretSetting::{All, Password};

/// Each secret setting, and the services that can't work without it. An item of a list is meant where a list is passed.
const SECRETS: [(&str, SecretSetting, &[SupervisedService]); 10] = [
    ("scheduler.database_url", Password, &[Scheduler]),
    ("chat.rooms_url", Password, &[Chat]),
    ("chat.messages_url", Password, &[Chat]),
    ("email.url", Password, &[Scheduler]),
    ("turn.secrets", All, &[Signaling, Turn]),
    ("signaling.ice_servers.credential", All, &[Signaling]),
    ("livekit.api_secret", All, &[Signaling]),
    ("livekit.previous_keys.api_secret", All, &[Signaling]),
    ("openvidu.secret", All, &[Signaling]),
    ("openvidu.webhook_authorization", All, &[Signaling]),
];

impl SecretSetting {
    fn is_in(self, text: &str) -> bool {
        match self {
            All => !text.is_empty(),
            Password => database_url::has_password(text),
        }
    }

    fn hidden_in(self, text: &str, hidden: &str) -> String {
        match self {
            All if text.is_empty() => String::new(),
            All => hidden.to_owned(),
            Password => {
                database_url::without_passwords(text, hidden).unwrap_or_else(|| text.to_owned())
            }
        }
    }
}

/// True where the value of a setting, as text, is a secret, or holds one.
pub(super) fn is_secret(path: &str, text: &str) -> bool {
    let within = format!("{path}.");
    SECRETS.iter().any(|(secret, kind, _)| match kind {
        All => *secret == path || secret.starts_with(&within),
        Password => *secret == path && kind.is_in(text),
    })
}

/// The secret settings that a table gives a value to.
pub(super) fn given(table: &Value) -> Vec<&'static str> {
    SECRETS
        .iter()
        .filter(|(path, kind, _)| has_secret(table, path, *kind))
        .map(|(path, ..)| *path)
        .collect()
}

/// The settings as TOML, with `hidden` in place of each secret.
///
/// # Errors
/// When they can't be written as TOML.
pub(super) fn hidden(settings: &Settings, hidden: &str) -> Result<String, Failure> {
    written(settings, |_, kind, text| kind.hidden_in(text, hidden))
}

/// The settings as TOML, with every secret that `service` has no need of left empty.
///
/// # Errors
/// When they can't be written as TOML.
pub(super) fn for_service(
    settings: &Settings,
    service: SupervisedService,
) -> Result<String, Failure> {
    written(settings, |needed_by, _, text| {
        match needed_by.contains(&service) {
            true => text.to_owned(),
            false => String::new(),
        }
    })
}

fn written(
    settings: &Settings,
    replacement: impl Fn(&[SupervisedService], SecretSetting, &str) -> String,
) -> Result<String, Failure> {
    let failed = |error: toml::ser::Error| {
        Failure::crash(format!("the settings can't be written as TOML: {error}"))
    };
    let mut table = Value::try_from(settings).map_err(failed)?;
    for (path, kind, needed_by) in SECRETS {
        replace(&mut table, path, &|text| replacement(needed_by, kind, text));
    }
    toml::to_string(&table).map_err(failed)
}

fn replace(value: &mut Value, path: &str, replacement: &dyn Fn(&str) -> String) {
    match value {
        Value::Array(items) => {
            let items = items.iter_mut();
            items.for_each(|item| replace(item, path, replacement));
        }
        Value::Table(table) => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(inner) = table.get_mut(name) {
                replace(inner, rest, replacement);
            }
        }
        Value::String(secret) if path.is_empty() => *secret = replacement(secret),
        _ => {}
    }
}

fn has_secret(value: &Value, path: &str, kind: SecretSetting) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| has_secret(item, path, kind)),
        Value::Table(table) => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            let inner = table.get(name);
            inner.is_some_and(|inner| has_secret(inner, rest, kind))
        }
        Value::String(text) => path.is_empty() && kind.is_in(text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sources::known_keys;
    use super::*;

    /// A secret for each path of the list.
    fn with_secrets() -> Settings {
        let text = r#"
            [scheduler]
            database_url = "postgres://named:canary-7@h/d"
            [chat]
            rooms_url = "mysql://named:canary-8@h/d"
            messages_url = "mongodb://named:canary-9@h/d"
            [email]
            url = "smtps://named:canary-10@h"
            [turn]
            secrets = ["canary-1"]
            [signaling]
            ice_servers = [{ urls = ["turn:x"], username = "u", credential = "canary-2" }]
            [livekit]
            api_key = "named"
            api_secret = "canary-3"
            previous_keys = [{ api_key = "old", api_secret = "canary-4" }]
            [openvidu]
            secret = "canary-5"
            webhook_authorization = "canary-6"
        "#;
        toml::from_str(text).unwrap()
    }

    #[test]
    fn ops_35_a_service_is_given_the_secrets_that_it_needs_and_no_other() {
        let settings = with_secrets();
        for service in [Scheduler, Chat, Signaling, Turn] {
            let text = for_service(&settings, service).unwrap();
            let table: Value = text.parse::<toml::Table>().unwrap().into();
            let due: Vec<&str> = SECRETS
                .iter()
                .filter(|(.., needed_by)| needed_by.contains(&service))
                .map(|(path, ..)| *path)
                .collect();
            assert_eq!(given(&table), due, "{}", service.name());
            assert_eq!(text.matches("canary").count(), due.len());
            assert!(text.contains("named"), "what is no secret is there");
        }
        let shown = hidden(&settings, "(hidden)").unwrap();
        assert!(!shown.contains("canary"), "{shown}");
        assert_eq!(shown.matches("(hidden)").count(), SECRETS.len());
        assert!(shown.contains("postgres://named:(hidden)@h/d"), "{shown}");
    }

    #[test]
    fn ops_35_a_key_whose_name_speaks_of_a_secret_is_in_the_list() {
        let words = [
            "secret",
            "password",
            "credential",
            "authorization",
            "token",
            "_key",
        ];
        // Names what signs, and is sent along with each token.
        let public = ["livekit.api_key"];
        for key in known_keys().unwrap() {
            let is_text = matches!(key.default, Value::String(_) | Value::Array(_));
            let speaks = words.iter().any(|word| key.path.contains(word));
            assert!(
                !is_text
                    || !speaks
                    || public.contains(&key.path.as_str())
                    || is_secret(&key.path, ""),
                "{} is in neither list",
                key.path
            );
        }
    }
}
