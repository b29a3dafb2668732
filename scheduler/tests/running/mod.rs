//! A running scheduler on a port of its own, with a data directory that goes with it.

#![expect(dead_code, reason = "each story uses its own part of this")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

pub(crate) mod browser;
pub(crate) mod mail_server;
pub(crate) mod mailpit;
pub(crate) mod push_service;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scheduler::api_keys::{self, Scope};
use scheduler::{Config, StoreLocation};
use serde_json::{Value, json};
use service::{Shutdown, StartError};
use testkit::{Http, HttpResponse, SOON, now};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use wire::{SessionFact, UnixMs};

/// A scheduler, and an application with a key.
pub(crate) struct Running {
    pub(crate) url: String,
    /// The application's client.
    pub(crate) app: Http,
    pub(crate) data: tempfile::TempDir,
    pub(crate) store: StoreLocation,
    shutdown: Shutdown,
    serving: JoinHandle<Result<(), StartError>>,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    pub(crate) async fn start_in(data: tempfile::TempDir) -> Self {
        Self::start_with(data, |_| ()).await
    }

    /// With settings that differ from the default ones.
    pub(crate) async fn start_with(
        data: tempfile::TempDir,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        // Makes the provider of TLS known before the scheduler's own client needs it.
        drop(Http::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut config = Config::new(
            &url,
            "http://127.0.0.1:9",
            "http://127.0.0.1:9",
            data.path(),
        );
        change(&mut config);
        let store = config.store.clone();
        let shutdown = Shutdown::new();
        let serving = tokio::spawn(scheduler::run(listener, config, shutdown.clone()));
        let running = Self {
            app: Http::bearer(&key(&store, "shop").await),
            url,
            data,
            store,
            shutdown,
            serving,
        };
        running.until_ready().await;
        running
    }

    /// Stops it, and gives its data directory back.
    pub(crate) async fn stop(self) -> tempfile::TempDir {
        self.shutdown.start();
        tokio::time::timeout(SOON, self.serving)
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        self.data
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(crate) async fn key(&self, name: &str) -> Http {
        Http::bearer(&key(&self.store, name).await)
    }

    /// A client with a new operator's key.
    pub(crate) async fn operator_key(&self, name: &str) -> Http {
        let key = api_keys::create(&self.store, name, Scope::Operator, "test").await;
        Http::bearer(&key.unwrap())
    }

    /// A client with an operator's ticket.
    pub(crate) async fn operator(&self) -> Http {
        let key = self.operator_key("operator").await;
        let url = self.at("/v1/operator/ticket");
        let answer: Value = key.post(&url, json!({})).await.json(200);
        Http::bearer(answer["ticket"].as_str().unwrap())
    }

    pub(crate) async fn book(&self, offer: Value) -> Value {
        let answer = self.app.post(&self.at("/v1/sessions"), offer).await;
        answer.json(201)
    }

    pub(crate) async fn session(&self, id: &Value) -> Value {
        let path = format!("/v1/sessions/{}", id.as_str().unwrap());
        self.app.get(&self.at(&path)).await.json(200)
    }

    /// Opens the join link of the `at`th of the two.
    pub(crate) async fn join(&self, session: &Value, at: usize) -> HttpResponse {
        let token = token(session, at);
        let body = json!({ "token": token });
        Http::new().post(&self.at("/v1/join"), body).await
    }

    /// The client of the `at`th of the two.
    pub(crate) async fn person(&self, session: &Value, at: usize) -> Http {
        let joined: Value = self.join(session, at).await.json(200);
        Http::bearer(joined["access"].as_str().unwrap())
    }

    /// Reports facts as signaling does.
    pub(crate) async fn report(&self, events: Vec<Value>, watermark: UnixMs) {
        let secret = std::fs::read_to_string(self.data.path().join("keys/events.secret")).unwrap();
        let batch = json!({"source": "signaling", "events": events, "complete_to": watermark});
        let answer = Http::bearer(secret.trim())
            .post(&self.at("/v1/events"), batch)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    async fn until_ready(&self) {
        eventually(async || {
            let ready = Http::new()
                .try_send(reqwest::Method::GET, &self.at("/health/ready"), None, &[])
                .await;
            ready.is_ok_and(|answer| answer.status == 200)
        })
        .await;
    }
}

/// Waits until `holds`, at most [`SOON`].
pub(crate) async fn eventually(mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, waiting)
        .await
        .expect("it never came to hold");
}

/// What stands behind the `#` of the `at`th person's join link.
pub(crate) fn token(session: &Value, at: usize) -> String {
    let url = session["participants"][at]["join_url"].as_str().unwrap();
    url.split_once("/join#").unwrap().1.to_owned()
}

/// A booking of Ana and Bo that starts `in_ms` from now.
pub(crate) fn offer(in_ms: i64) -> Value {
    json!({
        "participants": [
            {"external_id": "ana", "name": "Ana"},
            {"external_id": "bo", "name": "Bo"},
        ],
        "starts_at": now() + in_ms,
    })
}

/// An event of signaling about a session.
pub(crate) fn fact(session: &Value, kind: &str, at: UnixMs, data: &SessionFact) -> Value {
    json!({
        "id": uuid::Uuid::now_v7().to_string(), "type": kind, "occurred_at": at,
        "source": "signaling", "subject": session["id"], "data": data,
    })
}

/// The claims of a ticket.
pub(crate) fn claims(ticket: &str) -> Value {
    part(ticket, 1)
}

/// The header of a ticket.
pub(crate) fn header(ticket: &str) -> Value {
    part(ticket, 0)
}

fn part(ticket: &str, at: usize) -> Value {
    let text = ticket.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

async fn key(store: &StoreLocation, name: &str) -> String {
    let key = api_keys::create(store, name, Scope::App, "test").await;
    key.unwrap()
}
