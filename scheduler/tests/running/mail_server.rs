//! An SMTP server that is not ours, and the mails that it took.

use std::process::Stdio;

use scheduler::EmailSettings;
use serde_json::Value;
use testkit::{SOON, left_out};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// Runs until it is dropped.
pub(crate) struct MailServer {
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    /// Its input ends with it, and so does the server.
    _child: Child,
}

impl MailServer {
    /// Debian's `python3-aiosmtpd`; `None` where it is not installed, which is a failure in CI. What it does with the
    /// first mail is one of `take`, `defer` and `refuse`.
    pub(crate) async fn start(first: &str) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp_server.py");
        let mut child = Command::new("/usr/bin/python3")
            .args([script, first])
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
        EmailSettings {
            url: format!("smtp://127.0.0.1:{}", self.port).into(),
            from: "Meet <meet@example.net>".to_owned(),
        }
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
