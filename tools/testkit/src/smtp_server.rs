//! An SMTP server that is not ours, and the mails that it took.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::left_out;

/// Debian's `python3-aiosmtpd`. Runs until it is dropped.
#[derive(Debug)]
pub struct SmtpServer {
    port: u16,
    lines: Lines<BufReader<ChildStdout>>,
    /// Its input ends with it, and so does the server.
    _child: Child,
}

impl SmtpServer {
    /// At that port, or at a free one if it is 0. What it does with the first mail is a word of `smtp_server.py`. `None`, and
    /// the calling test is left out, where it is not installed.
    ///
    /// # Panics
    /// In CI, where it is not installed.
    pub async fn start(first: &str, port: u16) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/smtp_server.py");
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

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next mail that it has taken; `None` where none comes within `limit`.
    ///
    /// # Panics
    /// When it has ended.
    pub async fn next(&mut self, limit: Duration) -> Option<Value> {
        let line = tokio::time::timeout(limit, self.lines.next_line()).await;
        let line = line.ok()?.unwrap().expect("the mail server runs");
        Some(serde_json::from_str(&line).unwrap())
    }
}
