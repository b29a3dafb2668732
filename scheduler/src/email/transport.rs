//! Handing mails in at the mail server, by SMTP. Each step of it is taken apart, because a refused recipient means something
//! else than a refused text.

use std::fmt;
use std::time::Duration;

use deadpool::managed::{Object, Pool, PoolError};
use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};

use super::data::MailData;
use super::message::SealedMail;
use super::server::MailServer;
use crate::config::EmailSettings;

/// How long all steps may take together: less than a mail is claimed for.
const SEND_LIMIT: Duration = Duration::from_secs(60);
/// Connections to the mail server at once, idle ones included.
const MAX_CONNECTIONS: usize = 8;

/// Sends mails through one server. Its connections are kept and shared by everything that sends.
pub(crate) struct Mailer {
    connections: Pool<MailServer>,
    server: String,
    from: Mailbox,
}

/// How far a mail came that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SendStage {
    /// Connecting, encrypting, logging in: nothing of the mail was said.
    Connect,
    /// Who it is from.
    Sender,
    /// Who it is for.
    Recipient,
    /// The mail itself. Where the connection was lost, the server may have it nevertheless.
    Text,
}

/// Why a mail was not sent.
#[derive(Debug)]
pub(crate) struct SendFailure {
    pub(crate) stage: SendStage,
    /// The server's answer, where it gave one.
    pub(crate) code: Option<u16>,
    pub(crate) reason: String,
    /// The same mail will never be taken.
    pub(crate) is_final: bool,
}

impl Mailer {
    /// # Errors
    /// What is wrong with the settings, without repeating the URL.
    pub(crate) fn new(settings: &EmailSettings) -> Result<Self, String> {
        let from = settings.from.parse::<Mailbox>().map_err(
            |_| "email.from: write an address, as meet@example.org or Meet <meet@example.org>",
        )?;
        let server =
            MailServer::parse(settings.url.expose()).map_err(|why| format!("email.url: {why}"))?;
        Ok(Self {
            server: server.name(),
            connections: Pool::builder(server)
                .max_size(MAX_CONNECTIONS)
                .build()
                .map_err(|error| error.to_string())?,
            from,
        })
    }

    /// Who mails are from, unless an application's name stands there.
    pub(crate) fn from(&self) -> &Mailbox {
        &self.from
    }

    /// Connects and logs in, and says where.
    pub(crate) async fn probe(&self) -> Result<&str, SendFailure> {
        let connecting = tokio::time::timeout(SEND_LIMIT, self.connection()).await;
        let connected = connecting.map_err(|_| SendFailure::late(SendStage::Connect))?;
        drop(connected?);
        Ok(&self.server)
    }

    /// Sends one mail.
    pub(crate) async fn send(&self, mail: &SealedMail) -> Result<(), SendFailure> {
        let mut stage = SendStage::Connect;
        let sending = self.hand_in(mail, &mut stage);
        match tokio::time::timeout(SEND_LIMIT, sending).await {
            Ok(sent) => sent.map_err(SendFailure::without_addresses),
            Err(_) => Err(SendFailure::late(stage)),
        }
    }

    async fn hand_in(&self, mail: &SealedMail, stage: &mut SendStage) -> Result<(), SendFailure> {
        let mut connection = self.connection().await?;
        match transfer(&mut connection, mail, stage).await {
            Ok(()) => Ok(()),
            Err(error) => {
                // What the server expects next is not known: the next mail gets another connection.
                Object::take(connection).abort().await;
                Err(SendFailure::of(*stage, &error))
            }
        }
    }

    async fn connection(&self) -> Result<Object<MailServer>, SendFailure> {
        self.connections.get().await.map_err(|error| match error {
            PoolError::Backend(error) => SendFailure {
                // The mail was not even looked at.
                is_final: false,
                ..SendFailure::of(SendStage::Connect, &error)
            },
            other => SendFailure {
                stage: SendStage::Connect,
                code: None,
                reason: other.to_string(),
                is_final: false,
            },
        })
    }
}

/// The conversation about one mail (RFC 5321, section 3.3). `stage` follows it.
async fn transfer(
    connection: &mut AsyncSmtpConnection,
    mail: &SealedMail,
    stage: &mut SendStage,
) -> Result<(), Error> {
    let SealedMail { envelope, text } = mail;
    *stage = SendStage::Sender;
    let parameters = parameters(connection, envelope, text);
    let sender = Mail::new(envelope.from().cloned(), parameters);
    connection.command(sender).await?;
    *stage = SendStage::Recipient;
    for to in envelope.to() {
        connection
            .command(Rcpt::new(to.clone(), Vec::new()))
            .await?;
    }
    *stage = SendStage::Text;
    connection.command(Data).await?;
    connection.command(MailData(text)).await?;
    Ok(())
}

/// What a mail needs of the server beyond ASCII, where it has it; one that has not refuses the mail.
fn parameters(
    connection: &AsyncSmtpConnection,
    envelope: &Envelope,
    text: &str,
) -> Vec<MailParameter> {
    let server = connection.server_info();
    let mut parameters = Vec::new();
    let mut addresses = envelope.from().into_iter().chain(envelope.to());
    let is_international = addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii());
    if is_international && server.supports_feature(Extension::SmtpUtfEight) {
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !text.is_ascii() && server.supports_feature(Extension::EightBitMime) {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    parameters
}

impl SendFailure {
    fn of(stage: SendStage, error: &Error) -> Self {
        Self {
            stage,
            code: error.status().map(u16::from),
            is_final: error.is_permanent(),
            reason: format!("{stage}: {error}"),
        }
    }

    /// Servers repeat whom a mail was for; logs and tables are not to.
    fn without_addresses(mut self) -> Self {
        let words = self.reason.split(' ');
        let words: Vec<_> = words
            .map(|word| {
                if word.contains('@') {
                    "(address)"
                } else {
                    word
                }
            })
            .collect();
        self.reason = words.join(" ");
        self
    }

    fn late(stage: SendStage) -> Self {
        Self {
            stage,
            code: None,
            reason: format!("{stage}: the mail server took too long"),
            is_final: false,
        }
    }
}

impl fmt::Display for SendStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendStage::Connect => "connecting",
            SendStage::Sender => "MAIL",
            SendStage::Recipient => "RCPT",
            SendStage::Text => "DATA",
        })
    }
}

/// Refuses what no mail can be sent with. Nobody is asked whether it works.
///
/// # Errors
/// What is wrong, with the key and without the URL.
pub fn check_email(settings: &EmailSettings) -> Result<(), String> {
    Mailer::new(settings).map(drop)
}

/// Connects to the mail server and logs in, and says where it is. No mail is sent.
///
/// # Errors
/// What is wrong, without anything secret.
pub async fn probe_email(settings: &EmailSettings) -> Result<String, String> {
    let mailer = Mailer::new(settings)?;
    let probed = mailer.probe().await;
    probed.map(str::to_owned).map_err(|failure| failure.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, from: &str) -> EmailSettings {
        EmailSettings::new(url, from)
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
