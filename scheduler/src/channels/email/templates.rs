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
mod tests;
