//! What an application says of itself.

mod checks;

use serde_json::{Map, Value};
use wire::{
    ApplicationFact, ApplicationView, ChangeApplication, Event, EventType, FieldError,
    NotificationChannel, UnixMs,
};

use self::checks::check_url;
use self::checks::{MAX_TEMPLATES_BYTES, MAX_THEME_BYTES};
use self::checks::{check_channels, check_origins, check_reply_to, check_sender_name, check_size};
use crate::commands::SOURCE;
use crate::field_checks::FieldErrors;
use crate::ids::NewId;
use crate::participant::check_name;

/// An application, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplicationProfile {
    /// What it says of itself.
    pub said: ApplicationView,
    /// Counts the changes; 0 of one that has said nothing.
    pub revision: u64,
}

/// How what an application says is read, which takes parsers of URLs and of templates.
pub struct ApplicationRules<'a> {
    /// An origin as a browser sends it, or what is wrong with it.
    pub origin: &'a dyn Fn(&str) -> Result<String, String>,
    /// Whether a text is an address with a host.
    pub is_address: &'a dyn Fn(&str) -> bool,
    /// What is wrong with templates of mails, each with its field.
    pub templates: &'a dyn Fn(&Map<String, Value>) -> Vec<FieldError>,
}

impl ApplicationProfile {
    /// One that has said nothing: it is called what its key was made for.
    #[must_use]
    pub fn silent(id: &str) -> Self {
        let said = ApplicationView {
            id: id.to_owned(),
            name: id.to_owned(),
            allowed_origins: Vec::new(),
            allowed_embedders: Vec::new(),
            return_url: None,
            theme: None,
            channels: vec![NotificationChannel::InApp, NotificationChannel::Webhook],
            sender_name: None,
            reply_to: None,
            templates: None,
        };
        Self { said, revision: 0 }
    }
}

/// Checks what is to change, and changes it. The services are told where anything differs: no event, nothing to write.
///
/// # Errors
/// Each field that is wrong.
pub fn change_application(
    now: UnixMs,
    before: ApplicationProfile,
    change: ChangeApplication,
    rules: &ApplicationRules<'_>,
    new_id: NewId<'_>,
) -> Result<(ApplicationProfile, Option<Event>), Vec<FieldError>> {
    let said = changed(&before.said, change, rules)?;
    if said == before.said {
        return Ok((before, None));
    }
    let application = ApplicationProfile {
        said,
        revision: before.revision + 1,
    };
    let event = changed_event(now, &application, new_id);
    Ok((application, Some(event)))
}

fn changed(
    before: &ApplicationView,
    change: ChangeApplication,
    rules: &ApplicationRules<'_>,
) -> Result<ApplicationView, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let mut said = before.clone();
    if let Some(name) = change.name {
        said.name = check_name(&mut errors, "name", &name);
    }
    if let Some(origins) = &change.allowed_origins {
        let field = "allowed_origins";
        said.allowed_origins = check_origins(&mut errors, field, origins, true, rules);
    }
    if let Some(origins) = &change.allowed_embedders {
        let field = "allowed_embedders";
        said.allowed_embedders = check_origins(&mut errors, field, origins, false, rules);
    }
    if let Some(url) = change.return_url {
        check_url(&mut errors, url.as_deref(), rules);
        said.return_url = url;
    }
    if let Some(theme) = change.theme {
        check_size(&mut errors, "theme", theme.as_ref(), MAX_THEME_BYTES);
        said.theme = theme;
    }
    if let Some(channels) = change.channels {
        check_channels(&mut errors, &channels);
        said.channels = channels;
    }
    if let Some(name) = change.sender_name {
        said.sender_name = name.map(|name| check_sender_name(&mut errors, &name));
    }
    if let Some(address) = change.reply_to {
        said.reply_to = address.map(|address| check_reply_to(&mut errors, &address));
    }
    if let Some(templates) = change.templates {
        check_size(
            &mut errors,
            "templates",
            templates.as_ref(),
            MAX_TEMPLATES_BYTES,
        );
        let wrong = templates.as_ref().map(rules.templates).unwrap_or_default();
        errors.0.extend(wrong);
        said.templates = templates;
    }
    errors.into_result(said)
}

