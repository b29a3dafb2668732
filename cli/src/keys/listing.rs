//! The list of all keys: lines for people, or one JSON object for programs. Secrets are in neither.

use chrono::{DateTime, SecondsFormat};
use scheduler::api_keys::ApiKeyInfo;
use scheduler::keys::KeyInfo;
use serde_json::{Value, json};
use wire::UnixMs;

use crate::output;

/// Prints both kinds of keys.
pub(super) async fn print(api_keys: &[ApiKeyInfo], ticket_keys: &[KeyInfo], as_json: bool) {
    if as_json {
        let api: Vec<Value> = api_keys.iter().map(api_json).collect();
        let ticket: Vec<Value> = ticket_keys.iter().map(ticket_json).collect();
        let all = json!({ "api_keys": api, "signing_keys": ticket });
        return output::line(&format!("{all:#}")).await;
    }
    for key in api_keys {
        let (id, created, scope) = (&key.id, date(key.created_at), key.scope.name());
        let used = key.last_used_at.map_or("never".to_owned(), date);
        let name = &key.name;
        let line = format!("api     {created}  {id}  {scope:<8}  active  used {used}  {name}");
        output::line(&line).await;
    }
    for key in ticket_keys {
        let (created, kid, state) = (date(key.created_at), &key.kid, state(key));
        let until = key.verifies_until.map(date);
        let until = until.map_or(String::new(), |until| format!(" until {until}"));
        output::line(&format!("ticket  {created}  {kid}  {state}{until}")).await;
    }
}

fn api_json(key: &ApiKeyInfo) -> Value {
    json!({
        "id": key.id, "name": key.name, "scope": key.scope.name(), "state": "active",
        "created_at": key.created_at, "last_used_at": key.last_used_at,
    })
}

fn ticket_json(key: &KeyInfo) -> Value {
    json!({
        "kid": key.kid, "state": state(key), "created_at": key.created_at,
        "verifies_until": key.verifies_until,
    })
}

fn state(key: &KeyInfo) -> &'static str {
    match (key.signs, key.verifies_until) {
        (true, _) => "signs",
        (false, None) => "verifies",
        (false, Some(_)) => "retired",
    }
}

/// A time as RFC 3339 has it, to the second.
pub(super) fn date(at: UnixMs) -> String {
    DateTime::from_timestamp_millis(at.0)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}
