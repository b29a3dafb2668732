//! An application's own texts: for a kind and a language a subject, a text and, if it likes, HTML, with placeholders as
//! `{{ name }}` and conditions as `{% if count %}…{% endif %}`. Nothing else is a template: no loop, no call, no assignment.
//! So what one renders is bounded by its own length and by that of what is put in.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Deserialize;
use serde_json::{Map, Value};
use wire::{FieldError, NotificationKind};

/// What may stand in a template, and what it stands for.
const PLACEHOLDERS: [&str; 8] = [
    "name",
    "with",
    "date",
    "time",
    "time_zone",
    "link",
    "application",
    "count",
];
/// Bytes of a subject's template.
const MAX_SUBJECT_BYTES: usize = 300;
/// Languages of one kind.
const MAX_LANGUAGES: usize = 20;
/// Steps that rendering may take: more than any text that may be stored needs.
const FUEL: u64 = 20_000;

/// The values of a notification for its reader. What there is none of is empty.
#[derive(Debug, Clone, Default)]
pub(super) struct TemplateValues {
    pub(super) name: String,
    pub(super) with: String,
    pub(super) date: String,
    pub(super) time: String,
    pub(super) time_zone: String,
    pub(super) link: String,
    pub(super) application: String,
    pub(super) count: String,
}

/// What a template came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RenderedTemplate {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MailTemplate {
    subject: String,
    text: String,
    html: Option<String>,
}

/// Everything that is wrong with an application's templates, each with its field.
pub(crate) fn check_templates(templates: &Map<String, Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (kind, languages) in templates {
        let path = format!("templates.{kind}");
        let known = NotificationKind::from_name(kind);
        if known.is_none_or(|kind| kind == NotificationKind::SessionOpened) {
            let message = format!("No mail is sent of {kind:?}: name a kind of notification.");
            errors.push(error(&path, "unknown_kind", &message));
            continue;
        }
        match languages.as_object() {
            Some(languages) => check_languages(&mut errors, &path, languages),
            None => errors.push(error(
                &path,
                "bad_template",
                "It is an object by language, as {\"en\": {…}}.",
            )),
        }
    }
    errors
}

fn check_languages(errors: &mut Vec<FieldError>, path: &str, languages: &Map<String, Value>) {
    if languages.len() > MAX_LANGUAGES {
        let message = format!("One kind has texts in {MAX_LANGUAGES} languages at most.");
        errors.push(error(path, "too_many", &message));
        return;
    }
    for (language, template) in languages {
        let path = format!("{path}.{language}");
        let is_tag = (2..=35).contains(&language.len())
            && language
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !is_tag {
            errors.push(error(
                &path,
                "bad_locale",
                "A language is a tag, as \"en\" or \"pt-BR\".",
            ));
        }
        match MailTemplate::deserialize(template) {
            Ok(template) => template.check(errors, &path),
            Err(_) => errors.push(error(
                &path,
                "bad_template",
                "It has `subject` and `text`, and may have `html`: each a text.",
            )),
        }
    }
}

impl MailTemplate {
    fn check(&self, errors: &mut Vec<FieldError>, path: &str) {
        let parts = [
            ("subject", Some(&self.subject)),
            ("text", Some(&self.text)),
            ("html", self.html.as_ref()),
        ];
        for (part, source) in parts {
            let Some(source) = source else { continue };
            let field = format!("{path}.{part}");
            if source.trim().is_empty() {
                errors.push(error(&field, "required", &format!("`{part}` is empty.")));
            } else if part == "subject" && source.len() > MAX_SUBJECT_BYTES {
                let message = format!("A subject has {MAX_SUBJECT_BYTES} bytes at most.");
                errors.push(error(&field, "too_long", &message));
            } else if let Err((code, message)) = check_source(source) {
                errors.push(error(&field, code, &message));
            }
        }
    }

    fn rendered(&self, values: &TemplateValues) -> Result<RenderedTemplate, minijinja::Error> {
        let html = match &self.html {
            Some(html) => render(html, AutoEscape::Html, values)?,
            None => paragraphs(&render(&self.text, AutoEscape::Html, values)?),
        };
        Ok(RenderedTemplate {
            subject: render(&self.subject, AutoEscape::None, values)?,
            text: render(&self.text, AutoEscape::None, values)?,
            html,
        })
    }
}

