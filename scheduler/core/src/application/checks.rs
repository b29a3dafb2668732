//! The checks of single fields of an application.

use serde_json::{Map, Value};
use wire::NotificationChannel;

use super::ApplicationRules;
use crate::account::EmailAddress;
use crate::field_checks::FieldErrors;
use crate::participant::check_name;

/// Entries of a list of origins.
const MAX_ORIGINS: usize = 20;
/// Bytes of one origin: a host has 253 at most.
const MAX_ORIGIN_BYTES: usize = 300;
/// Bytes of `return_url`.
const MAX_URL_BYTES: usize = 2_000;
/// Serialized size of `theme`, in bytes.
pub(super) const MAX_THEME_BYTES: usize = 4 * 1024;
/// Serialized size of `templates`, in bytes.
pub(super) const MAX_TEMPLATES_BYTES: usize = 16 * 1024;
/// Hosts of this machine, whose pages need no HTTPS.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Origins as browsers send them, each once; with `may_be_app` also those of pages within an app.
pub(super) fn check_origins(
    errors: &mut FieldErrors,
    field: &str,
    origins: &[String],
    may_be_app: bool,
    rules: &ApplicationRules<'_>,
) -> Vec<String> {
    if origins.len() > MAX_ORIGINS {
        errors.add(
            field,
            "too_many",
            format!("`{field}` has {MAX_ORIGINS} entries at most."),
        );
        return Vec::new();
    }
    let mut listed = Vec::with_capacity(origins.len());
    for (at, origin) in origins.iter().enumerate() {
        let path = format!("{field}[{at}]");
        if origin.len() > MAX_ORIGIN_BYTES {
            errors.add(
                path,
                "too_long",
                format!("An origin has {MAX_ORIGIN_BYTES} bytes at most."),
            );
            continue;
        }
        match (rules.origin)(origin) {
            Err(why) => errors.add(path, "bad_origin", format!("{why}.")),
            Ok(origin) if !is_taken(&origin, may_be_app) => errors.add(
                path,
                "not_https",
                "An origin begins with https://; http:// is for this machine alone, as http://localhost:3000.",
            ),
            Ok(origin) if listed.contains(&origin) => {}
            Ok(origin) => listed.push(origin),
        }
    }
    listed
}

/// What others on the way can't pretend to be.
fn is_taken(origin: &str, may_be_app: bool) -> bool {
    let Some(authority) = origin.strip_prefix("http://") else {
        return may_be_app || origin.starts_with("https://");
    };
    LOCAL.iter().any(|host| {
        let rest = authority.strip_prefix(host);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    })
}

pub(super) fn check_url(errors: &mut FieldErrors, url: Option<&str>, rules: &ApplicationRules<'_>) {
    let Some(url) = url else { return };
    if url.len() > MAX_URL_BYTES {
        let message = format!("`return_url` has {MAX_URL_BYTES} bytes at most.");
        errors.add("return_url", "too_long", message);
    } else if !url.starts_with("https://") || !(rules.is_address)(url) {
        let message = "`return_url` is a complete address with https://.";
        errors.add("return_url", "bad_url", message);
    }
}

pub(super) fn check_size(
    errors: &mut FieldErrors,
    field: &str,
    object: Option<&Map<String, Value>>,
    max_bytes: usize,
) {
    let bytes = object.map_or(0, |map| {
        serde_json::to_vec(map).map_or(usize::MAX, |json| json.len())
    });
    if bytes > max_bytes {
        errors.add(
            field,
            "too_long",
            format!("`{field}` may have {max_bytes} bytes."),
        );
    }
}

pub(super) fn check_channels(errors: &mut FieldErrors, channels: &[NotificationChannel]) {
    for (at, channel) in channels.iter().enumerate() {
        if channels[..at].contains(channel) {
            errors.add(
                format!("channels[{at}]"),
                "duplicate",
                "Each channel stands once.",
            );
        }
    }
}

/// What stands before an address in a mail: none that could be taken for an address itself.
pub(super) fn check_sender_name(errors: &mut FieldErrors, name: &str) -> String {
    const FIELD: &str = "sender_name";
    if name.chars().any(|c| c.is_control() || "<>@\"".contains(c)) {
        let message =
            "A sender's name has no address in it: none of < > @ \" and no control character.";
        errors.add(FIELD, "bad_text", message);
        return String::new();
    }
    check_name(errors, FIELD, name)
}

pub(super) fn check_reply_to(errors: &mut FieldErrors, address: &str) -> String {
    let Some(address) = EmailAddress::parse(address) else {
        errors.add("reply_to", "bad_email", "That is not an e-mail address.");
        return String::new();
    };
    address.text().to_owned()
}
