//! What an application may say of an endpoint.

use wire::{
    ChangeWebhook, CreateWebhook, EventType, FieldError, StartListener, UnixMs, WebhookState,
};

use super::endpoint::{DisableReason, LISTENER_LIFE_MS, WebhookEndpoint, WebhookTarget};
use super::outgoing::is_outgoing;
use crate::field_checks::FieldErrors;
use crate::participant::check_name;

/// Whether an address may be called, by the guard of everything that calls out: if it may not, a code and a message.
pub type UrlVerdict = Result<(), (String, String)>;

/// An endpoint that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedWebhook {
    url: String,
    events: Vec<EventType>,
    description: Option<String>,
}

/// A listener that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedListener {
    events: Vec<EventType>,
}

/// Checks a new endpoint, of whose address that is the verdict.
///
/// # Errors
/// Each field that is wrong.
pub fn check_webhook(
    asked: CreateWebhook,
    verdict: UrlVerdict,
) -> Result<CheckedWebhook, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    check_url(&mut errors, verdict);
    let checked = CheckedWebhook {
        url: asked.url,
        events: check_events(&mut errors, asked.events),
        description: asked
            .description
            .map(|text| check_name(&mut errors, "description", &text)),
    };
    errors.into_result(checked)
}

/// Checks a new listener.
///
/// # Errors
/// Each field that is wrong.
pub fn check_listener(asked: StartListener) -> Result<CheckedListener, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let events = check_events(&mut errors, asked.events);
    errors.into_result(CheckedListener { events })
}

/// Checks what is to change, and changes it; `verdict` is of the new address, if there is one. One that is enabled again begins
/// anew.
///
/// # Errors
/// Each field that is wrong.
pub fn change_webhook(
    mut endpoint: WebhookEndpoint,
    change: ChangeWebhook,
    verdict: UrlVerdict,
) -> Result<WebhookEndpoint, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    if let Some(url) = change.url {
        check_url(&mut errors, verdict);
        endpoint.target = WebhookTarget::Url(url);
    }
    if let Some(events) = change.events {
        endpoint.events = check_events(&mut errors, events);
    }
    if let Some(description) = change.description {
        endpoint.description =
            description.map(|text| check_name(&mut errors, "description", &text));
    }
    match (change.state, endpoint.disabled) {
        (Some(WebhookState::Enabled), _) => {
            endpoint.disabled = None;
            endpoint.failing_since = None;
        }
        (Some(WebhookState::Disabled), None) => endpoint.disabled = Some(DisableReason::Asked),
        (Some(WebhookState::Disabled), Some(_)) | (None, _) => {}
    }
    errors.into_result(endpoint)
}

impl CheckedWebhook {
    /// The endpoint of an application, made at `now`.
    #[must_use]
    pub fn of(self, application: &str, id: String, now: UnixMs) -> WebhookEndpoint {
        WebhookEndpoint {
            description: self.description,
            ..new(
                application,
                id,
                now,
                WebhookTarget::Url(self.url),
                self.events,
            )
        }
    }
}

impl CheckedListener {
    /// The listener of an application, made at `now`.
    #[must_use]
    pub fn of(self, application: &str, id: String, now: UnixMs) -> WebhookEndpoint {
        let expires_at = now + LISTENER_LIFE_MS;
        let target = WebhookTarget::Listener { expires_at };
        new(application, id, now, target, self.events)
    }
}

fn new(
    application: &str,
    id: String,
    now: UnixMs,
    target: WebhookTarget,
    events: Vec<EventType>,
) -> WebhookEndpoint {
    WebhookEndpoint {
        id,
        application: application.to_owned(),
        target,
        events,
        description: None,
        disabled: None,
        secret_number: 1,
        previous_secret_until: None,
        failing_since: None,
        created_at: now,
    }
}

fn check_url(errors: &mut FieldErrors, verdict: UrlVerdict) {
    if let Err((code, message)) = verdict {
        errors.add("url", &code, message);
    }
}

/// Each once, in the order in which they were said.
fn check_events(errors: &mut FieldErrors, events: Vec<EventType>) -> Vec<EventType> {
    let mut checked = Vec::with_capacity(events.len());
    for (at, kind) in events.into_iter().enumerate() {
        if !is_outgoing(kind) {
            let message = format!(
                "`{}` is told to nobody outside; leave `events` empty for all that are.",
                kind.name()
            );
            errors.add(format!("events[{at}]"), "not_outgoing", message);
        } else if !checked.contains(&kind) {
            checked.push(kind);
        }
    }
    checked
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::booking::tests::NOW;
    use crate::webhook::endpoint::tests::endpoint;

    fn verdict_of(url: &str) -> UrlVerdict {
        match url.contains("127.0.0.1") {
            true => Err(("url_not_allowed:address".to_owned(), "Inside.".to_owned())),
            false => Ok(()),
        }
    }

    fn check(asked: Value) -> Result<WebhookEndpoint, Vec<(String, String)>> {
        let asked: CreateWebhook = serde_json::from_value(asked).unwrap();
        let verdict = verdict_of(&asked.url);
        let checked = check_webhook(asked, verdict);
        let named = |errors: Vec<FieldError>| {
            let named = errors.into_iter().map(|error| (error.field, error.code));
            named.collect()
        };
        checked
            .map(|checked| checked.of("shop", "w".to_owned(), NOW))
            .map_err(named)
    }

    #[test]
    fn sch_299_each_wrong_field_of_an_endpoint_is_named() {
        let url = "https://shop.example/hook";
        let made = check(json!({"url": url, "events": ["session.live", "session.live"]})).unwrap();
        assert_eq!(made.events, [EventType::SessionLive]);
        assert_eq!(made.target, WebhookTarget::Url(url.to_owned()));
        for (asked, field, code) in [
            (
                json!({"url": "https://127.0.0.1"}),
                "url",
                "url_not_allowed:address",
            ),
            (
                json!({"url": url, "events": ["user.blocked"]}),
                "events[0]",
                "not_outgoing",
            ),
            (
                json!({"url": url, "description": ""}),
                "description",
                "required",
            ),
        ] {
            let wrong = [(field.to_owned(), code.to_owned())];
            assert_eq!(check(asked).unwrap_err(), wrong);
        }
    }

    #[test]
    fn sch_299_an_endpoint_that_is_enabled_again_begins_anew() {
        let mut failing = endpoint("w");
        failing.disabled = Some(DisableReason::Failing);
        failing.failing_since = Some(NOW);
        let change = |endpoint: &WebhookEndpoint, change: Value| {
            let change = serde_json::from_value(change).unwrap();
            change_webhook(endpoint.clone(), change, Ok(())).unwrap()
        };
        let disabled = json!({"state": "disabled"});
        assert_eq!(
            change(&failing, disabled.clone()),
            failing,
            "its reason stays"
        );
        let enabled = change(&failing, json!({"state": "enabled"}));
        assert_eq!(enabled, endpoint("w"));
        let asked = change(&enabled, disabled);
        assert_eq!(asked.disabled, Some(DisableReason::Asked));
        let described = change(&enabled, json!({"description": "Till 2"}));
        assert_eq!(described.description.as_deref(), Some("Till 2"));
        assert_eq!(change(&described, json!({})), described);
        assert_eq!(change(&described, json!({"description": null})), enabled);
        let narrowed = change(&enabled, json!({"events": ["session.ended"]}));
        assert_eq!(narrowed.events, [EventType::SessionEnded]);
    }
}
