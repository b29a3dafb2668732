//! Which settings are secrets, which service needs each, and settings without those that are not for the one who gets them.

use toml::Value;

use super::Settings;
use crate::failure::Failure;
use crate::supervised::SupervisedService::{self, Signaling, Turn};

/// Each secret setting, and the services that can't work without it. An item of a list is meant where a list is passed.
const SECRETS: [(&str, &[SupervisedService]); 6] = [
    ("turn.secrets", &[Signaling, Turn]),
    ("signaling.ice_servers.credential", &[Signaling]),
    ("livekit.api_secret", &[Signaling]),
    ("livekit.previous_keys.api_secret", &[Signaling]),
    ("openvidu.secret", &[Signaling]),
    ("openvidu.webhook_authorization", &[Signaling]),
];

/// True for the path of a setting that holds a secret, or holds an item that does.
pub(super) fn is_secret(path: &str) -> bool {
    let within = format!("{path}.");
    SECRETS
        .iter()
        .any(|(secret, _)| *secret == path || secret.starts_with(&within))
}

/// The secret settings that a table gives a value to.
pub(super) fn given(table: &Value) -> Vec<&'static str> {
    SECRETS
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| has_text(table, path))
        .collect()
}

/// The settings as TOML, with `hidden` in place of each secret.
///
/// # Errors
/// When they can't be written as TOML.
pub(super) fn hidden(settings: &Settings, hidden: &str) -> Result<String, Failure> {
    written(settings, |_| Some(hidden))
}

/// The settings as TOML, with every secret that `service` has no need of left empty.
///
/// # Errors
/// When they can't be written as TOML.
pub(super) fn for_service(
    settings: &Settings,
    service: SupervisedService,
) -> Result<String, Failure> {
    written(settings, |needed_by| {
        (!needed_by.contains(&service)).then_some("")
    })
}

fn written<'a>(
    settings: &Settings,
    replacement: impl Fn(&[SupervisedService]) -> Option<&'a str>,
) -> Result<String, Failure> {
    let failed = |error: toml::ser::Error| {
        Failure::crash(format!("the settings can't be written as TOML: {error}"))
    };
    let mut table = Value::try_from(settings).map_err(failed)?;
    for (path, needed_by) in SECRETS {
        if let Some(text) = replacement(needed_by) {
            replace(&mut table, path, text);
        }
    }
    toml::to_string(&table).map_err(failed)
}

fn replace(value: &mut Value, path: &str, text: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, path, text)),
        Value::Table(table) => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(inner) = table.get_mut(name) {
                replace(inner, rest, text);
            }
        }
        Value::String(secret) if path.is_empty() && !secret.is_empty() => {
            text.clone_into(secret);
        }
        _ => {}
    }
}

fn has_text(value: &Value, path: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| has_text(item, path)),
        Value::Table(table) => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            table.get(name).is_some_and(|inner| has_text(inner, rest))
        }
        Value::String(text) => path.is_empty() && !text.is_empty(),
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
        for service in [
            SupervisedService::Scheduler,
            SupervisedService::Chat,
            Signaling,
            Turn,
        ] {
            let text = for_service(&settings, service).unwrap();
            let table: Value = text.parse::<toml::Table>().unwrap().into();
            let due: Vec<&str> = SECRETS
                .iter()
                .filter(|(_, needed_by)| needed_by.contains(&service))
                .map(|(path, _)| *path)
                .collect();
            assert_eq!(given(&table), due, "{}", service.name());
            assert_eq!(text.matches("canary").count(), due.len());
            assert!(text.contains("named"), "what is no secret is there");
        }
        let shown = hidden(&settings, "(hidden)").unwrap();
        assert!(!shown.contains("canary"), "{shown}");
        assert_eq!(shown.matches("(hidden)").count(), SECRETS.len());
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
                !is_text || !speaks || public.contains(&key.path.as_str()) || is_secret(&key.path),
                "{} is in neither list",
                key.path
            );
        }
    }
}
