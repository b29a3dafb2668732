//! How every mail of ours looks: a page with a card on it, in the colours of the pages, and the same as plain text.

mod colours;

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value, context};
use scheduler_core::ReaderLanguage;
use serde::Serialize;

pub(crate) use colours::MailColours;

/// The page around what a mail says.
const PAGE: &str = include_str!("look/page.html");

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .add_template("page.html", PAGE)
        .expect("it is a constant, and a test renders it");
    environment
});

/// What a mail says, in one language.
#[derive(Debug, Clone)]
pub(crate) struct MailContent {
    pub(crate) language: ReaderLanguage,
    pub(crate) subject: String,
    /// In whose name it comes: stands above the heading.
    pub(crate) sender: String,
    pub(crate) body: MailBody,
    /// Stands below the card, in small letters.
    pub(crate) small_print: Vec<String>,
    pub(crate) refusal: Option<MailRefusal>,
    pub(crate) colours: MailColours,
}

/// What stands on the card.
#[derive(Debug, Clone)]
pub(crate) enum MailBody {
    /// In our words.
    Ours(MailWords),
    /// In an application's: its text, and its HTML, in which every value is escaped.
    Application { text: String, html: String },
}

/// A heading, sentences, facts and the one thing to do.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct MailWords {
    pub(crate) heading: String,
    pub(crate) sentences: Vec<String>,
    pub(crate) facts: Vec<MailFact>,
    pub(crate) action: Option<MailAction>,
    /// Sentences behind the action.
    pub(crate) after: Vec<String>,
}

/// A fact under its name; each line of it is one of the page, too.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MailFact {
    pub(crate) name: &'static str,
    pub(crate) lines: Vec<String>,
}

/// Where the one button leads.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MailAction {
    pub(crate) label: String,
    pub(crate) url: String,
}

/// How to get no more of them.
#[derive(Debug, Clone)]
pub(crate) struct MailRefusal {
    pub(crate) label: String,
    pub(crate) url: String,
}

impl MailContent {
    /// The HTML of the whole mail.
    ///
    /// # Errors
    /// When the page can't be rendered, which would be a fault of ours.
    pub(crate) fn html(&self) -> Result<String, minijinja::Error> {
        let (words, own) = match &self.body {
            MailBody::Ours(words) => (Some(words), None),
            MailBody::Application { html, .. } => {
                (None, Some(Value::from_safe_string(html.clone())))
            }
        };
        let action = words.and_then(|words| words.action.as_ref());
        let MailColours { light, dark } = &self.colours;
        ENVIRONMENT.get_template("page.html")?.render(context! {
            light_button => light.button.as_str(),
            light_label => light.label.as_str(),
            dark_button => dark.button.as_str(),
            dark_label => dark.label.as_str(),
            lang => self.language.tag(),
            subject => self.subject.as_str(),
            sender => self.sender.as_str(),
            words => words.map(|words| Value::from(Serde(words))),
            own => own,
            action_url => action.map(|action| in_attribute(&action.url)),
            small_print => Value::from(Serde(&self.small_print)),
            refusal_label => self.refusal.as_ref().map(|refusal| refusal.label.as_str()),
            refusal_url => self.refusal.as_ref().map(|refusal| in_attribute(&refusal.url)),
        })
    }

    /// The same without any markup. A link stands alone on its line.
    pub(crate) fn text(&self) -> String {
        let mut lines = Vec::new();
        match &self.body {
            MailBody::Ours(words) => words.write(&mut lines),
            MailBody::Application { text, .. } => {
                lines.extend(text.lines().map(str::to_owned));
                lines.push(String::new());
            }
        }
        if !self.small_print.is_empty() || self.refusal.is_some() {
            // What programs know for the beginning of a signature.
            lines.push("-- ".to_owned());
        }
        lines.extend(self.small_print.iter().cloned());
        if let Some(refusal) = &self.refusal {
            lines.push(format!("{}:", refusal.label));
            lines.push(refusal.url.clone());
        }
        let mut text = lines.join("\r\n");
        text.push_str("\r\n");
        text
    }
}

