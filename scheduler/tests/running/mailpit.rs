//! Mailpit, an SMTP server that reads what it takes as mail programs do, and says what it thinks of it.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Method;
use scheduler::EmailSettings;
use serde_json::Value;
use testkit::{Http, free_ports, left_out};
use tokio::process::{Child, Command};

use super::mail_server::settings_at;

/// How long it may take to start, and a mail to come, on two busy cores.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs until it is dropped.
pub(crate) struct Mailpit {
    smtp: u16,
    api: String,
    http: Http,
    _process: Child,
}

impl Mailpit {
    /// `None` where it is not built, which is a failure in CI.
    pub(crate) async fn start() -> Option<Self> {
        if !binary().is_file() {
            left_out("Mailpit: scripts/install-mailpit.sh builds it");
            return None;
        }
        let [smtp, listen, _] = free_ports();
        let process = Command::new(binary())
            .args(["--smtp", &format!("127.0.0.1:{smtp}")])
            .args(["--listen", &format!("127.0.0.1:{listen}")])
            .args([
                "--disable-version-check",
                "--quiet",
                "--allow-internal-http-requests",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mailpit = Self {
            smtp,
            api: format!("http://127.0.0.1:{listen}/api/v1"),
            http: Http::new(),
            _process: process,
        };
        let ready = async || mailpit.found("to:nobody").await.is_some().then_some(());
        waited(ready).await;
        Some(mailpit)
    }

    pub(crate) fn settings(&self) -> EmailSettings {
        settings_at(self.smtp)
    }

    /// The mail that a search of Mailpit's finds, once it has come.
    pub(crate) async fn mail(&self, search: &str) -> Value {
        let id = waited(async || {
            let found = self.found(search).await?;
            Some(found.first()?["ID"].as_str()?.to_owned())
        })
        .await;
        self.get(&format!("message/{id}")).await
    }

    /// Something of a mail: `headers`, `raw`, `html-check`, `link-check`, or a part by its number.
    pub(crate) async fn of(&self, mail: &Value, what: &str) -> Value {
        let id = mail["ID"].as_str().unwrap();
        self.get(&format!("message/{id}/{what}")).await
    }

    /// How many mails a search finds.
    pub(crate) async fn count(&self, search: &str) -> usize {
        self.found(search).await.map_or(0, |found| found.len())
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("{}/{path}", self.api);
        self.http.get(&url).await.json(200)
    }

    async fn found(&self, search: &str) -> Option<Vec<Value>> {
        let mut url = reqwest::Url::parse(&format!("{}/search", self.api)).unwrap();
        url.query_pairs_mut().append_pair("query", search);
        let answer = self
            .http
            .try_send(Method::GET, url.as_str(), None, &[])
            .await;
        let answer = answer.ok().filter(|answer| answer.status == 200)?;
        Some(answer.body["messages"].as_array()?.clone())
    }
}

async fn waited<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    };
    let found = tokio::time::timeout(LIMIT, waiting).await;
    found.expect("Mailpit has it in time")
}

/// Where `scripts/install-mailpit.sh` puts it.
fn binary() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    cache.join("rendezvous/tools/mailpit-1.33.1/mailpit")
}