fn changed_event(now: UnixMs, application: &ApplicationProfile, new_id: NewId<'_>) -> Event {
    let fact = ApplicationFact {
        allowed_origins: application.said.allowed_origins.clone(),
    };
    Event {
        id: new_id(),
        kind: EventType::ApplicationChanged.name().to_owned(),
        occurred_at: now,
        source: SOURCE.to_owned(),
        subject: application.said.id.clone(),
        revision: Some(application.revision),
        data: serde_json::to_value(fact).expect("it has only plain fields"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::booking::tests::NOW;
    use crate::settlement::tests::counted;

    fn change(
        before: &ApplicationProfile,
        change: Value,
    ) -> Result<(ApplicationProfile, Option<Event>), Vec<FieldError>> {
        let rules = ApplicationRules {
            origin: &|text| match text.contains("://") {
                true => Ok(text.to_owned()),
                false => Err(format!("{text:?} is no origin")),
            },
            is_address: &|text| text.len() > "https://".len(),
            templates: &|templates| {
                let wrong = templates.iter().filter(|(kind, _)| *kind == "no_kind");
                let error = |(kind, _): (&String, &Value)| FieldError {
                    field: format!("templates.{kind}"),
                    code: "unknown_kind".to_owned(),
                    message: String::new(),
                };
                wrong.map(error).collect()
            },
        };
        let change = serde_json::from_value(change).unwrap();
        change_application(NOW, before.clone(), change, &rules, &mut counted())
    }

    #[test]
    fn sch_250_what_is_absent_stays_and_null_takes_away() {
        let silent = ApplicationProfile::silent("shop");
        assert_eq!((silent.said.name.as_str(), silent.revision), ("shop", 0));
        let all = json!({"name": " The Shop ", "allowed_origins": ["https://shop.example", "http://localhost:3000", "capacitor://localhost"],
            "allowed_embedders": ["https://shop.example"], "return_url": "https://shop.example/after", "theme": {"accent": "#ff5500"},
            "channels": ["email"], "sender_name": "Shop", "reply_to": "help@Shop.Example", "templates": {"reminder": "Soon"}});
        let (changed, event) = change(&silent, all).unwrap();
        assert_eq!(
            (changed.said.name.as_str(), changed.revision),
            ("The Shop", 1)
        );
        assert_eq!(changed.said.reply_to.as_deref(), Some("help@shop.example"));
        let event = event.unwrap();
        assert_eq!(
            (event.kind.as_str(), event.subject.as_str(), event.revision),
            ("application.changed", "shop", Some(1))
        );
        assert_eq!(event.data["allowed_origins"][1], "http://localhost:3000");

        let (same, event) = change(&changed, json!({"name": "The Shop"})).unwrap();
        assert_eq!((&same, event), (&changed, None), "nothing differs");
        let nulls = json!({"return_url": null, "theme": null, "sender_name": null, "reply_to": null, "templates": null});
        let (bare, _) = change(&changed, nulls).unwrap();
        assert_eq!(
            (bare.said.theme, bare.said.reply_to, bare.revision),
            (None, None, 2)
        );
        assert_eq!(bare.said.allowed_origins, changed.said.allowed_origins);
    }

    #[test]
    fn sch_251_each_wrong_field_says_what_would_be_right() {
        let many: Vec<_> = (0..21).map(|n| format!("https://{n}.example")).collect();
        for (asked, field, code) in [
            (json!({"name": " "}), "name", "required"),
            (json!({"name": "x".repeat(101)}), "name", "too_long"),
            (
                json!({"allowed_origins": ["shop"]}),
                "allowed_origins[0]",
                "bad_origin",
            ),
            (
                json!({"allowed_origins": ["https://a.example", "http://shop.example"]}),
                "allowed_origins[1]",
                "not_https",
            ),
            (
                json!({"allowed_origins": ["http://localhost.evil.example"]}),
                "allowed_origins[0]",
                "not_https",
            ),
            (
                json!({ "allowed_origins": many }),
                "allowed_origins",
                "too_many",
            ),
            (
                json!({"allowed_origins": [format!("https://{}", "a".repeat(300))]}),
                "allowed_origins[0]",
                "too_long",
            ),
            (
                json!({"allowed_embedders": ["capacitor://localhost"]}),
                "allowed_embedders[0]",
                "not_https",
            ),
            (
                json!({"return_url": "http://shop.example"}),
                "return_url",
                "bad_url",
            ),
            (json!({"return_url": "https://"}), "return_url", "bad_url"),
            (
                json!({"theme": {"a": "x".repeat(4096)}}),
                "theme",
                "too_long",
            ),
            (
                json!({"templates": {"a": "x".repeat(16_384)}}),
                "templates",
                "too_long",
            ),
            (
                json!({"channels": ["push", "push"]}),
                "channels[1]",
                "duplicate",
            ),
            (json!({"sender_name": ""}), "sender_name", "required"),
            (
                json!({"sender_name": "Bank <help@bank.example>"}),
                "sender_name",
                "bad_text",
            ),
            (
                json!({"sender_name": "Shop\r\nBcc: all@example.org"}),
                "sender_name",
                "bad_text",
            ),
            (
                json!({"templates": {"no_kind": {}}}),
                "templates.no_kind",
                "unknown_kind",
            ),
            (json!({"reply_to": "help"}), "reply_to", "bad_email"),
        ] {
            let errors = change(&ApplicationProfile::silent("shop"), asked.clone()).unwrap_err();
            let found = errors
                .iter()
                .map(|error| (error.field.as_str(), error.code.as_str()));
            assert_eq!(found.collect::<Vec<_>>(), [(field, code)], "{asked}");
        }
    }
}
