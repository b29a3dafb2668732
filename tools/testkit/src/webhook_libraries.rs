//! The official libraries of Standard Webhooks, which verify what is ours and sign the same anew.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::json;

use crate::ReceivedWebhook;
use crate::tools::{left_out, tools_home};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookLibrary {
    /// `standardwebhooks` of npm.
    Node,
    /// `standardwebhooks` of PyPI.
    Python,
}

/// What a library says of a request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LibraryVerdict {
    /// Whether it takes it.
    pub verified: bool,
    /// How it signs the same id, time and body itself.
    pub signature: String,
}

impl WebhookLibrary {
    /// Each that there is.
    pub const ALL: [Self; 2] = [Self::Node, Self::Python];

    /// What it says of a request under a secret; `None` where it is not installed, which is a failure in CI.
    ///
    /// # Panics
    /// When it does not run to its end.
    #[must_use]
    pub fn verdict(self, secret: &str, received: &ReceivedWebhook) -> Option<LibraryVerdict> {
        let home = tools_home("webhook-libraries");
        if !home.join("installed").is_file() {
            left_out("the libraries of Standard Webhooks: scripts/install-webhook-libraries.sh");
            return None;
        }
        let asked = json!({
            "secret": secret, "headers": received.headers, "body": received.body,
        });
        let mut child = self
            .command(&home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(asked.to_string().as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{self:?}: {output:?}");
        Some(serde_json::from_slice(&output.stdout).unwrap())
    }

    fn command(self, home: &Path) -> Command {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scripts = here.join("src/webhook_libraries");
        match self {
            WebhookLibrary::Node => {
                let mut node = Command::new(here.join("../../scripts/with-node"));
                node.arg("node").arg(scripts.join("verify.cjs"));
                node.env("NODE_PATH", home.join("node_modules"));
                node
            }
            WebhookLibrary::Python => {
                let mut python = Command::new("python3");
                python.arg("-B").arg(scripts.join("verify.py"));
                python.env("PYTHONPATH", home.join("python"));
                python
            }
        }
    }
}