impl MailWords {
    fn write(&self, lines: &mut Vec<String>) {
        let paragraph = |lines: &mut Vec<String>, text: &str| {
            lines.push(text.to_owned());
            lines.push(String::new());
        };
        paragraph(lines, &self.heading);
        for sentence in &self.sentences {
            paragraph(lines, sentence);
        }
        for fact in &self.facts {
            lines.push(format!("{}:", fact.name));
            lines.extend(fact.lines.iter().map(|line| format!("  {line}")));
        }
        if !self.facts.is_empty() {
            lines.push(String::new());
        }
        if let Some(action) = &self.action {
            lines.push(format!("{}:", action.label));
            paragraph(lines, &action.url);
        }
        for sentence in &self.after {
            paragraph(lines, sentence);
        }
    }
}

/// An address of ours within quotes. Its slashes stay as they are: programs that read mails without a parser find it.
fn in_attribute(url: &str) -> Value {
    let escaped = url
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    Value::from_safe_string(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(body: MailBody) -> MailContent {
        MailContent {
            language: ReaderLanguage::Korean,
            subject: "<b>제목</b>".to_owned(),
            sender: "\"Shop\" <script>".to_owned(),
            body,
            small_print: vec!["a & b".to_owned()],
            refusal: Some(MailRefusal {
                label: "Stop".to_owned(),
                url: "https://meet.example/v1/x/t?a=1&b=\"".to_owned(),
            }),
            colours: MailColours::ours(),
        }
    }

    #[test]
    fn sch_318_a_mail_is_html_and_text_in_which_every_word_is_escaped() {
        let words = MailWords {
            heading: "<img src=x onerror=alert(1)>".to_owned(),
            sentences: vec!["{{ 7 * 7 }}".to_owned()],
            facts: vec![MailFact {
                name: "When",
                lines: vec!["<i>now</i>".to_owned()],
            }],
            action: Some(MailAction {
                label: "Open \"it\"".to_owned(),
                url: "https://meet.example/join#t0k3n".to_owned(),
            }),
            after: vec!["</td>".to_owned()],
        };
        let mail = content(MailBody::Ours(words));
        let html = mail.html().unwrap();
        assert!(html.starts_with("<!doctype html>") && html.contains("<html lang=\"ko\""));
        for raw in ["<img", "<script", "<i>now", "</td></td>", "<b>제목"] {
            assert!(!html.contains(raw), "{raw} in {html}");
        }
        assert!(html.contains("{{ 7 * 7 }}"), "words are no template");
        assert!(html.contains("href=\"https://meet.example/join#t0k3n\""));
        assert!(html.contains("href=\"https://meet.example/v1/x/t?a=1&amp;b=&quot;\""));
        let text = mail.text();
        assert!(
            text.lines()
                .any(|line| line == "https://meet.example/join#t0k3n")
        );
        assert!(text.lines().all(|line| !line.contains('\r')), "{text:?}");
    }

    #[test]
    fn sch_318_an_applications_words_stand_in_our_page() {
        let mail = content(MailBody::Application {
            text: "Hello\nAna".to_owned(),
            html: "<p>Hello <b>Ana</b></p>".to_owned(),
        });
        let html = mail.html().unwrap();
        assert!(html.contains("<p>Hello <b>Ana</b></p>"));
        assert!(html.contains(">Stop<"), "the way out is ours");
        assert!(
            mail.text()
                .starts_with("Hello\r\nAna\r\n\r\n-- \r\na & b\r\nStop:\r\nhttps://")
        );
    }

    #[test]
    fn sch_406_the_button_has_the_applications_colour_where_it_is_light_and_where_it_is_dark() {
        let words = MailWords {
            action: Some(MailAction {
                label: "Go".to_owned(),
                url: "https://meet.example/".to_owned(),
            }),
            ..MailWords::default()
        };
        let mut mail = content(MailBody::Ours(words));
        assert!(mail.html().unwrap().contains("background-color: #B3284C"));
        let theme = serde_json::json!({"accent": "#087"});
        mail.colours = MailColours::of(theme.as_object());
        let html = mail.html().unwrap();
        assert!(
            !html.contains("#B3284C") && !html.contains("#FF8DA3"),
            "{html}"
        );
        assert!(html.contains(".button { background-color: #008877 !important; }"));
        assert!(html.contains(".label { color: #000000 !important; }"));
        assert!(html.contains("color: #000000; text-decoration: none;"));
    }
}
