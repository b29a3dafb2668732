//! An SMTP server that is not ours, and the mails that it took.

use std::time::Duration;

use scheduler::EmailSettings;
use serde_json::Value;
use testkit::{SOON, SmtpServer};

/// Sends to that port of this machine, and tries again soon.
pub(crate) fn settings_at(port: u16) -> EmailSettings {
    let url = format!("smtp://127.0.0.1:{port}");
    let mut settings = EmailSettings::new(url, "Meet <meet@example.net>");
    settings.pace.retry_ms = 50;
    settings.pace.deferred_ms = 300;
    settings.pace.full_ms = 400;
    settings
}

/// One to which a scheduler sends. Runs until it is dropped.
pub(crate) struct MailServer(SmtpServer);

impl MailServer {
    /// `None` where it is not installed, which is a failure in CI. What it does with the first mail is a word of
    /// `smtp_server.py`.
    pub(crate) async fn start(first: &str) -> Option<Self> {
        Self::start_at(first, 0).await
    }

    /// The same at a certain port.
    pub(crate) async fn start_at(first: &str, port: u16) -> Option<Self> {
        SmtpServer::start(first, port).await.map(Self)
    }

    pub(crate) fn settings(&self) -> EmailSettings {
        settings_at(self.0.port())
    }

    /// Nothing more has come by now.
    pub(crate) async fn is_silent(&mut self) -> bool {
        self.0.next(Duration::from_millis(1)).await.is_none()
    }

    /// The next mail that it takes, at most so many seconds from now.
    pub(crate) async fn next(&mut self) -> Value {
        self.0.next(SOON * 3).await.expect("a mail comes")
    }

    /// The token of the link in the next mail, which is for that address.
    pub(crate) async fn token(&mut self, page: &str, to: &str) -> String {
        let mail = self.next().await;
        assert_eq!(mail["to"], serde_json::json!([to]), "{mail}");
        let body = mail["body"].as_str().unwrap();
        let link = body
            .lines()
            .find(|line| line.contains(&format!("/{page}#")));
        let link = link.unwrap_or_else(|| panic!("no link to {page} in {body}"));
        link.split_once('#').unwrap().1.trim().to_owned()
    }
}
