//! A mail as it goes over the wire. Every header is built by its type, none out of raw text; and the same mail is built the
//! same, byte for byte, however often it is sent.

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MessageBuilder, MultiPart, SinglePart};
use scheduler_core::EmailAddress;
use wire::UnixMs;

use crate::calendar::CalendarObject;

/// Characters of a subject: more is cut by whoever shows it.
const MAX_SUBJECT_CHARS: usize = 200;
/// What the calendar object is called that is attached.
const ATTACHED: &str = "invite.ics";

type BuildError = Box<dyn std::error::Error + Send + Sync>;

/// Everything of a mail.
pub(crate) struct MailParts<'a> {
    pub(crate) from: Mailbox,
    pub(crate) reply_to: Option<&'a EmailAddress>,
    pub(crate) to: &'a EmailAddress,
    /// What stands before the `@` of its `Message-ID`: letters, digits, `-` and `_`. A mail that came twice is known for one.
    pub(crate) id: &'a str,
    pub(crate) written_at: UnixMs,
    pub(crate) subject: &'a str,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) invitation: Option<CalendarObject>,
    /// Where one POST stops all further ones (RFC 8058).
    pub(crate) unsubscribe: Option<&'a str>,
}

/// A mail that is ready to be sent.
pub(crate) struct SealedMail {
    pub(super) envelope: Envelope,
    pub(super) text: String,
}

impl SealedMail {
    /// # Errors
    /// When an address is none.
    pub(crate) fn new(parts: MailParts<'_>) -> Result<Self, BuildError> {
        let builder = headers(&parts)?;
        let boundary = |place: &str| format!("{}-{place}", parts.id);
        let mut alternatives = MultiPart::alternative()
            .boundary(boundary("a"))
            .singlepart(SinglePart::plain(parts.text))
            .singlepart(SinglePart::html(parts.html));
        let message = match parts.invitation {
            None => builder.multipart(alternatives)?,
            Some(CalendarObject { text, method }) => {
                let kind = format!("text/calendar; charset=utf-8; method={method}");
                let calendar = SinglePart::builder().header(ContentType::parse(&kind)?);
                alternatives = alternatives.singlepart(calendar.body(text.clone()));
                let kind = ContentType::parse("application/ics")?;
                let attached = Attachment::new(ATTACHED.to_owned()).body(text, kind);
                let whole = MultiPart::mixed().boundary(boundary("m"));
                builder.multipart(whole.multipart(alternatives).singlepart(attached))?
            }
        };
        Ok(Self {
            envelope: message.envelope().clone(),
            text: String::from_utf8(message.formatted())?,
        })
    }
}

fn headers(parts: &MailParts<'_>) -> Result<MessageBuilder, BuildError> {
    let domain = parts.from.email.domain();
    let written_at = Duration::from_millis(u64::try_from(parts.written_at.0).unwrap_or(0));
    let mut builder = Message::builder()
        .from(parts.from.clone())
        .to(mailbox(parts.to)?)
        .subject(one_line(parts.subject, MAX_SUBJECT_CHARS))
        .date(SystemTime::UNIX_EPOCH + written_at)
        .message_id(Some(format!("<{}@{domain}>", parts.id)))
        // No reply of a machine is wanted (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
    if let Some(reply_to) = parts.reply_to {
        builder = builder.reply_to(mailbox(reply_to)?);
    }
    if let Some(url) = parts.unsubscribe {
        let one_click = "List-Unsubscribe=One-Click".to_owned();
        builder = builder
            .raw_header(header("List-Unsubscribe", format!("<{url}>")))
            .raw_header(header("List-Unsubscribe-Post", one_click));
    }
    Ok(builder)
}

fn mailbox(address: &EmailAddress) -> Result<Mailbox, BuildError> {
    Ok(Mailbox::new(None, address.text().parse()?))
}

/// A header of ASCII, which stands as it is: an address that is folded or encoded is none.
fn header(name: &'static str, value: String) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value)
}

/// A text without anything that ends a line, cut where it is long.
pub(crate) fn one_line(text: &str, max_chars: usize) -> String {
    let visible = text.split(|c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}');
    let words: Vec<_> = visible.filter(|part| !part.trim().is_empty()).collect();
    let line = words.join(" ");
    if line.chars().count() <= max_chars {
        return line;
    }
    let cut: String = line.chars().take(max_chars - 1).collect();
    format!("{}\u{2026}", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(to: &'a EmailAddress, subject: &'a str) -> MailParts<'a> {
        MailParts {
            from: "Meet <meet@example.net>".parse().unwrap(),
            reply_to: None,
            to,
            id: "k3y",
            written_at: UnixMs(1_800_000_000_000),
            subject,
            text: "Hi.\r\n".to_owned(),
            html: "<p>Hi.</p>".to_owned(),
            invitation: None,
            unsubscribe: Some("https://meet.example/v1/mail-unsubscriptions/t"),
        }
    }

    fn written(parts: MailParts<'_>) -> String {
        SealedMail::new(parts).unwrap().text
    }

    #[test]
    fn sch_316_one_mail_is_the_same_byte_for_byte_however_often_it_is_built() {
        let to = EmailAddress::parse("ana@example.org").unwrap();
        let invitation = || {
            Some(CalendarObject {
                text: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_owned(),
                method: "REQUEST",
            })
        };
        let build = || {
            let mut parts = parts(&to, "한국어 제목");
            parts.invitation = invitation();
            written(parts)
        };
        let first = build();
        assert_eq!(first, build());
        for line in [
            "Message-ID: <k3y@example.net>\r\n",
            "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "List-Unsubscribe: <https://meet.example/v1/mail-unsubscriptions/t>\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        ] {
            assert!(first.contains(line), "{line} in {first}");
        }
    }

    #[test]
    fn sch_317_nothing_that_somebody_typed_makes_a_header() {
        let to = EmailAddress::parse("ana@example.org").unwrap();
        let evil = "Hi\r\nBcc: all@example.org\u{2028}\n\nBody\0";
        let mail = written(parts(&to, evil));
        assert!(
            mail.contains("Subject: Hi Bcc: all@example.org Body\r\n"),
            "{mail}"
        );
        assert!(!mail.contains("\r\nBcc"), "{mail}");
        for name in [
            "a\r\nBcc: x@y.example",
            "\"Bank\" <bank@example.com>",
            "a, b <c@d.example>",
        ] {
            let mut parts = parts(&to, "Hi");
            parts.from = Mailbox::new(Some(one_line(name, 100)), parts.from.email);
            let mail = written(parts);
            let from: Vec<_> = mail
                .lines()
                .filter(|line| line.starts_with("From:"))
                .collect();
            let [from] = from.as_slice() else {
                panic!("{mail}")
            };
            assert!(from.ends_with("<meet@example.net>"), "{from}");
            assert!(!mail.contains("\r\nBcc"), "{mail}");
        }
        for wrong in [
            "a\r\nBcc: b@example.org",
            "a\n@example.org",
            "<a@example.org>",
            &format!("{}@example.org", "a".repeat(1_024)),
            "a@example.org, b@example.org",
        ] {
            assert!(EmailAddress::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn sch_317_a_long_subject_is_cut_between_characters() {
        let long = "가".repeat(300);
        let cut = one_line(&long, MAX_SUBJECT_CHARS);
        assert_eq!(cut.chars().count(), MAX_SUBJECT_CHARS);
        assert!(cut.ends_with('\u{2026}'));
    }
}
