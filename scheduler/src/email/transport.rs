//! The mail server, by SMTP.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use scheduler_core::NewMail;
use url::Url;

use super::texts::MailText;
use crate::config::EmailSettings;

/// How long the server may take for each step.
const STEP_LIMIT: Duration = Duration::from_secs(20);
/// How long all of them may take together: less than a mail is claimed for.
const SEND_LIMIT: Duration = Duration::from_secs(60);
/// Ports of submission with STARTTLS, and of submission over TLS (RFC 8314).
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;

/// Sends mails through one server.
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why a mail was not sent.
pub(super) struct SendFailure {
    pub(super) reason: String,
    /// The server will never take it.
    pub(super) is_final: bool,
}

impl Mailer {
    /// # Errors
    /// What is wrong with the settings, without repeating the URL.
    pub(crate) fn new(settings: &EmailSettings) -> Result<Self, String> {
        let from = settings.from.parse::<Mailbox>().map_err(
            |_| "email.from: write an address, as meet@example.org or Meet <meet@example.org>",
        )?;
        Ok(Self {
            transport: transport(settings.url.expose())
                .map_err(|why| format!("email.url: {why}"))?,
            from,
        })
    }

    /// Sends one mail. Its `Message-ID` is its own id, so that one that came twice is known for one.
    pub(super) async fn send(&self, mail: &NewMail, text: MailText) -> Result<(), SendFailure> {
        let (envelope, message) = self.message(mail, text).map_err(|error| SendFailure {
            reason: error.to_string(),
            is_final: true,
        })?;
        let sending = self.transport.send_raw(&envelope, &message);
        match tokio::time::timeout(SEND_LIMIT, sending).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(SendFailure {
                is_final: error.is_permanent(),
                reason: error.to_string(),
            }),
            Err(_) => Err(SendFailure {
                reason: "the mail server took too long".to_owned(),
                is_final: false,
            }),
        }
    }

    fn message(
        &self,
        mail: &NewMail,
        text: MailText,
    ) -> Result<(Envelope, Vec<u8>), Box<dyn std::error::Error + Send + Sync>> {
        let to: Address = mail.to.text().parse()?;
        let domain = self.from.email.domain();
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to.into())
            .subject(text.subject)
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            // No reply of a machine is wanted (RFC 3834).
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(refuse) = text.refuse {
            // One click in the mail program itself (RFC 8058).
            builder = builder
                .raw_header(header("List-Unsubscribe", format!("<{refuse}>")))
                .raw_header(header(
                    "List-Unsubscribe-Post",
                    "List-Unsubscribe=One-Click".to_owned(),
                ));
        }
        let message = builder.header(ContentType::TEXT_PLAIN).body(text.body)?;
        Ok((message.envelope().clone(), message.formatted()))
    }
}

/// A header of ASCII, which stands as it is: an address that is folded or encoded is none.
fn header(name: &'static str, value: String) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value)
}

/// Refuses what no mail can be sent with. Nobody is asked whether it works.
///
/// # Errors
/// What is wrong, with the key and without the URL.
pub fn check_email(settings: &EmailSettings) -> Result<(), String> {
    Mailer::new(settings).map(drop)
}

/// TLS from the first byte for `smtps`. For `smtp` STARTTLS: on this machine none, elsewhere always where there is a
/// password to protect, and else if the server offers it.
fn transport(url: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let url =
        Url::parse(url).map_err(|_| "is no address, as smtps://user:password@mail.example")?;
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host
        .ok_or("names no host")?
        .trim_matches(['[', ']'])
        .to_owned();
    let has_more = !matches!(url.path(), "" | "/") || url.query().is_some();
    if has_more || url.fragment().is_some() {
        return Err(
            "has something behind the host: special characters of a password are percent-encoded"
                .to_owned(),
        );
    }
    let credentials = credentials(&url)?;
    let parameters = || TlsParameters::new(host.clone()).map_err(|error| error.to_string());
    let (tls, port) = match url.scheme() {
        "smtps" => (Tls::Wrapper(parameters()?), SUBMISSIONS),
        "smtp" if is_this_machine(&host) => (Tls::None, SUBMISSION),
        "smtp" if credentials.is_some() => (Tls::Required(parameters()?), SUBMISSION),
        "smtp" => (Tls::Opportunistic(parameters()?), SUBMISSION),
        _ => return Err("begins with neither smtp:// nor smtps://".to_owned()),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(url.port().unwrap_or(port))
        .tls(tls)
        .timeout(Some(STEP_LIMIT));
    if let Some(credentials) = credentials {
        builder = builder.credentials(credentials);
    }
    Ok(builder.build())
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    let decoded = |text: &str| {
        let pair = format!("x={}", text.replace('+', "%2B"));
        let read = url::form_urlencoded::parse(pair.as_bytes()).next();
        read.map(|(_, value)| value.into_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => {
            Err("has a user without a password, or the reverse".to_owned())
        }
        (user, Some(password)) => Ok(decoded(user)
            .zip(decoded(password))
            .map(|(user, password)| Credentials::new(user, password))),
    }
}

fn is_this_machine(host: &str) -> bool {
    let ip = host.parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, from: &str) -> EmailSettings {
        EmailSettings {
            url: url.into(),
            from: from.to_owned(),
        }
    }

    #[tokio::test]
    async fn sch_140_a_mail_server_is_named_by_one_url_and_its_password_is_never_told() {
        for good in [
            "smtp://127.0.0.1:2525",
            "smtp://[::1]:25",
            "smtp://mail.example",
            "smtps://u%40x:p%3Aw@mail.example",
            "smtp://u:p@mail.example:587/",
        ] {
            let made = Mailer::new(&settings(good, "Meet <meet@example.org>"));
            assert!(made.is_ok(), "{good}");
        }
        for wrong in [
            "",
            "mail.example",
            "http://u:canary@mail.example",
            "smtps://canary@mail.example",
            "smtps://u:can#ary@mail.example",
            "smtps://u:canary@mail.example/x",
            "smtp://",
        ] {
            let made = Mailer::new(&settings(wrong, "meet@example.org"));
            let why = made.err().unwrap();
            assert!(
                why.starts_with("email.url: ") && !why.contains("canary"),
                "{why}"
            );
        }
        let made = Mailer::new(&settings("smtp://localhost", "meet"));
        assert!(made.err().unwrap().starts_with("email.from: "));
        let shown = format!("{:?}", settings("smtps://u:canary@mail.example", "m@x.org"));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