/// The text for a kind in the reader's language, else in English; none where the application has neither, or what was stored
/// before it was checked can't be used.
pub(super) fn render_template(
    templates: &Map<String, Value>,
    kind: NotificationKind,
    locale: Option<&str>,
    values: &TemplateValues,
) -> Option<RenderedTemplate> {
    let languages = templates.get(kind.name())?.as_object()?;
    let locale = locale.unwrap_or("en");
    let language = locale.split('-').next().unwrap_or("en");
    let found = [locale, language, "en"]
        .into_iter()
        .find_map(|tag| languages.get(tag))?;
    let template = MailTemplate::deserialize(found).ok()?;
    let mut errors = Vec::new();
    template.check(&mut errors, "");
    match (errors.first(), template.rendered(values)) {
        (None, Ok(rendered)) => Some(rendered),
        (wrong, _) => {
            let code = wrong.map_or("render", |error| error.code.as_str());
            tracing::warn!(
                kind = kind.name(),
                code,
                "an application's template can't be used; ours stands in for it"
            );
            None
        }
    }
}

fn render(
    source: &str,
    escape: AutoEscape,
    values: &TemplateValues,
) -> Result<String, minijinja::Error> {
    let mut environment = Environment::empty();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| escape.clone());
    let values = context! {
        name => values.name.as_str(),
        with => values.with.as_str(),
        date => values.date.as_str(),
        time => values.time.as_str(),
        time_zone => values.time_zone.as_str(),
        link => values.link.as_str(),
        application => values.application.as_str(),
        count => values.count.as_str(),
    };
    environment.render_str(source, values)
}

/// Plain text, already escaped, as HTML.
fn paragraphs(escaped: &str) -> String {
    let text = escaped.replace("\r\n", "\n");
    let paragraphs = text.split("\n\n").filter(|part| !part.trim().is_empty());
    let html = paragraphs.map(|part| {
        let lines = part.trim().replace('\n', "<br>");
        format!("<p style=\"margin: 0 0 16px;\">{lines}</p>")
    });
    html.collect()
}

/// Whether a text is a template of the small language that this is.
fn check_source(source: &str) -> Result<(), (&'static str, String)> {
    let mut rest = source;
    while let Some(at) = rest.find('{') {
        let tag = &rest[at..];
        let close = match tag.as_bytes().get(1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                rest = &tag[1..];
                continue;
            }
        };
        let end = tag
            .find(close)
            .ok_or_else(|| bad(format!("`{close}` is missing.")))?;
        let inner = tag[2..end].trim_matches(['-', '+']).trim();
        match close {
            "}}" => check_placeholder(inner)?,
            "%}" => check_condition(inner)?,
            _ => {}
        }
        rest = &tag[end + close.len()..];
    }
    render(source, AutoEscape::Html, &TemplateValues::default())
        .map(drop)
        .map_err(|error| bad(format!("It can't be read: {error}.")))
}

fn check_placeholder(name: &str) -> Result<(), (&'static str, String)> {
    if PLACEHOLDERS.contains(&name) {
        return Ok(());
    }
    let known = PLACEHOLDERS.join(", ");
    Err((
        "unknown_placeholder",
        format!("{{{{ {name} }}}} is none of: {known}."),
    ))
}

fn check_condition(inner: &str) -> Result<(), (&'static str, String)> {
    let words: Vec<_> = inner.split_whitespace().collect();
    match words.as_slice() {
        ["else" | "endif"] => Ok(()),
        ["if" | "elif", name] | ["if" | "elif", "not", name] => check_placeholder(name),
        _ => Err(bad(
            "Only {% if name %}, {% if not name %}, {% elif name %}, {% else %} and {% endif %} are known.".to_owned(),
        )),
    }
}

fn bad(message: String) -> (&'static str, String) {
    ("bad_template", message)
}

