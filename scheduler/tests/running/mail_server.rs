//! An SMTP server that is not ours, and the mails that it took.

use std::process::Stdio;

use scheduler::EmailSettings;
use serde_json::Value;
use testkit::{SOON, left_out};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// Sends to that port of this machine, and tries again soon.
pub(crate) fn settings_at(port: u16) -> EmailSettings {
    let url = format!("smtp://127.0.0.1:{port}");
    let mut settings = EmailSettings::new(url, "Meet <meet@example.net>");
    settings.pace.retry_ms = 50;
    settings.pace.deferred_ms = 300;
    settings.pace.full_ms = 400;
    settings
}

/// Runs until it is dropped.
pub(crate) struct MailServer {
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    /// Its input ends with it, and so does the server.
    _child: Child,
}

impl MailServer {
    /// Debian's `python3-aiosmtpd`; `None` where it is not installed, which is a failure in CI. What it does with the
    /// first mail is a word of `smtp_server.py`.
    pub(crate) async fn start(first: &str) -> Option<Self> {
        Self::start_at(first, 0).await
    }

    /// The same at a certain port.
    pub(crate) async fn start_at(first: &str, port: u16) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp_server.py");
        let mut child = Command::new("/usr/bin/python3")
            .args([script, first, &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(child.stdout.take()?).lines();
        let port = lines.next_line().await.ok().flatten();
        let Some(port) = port.and_then(|line| line.parse().ok()) else {
            left_out("python3-aiosmtpd: scripts/install-test-deps.sh");
            return None;
        };
        Some(Self {
            port,
            lines,
            _child: child,
        })
    }

    pub(crate) fn settings(&self) -> EmailSettings {
        settings_at(self.port)
    }

    /// Nothing more has come by now.
    pub(crate) async fn is_silent(&mut self) -> bool {
        let moment = std::time::Duration::from_millis(1);
        let line = tokio::time::timeout(moment, self.lines.next_line()).await;
        line.is_err()
    }

    /// The next mail that it takes, at most so many seconds from now.
    pub(crate) async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(SOON * 3, self.lines.next_line()).await;
        let line = line.expect("a mail comes").unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
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
