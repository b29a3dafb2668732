//! The keys that exist, and the types of their values, as the defaults show them.

use toml::Value;

use crate::config::Settings;
use crate::failure::Failure;

/// What every variable of ours begins with.
pub(in crate::config) const PREFIX: &str = "RENDEZVOUS_";
/// Above this distance a known key is no likely correction of an unknown one (Damerau-Levenshtein).
const LIKELY_DISTANCE: usize = 8;

/// A key that exists, and the default that shows its type.
pub(in crate::config) struct KnownKey {
    pub(in crate::config) path: String,
    pub(in crate::config) default: Value,
}

impl KnownKey {
    pub(super) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.path.replace('.', "_").to_uppercase())
    }

    /// What is wrong with a value of this key in a file, if it is of another type.
    pub(super) fn wrong_type(&self, path: &str, value: &Value) -> Option<String> {
        let (found, due) = (value.type_str(), self.default.type_str());
        let may_be_bool = value.is_bool() && self.default.as_str() == Some("auto");
        (path == self.path && found != due && !may_be_bool)
            .then(|| format!("{path}: the file has a {found}, and it is a {due}"))
    }

    /// The value that a text, of the environment or a flag, stands for.
    pub(super) fn parse(&self, text: &str) -> Result<Value, String> {
        match &self.default {
            Value::Integer(_) => text
                .parse()
                .map(Value::Integer)
                .map_err(|_| format!("{text:?} is no whole number")),
            Value::Boolean(_) => text
                .parse()
                .map(Value::Boolean)
                .map_err(|_| format!("{text:?} is neither true nor false")),
            Value::Array(_) if text.trim_start().starts_with('[') => {
                let json: serde_json::Value = serde_json::from_str(text)
                    .map_err(|error| format!("no valid JSON list: {error}"))?;
                Value::try_from(json).map_err(|error| error.to_string())
            }
            // Not the same as none: whoever sets it meant to give one.
            Value::Array(_) if text.trim().is_empty() && self.path.ends_with("secrets") => {
                Err("is empty".to_owned())
            }
            Value::Array(_) => Ok(Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| Value::String(item.to_owned()))
                    .collect(),
            )),
            _ => Ok(Value::String(text.to_owned())),
        }
    }
}

/// Each key with its default, so that the one struct is the one list.
pub(in crate::config) fn known_keys() -> Result<Vec<KnownKey>, Failure> {
    let defaults = Value::try_from(Settings::default())
        .map_err(|error| Failure::crash(format!("the defaults are no TOML: {error}")))?;
    let mut known = Vec::new();
    walk("", &defaults, &mut |path, value| {
        known.push(KnownKey {
            path: path.to_owned(),
            default: value.clone(),
        });
    });
    Ok(known)
}

/// Each key with its value, as text.
pub(in crate::config) fn effective(settings: &Settings) -> Result<Vec<(String, String)>, Failure> {
    let values = Value::try_from(settings)
        .map_err(|error| Failure::crash(format!("the settings are no TOML: {error}")))?;
    let mut all = Vec::new();
    walk("", &values, &mut |path, value| {
        all.push((path.to_owned(), value.to_string()));
    });
    Ok(all)
}

/// Calls `leaf` with the dotted path of each value that is no table.
pub(super) fn walk(path: &str, value: &Value, leaf: &mut impl FnMut(&str, &Value)) {
    let Value::Table(table) = value else {
        return leaf(path, value);
    };
    for (name, value) in table {
        let path = match path {
            "" => name.clone(),
            path => format!("{path}.{name}"),
        };
        walk(&path, value, leaf);
    }
}

pub(super) fn unknown_key(place: &str, path: &str, known: &[KnownKey]) -> Failure {
    let near = nearest(path, known.iter().map(|key| key.path.clone())).map_or_else(
        || "`rendezvous config` lists all keys".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Failure::config(format!("{place}unknown key `{path}`, {near}"))
}

pub(super) fn nearest(wrong: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known
        .map(|name| (strsim::damerau_levenshtein(wrong, &name), name))
        .filter(|(distance, _)| *distance <= LIKELY_DISTANCE)
        .min()
        .map(|(_, name)| name)
}