fn error(field: &str, code: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(templates: &Value) -> Vec<(String, String)> {
        let errors = check_templates(templates.as_object().unwrap());
        errors
            .into_iter()
            .map(|error| (error.field, error.code))
            .collect()
    }

    fn of(subject: &str, text: &str) -> Value {
        json!({"session_reminder": {"en": {"subject": subject, "text": text}}})
    }

    fn values() -> TemplateValues {
        TemplateValues {
            name: "Ana".to_owned(),
            with: "<b>Bo</b> {{ link }}".to_owned(),
            link: "https://meet.example/join#t".to_owned(),
            ..TemplateValues::default()
        }
    }

    fn rendered(templates: &Value, locale: &str) -> Option<RenderedTemplate> {
        let kind = NotificationKind::SessionReminder;
        render_template(
            templates.as_object().unwrap(),
            kind,
            Some(locale),
            &values(),
        )
    }

    #[test]
    fn sch_322_an_applications_template_has_placeholders_and_conditions_and_nothing_else() {
        for good in [
            "Hello {{name}}, {{ with }} waits.",
            "{%- if count -%}{{ count }}{% elif not date %}x{% else %}{{ time }}{% endif %}{# note #}",
            "a { b } c {",
        ] {
            assert_eq!(codes(&of("Hi", good)), [], "{good}");
        }
        let text = "templates.session_reminder.en.text";
        for (bad, code) in [
            ("{{ secret }}", "unknown_placeholder"),
            ("{{ name.__class__ }}", "unknown_placeholder"),
            ("{{ name | safe }}", "unknown_placeholder"),
            ("{{ name * 1000000000 }}", "unknown_placeholder"),
            ("{{ 'a' ~ name }}", "unknown_placeholder"),
            ("{% set x = name ~ name %}", "bad_template"),
            ("{% for x in name %}{% endfor %}", "bad_template"),
            ("{% include \"x\" %}", "bad_template"),
            ("{% raw %}{{ x }}{% endraw %}", "bad_template"),
            ("{% if name %}", "bad_template"),
            ("{% endif %}", "bad_template"),
            ("{{ name", "bad_template"),
            ("{# never closed", "bad_template"),
            (" ", "required"),
        ] {
            assert_eq!(
                codes(&of("Hi", bad)),
                [(text.to_owned(), code.to_owned())],
                "{bad}"
            );
        }
    }

    #[test]
    fn sch_322_each_wrong_field_of_templates_is_named() {
        let subject = "templates.session_reminder.en.subject";
        let long = "x".repeat(MAX_SUBJECT_BYTES + 1);
        assert_eq!(
            codes(&of(&long, "x")),
            [(subject.to_owned(), "too_long".to_owned())]
        );
        for (templates, field, code) in [
            (
                json!({"session_opened": {}}),
                "templates.session_opened",
                "unknown_kind",
            ),
            (
                json!({"reminder": {}}),
                "templates.reminder",
                "unknown_kind",
            ),
            (
                json!({"match_created": 1}),
                "templates.match_created",
                "bad_template",
            ),
            (
                json!({"match_created": {"en": {"subject": "x"}}}),
                "templates.match_created.en",
                "bad_template",
            ),
            (
                json!({"match_created": {"en": {"subject": "x", "text": "y", "css": "z"}}}),
                "templates.match_created.en",
                "bad_template",
            ),
            (
                json!({"match_created": {"e": {"subject": "x", "text": "y"}}}),
                "templates.match_created.e",
                "bad_locale",
            ),
        ] {
            assert_eq!(
                codes(&templates),
                [(field.to_owned(), code.to_owned())],
                "{templates}"
            );
        }
    }

    #[test]
    fn sch_323_what_is_put_into_a_template_is_escaped_and_is_no_template() {
        let html = json!({"session_reminder": {"en": {
            "subject": "{{ with }}", "text": "{{ with }}", "html": "<p>{{ with }}</p>",
        }}});
        let rendered = rendered(&html, "en").unwrap();
        assert_eq!(rendered.text, "<b>Bo</b> {{ link }}");
        assert_eq!(rendered.subject, rendered.text);
        assert!(!rendered.html.contains("<b>") && rendered.html.starts_with("<p>&lt;b&gt;"));
        assert!(rendered.html.contains("{{ link }}"));
    }

    #[test]
    fn sch_323_a_template_is_the_one_of_the_readers_language_else_english_else_ours() {
        let templates = json!({"session_reminder": {
            "en": {"subject": "en", "text": "one\ntwo\n\nthree"},
            "pt-BR": {"subject": "br", "text": "x"},
            "ko": {"subject": "ko", "text": "x"},
        }});
        let subject = |locale: &str| rendered(&templates, locale).unwrap().subject;
        assert_eq!(subject("ko-KR"), "ko");
        assert_eq!(subject("pt-BR"), "br");
        assert_eq!(subject("pt"), "en");
        let html = rendered(&templates, "fr").unwrap().html;
        assert!(
            html.contains("one<br>two</p>") && html.matches("<p").count() == 2,
            "{html}"
        );
        assert_eq!(rendered(&json!({}), "en"), None);
        let stored_before = of("Hi", "{% set x = 1 %}");
        assert_eq!(rendered(&stored_before, "en"), None);
    }
}
