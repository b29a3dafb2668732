//! Where webhooks arrive: each is answered 200 at once, and its time written down.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::clock::now_us;
use crate::lifecycle::serve_beside;

/// Webhooks of one session that are written down: two reminders, each told again a few times at most.
const PER_SESSION: usize = 8;

/// A server of webhooks, until it is dropped.
pub(super) struct WebhookSink {
    /// The id under which the scheduler knows it.
    pub(super) endpoint: String,
    address: SocketAddr,
    arrived: Arc<Mutex<Arrived>>,
    _serving: JoinHandle<()>,
    _stop: DropGuard,
}

/// The webhooks that came, and when.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrived {
    /// When the first one of each session came, in Unix microseconds.
    pub(super) first_of: HashMap<String, i64>,
    /// How many came, without those that came again.
    pub(super) count: u64,
    /// How many came again under the id of an earlier one.
    pub(super) repeated: u64,
    ids: HashSet<String>,
    most: usize,
}

/// What matters of a webhook (Standard Webhooks).
#[derive(Debug, Deserialize)]
struct Webhook {
    data: WebhookData,
}

#[derive(Debug, Deserialize)]
struct WebhookData {
    subject: String,
}

impl WebhookSink {
    /// One at `listen`, for webhooks of so many sessions.
    pub(super) async fn bind(
        listen: SocketAddr,
        sessions: u32,
        stop: CancellationToken,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let arrived = Arc::new(Mutex::new(Arrived {
            most: usize::try_from(sessions)
                .unwrap_or(usize::MAX)
                .saturating_mul(PER_SESSION),
            ..Arrived::default()
        }));
        let routes = Router::new()
            .route("/", post(take))
            .with_state(Arc::clone(&arrived));
        let guard = stop.clone().drop_guard();
        let serving = serve_beside(listener, routes, stop);
        Ok(Self {
            endpoint: String::new(),
            address,
            arrived,
            _serving: serving,
            _stop: guard,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Of how many sessions something came.
    pub(super) fn sessions(&self) -> usize {
        lock(&self.arrived).first_of.len()
    }

    pub(super) fn arrived(&self) -> Arrived {
        lock(&self.arrived).clone()
    }
}

async fn take(
    State(arrived): State<Arc<Mutex<Arrived>>>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let at_us = now_us();
    let id = headers.get("webhook-id").and_then(|id| id.to_str().ok());
    let read = serde_json::from_str::<Webhook>(&body);
    let (Some(id), Ok(webhook)) = (id, read) else {
        return StatusCode::BAD_REQUEST;
    };
    lock(&arrived).note(id, webhook.data.subject, at_us);
    StatusCode::OK
}

impl Arrived {
    fn note(&mut self, id: &str, subject: String, at_us: i64) {
        if self.ids.len() >= self.most {
            return;
        }
        if !self.ids.insert(id.to_owned()) {
            self.repeated += 1;
            return;
        }
        self.count += 1;
        self.first_of.entry(subject).or_insert(at_us);
    }
}

fn lock(arrived: &Mutex<Arrived>) -> MutexGuard<'_, Arrived> {
    // Each change is one step: nothing can be half done.
    arrived.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lod_17_a_webhook_counts_once_by_its_id_and_its_session_by_the_first() {
        let listen = "127.0.0.1:0".parse().unwrap();
        let sink = WebhookSink::bind(listen, 2, CancellationToken::new())
            .await
            .unwrap();
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let send = async |id: &str, body: &str| {
            let url = format!("http://{}/", sink.address());
            let sent = client
                .post(url)
                .header("webhook-id", id)
                .body(body.to_owned())
                .send();
            sent.await.unwrap().status().as_u16()
        };
        let body = r#"{"type": "session.reminded", "timestamp": "t", "data": {"subject": "s1"}}"#;
        assert_eq!(send("e1", body).await, 200);
        let first = sink.arrived().first_of["s1"];
        for id in ["e1", "e2"] {
            assert_eq!(send(id, body).await, 200);
        }
        assert_eq!(send("e3", "{}").await, 400);
        let arrived = sink.arrived();
        assert_eq!(
            (arrived.count, arrived.repeated, sink.sessions()),
            (2, 1, 1)
        );
        assert_eq!(arrived.first_of["s1"], first);
    }
}
