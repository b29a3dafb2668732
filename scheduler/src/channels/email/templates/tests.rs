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
