//! A receiver of webhooks on this machine: it keeps what comes, and answers as it is told to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use wire::UnixMs;

use crate::{now, until};

/// Longer than any receiver is waited for.
const HANG: Duration = Duration::from_secs(60);
/// How long what should come may take on two busy cores.
const COMES_WITHIN: Duration = Duration::from_secs(20);

/// A receiver; dropping it ends it.
#[derive(Debug)]
pub struct TestReceiver {
    url: String,
    state: Arc<Mutex<ReceiverState>>,
    serving: JoinHandle<()>,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiverAnswer {
    /// With that status.
    Status(u16),
    /// With 429, and to come again in so many seconds.
    RetryAfter(u32),
    /// With 302, to there.
    Redirect(String),
    /// With 200, after so long.
    After(Duration),
    /// Nothing for a minute.
    Hang,
    /// With 200, and a body that never ends.
    Endless,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct ReceivedWebhook {
    /// When it came.
    pub at: UnixMs,
    /// By their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// As it came.
    pub body: String,
}

#[derive(Debug)]
struct ReceiverState {
    answer: ReceiverAnswer,
    received: Vec<ReceivedWebhook>,
}

impl TestReceiver {
    /// One on a port of its own, which answers 204.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start() -> Self {
        Self::at("127.0.0.1:0").await
    }

    /// One at that address.
    ///
    /// # Panics
    /// When it is taken.
    pub async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(ReceiverState {
            answer: ReceiverAnswer::Status(204),
            received: Vec::new(),
        }));
        let routes = Router::new()
            .fallback(receive)
            .with_state(Arc::clone(&state));
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self {
            url,
            state,
            serving,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it answers from now on.
    ///
    /// # Panics
    /// Never.
    pub fn answers(&self, answer: ReceiverAnswer) {
        self.state.lock().unwrap().answer = answer;
    }

    /// Everything that has come, the oldest first.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn received(&self) -> Vec<ReceivedWebhook> {
        self.state.lock().unwrap().received.clone()
    }

    /// Waits until so many have come.
    ///
    /// # Panics
    /// When they don't.
    pub async fn until(&self, count: usize) -> Vec<ReceivedWebhook> {
        let come = async || Some(self.received()).filter(|all| all.len() >= count);
        until("webhooks come", COMES_WITHIN, come).await
    }
}

impl Drop for TestReceiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl ReceivedWebhook {
    /// A header, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The body, parsed.
    ///
    /// # Panics
    /// When it is no JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The type of its event.
    #[must_use]
    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }
}

async fn receive(
    State(state): State<Arc<Mutex<ReceiverState>>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let headers = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let received = ReceivedWebhook {
        at: now(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let answer = {
        let mut state = state.lock().unwrap();
        state.received.push(received);
        state.answer.clone()
    };
    respond(answer).await
}

async fn respond(answer: ReceiverAnswer) -> Response {
    match answer {
        ReceiverAnswer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        ReceiverAnswer::RetryAfter(seconds) => {
            let after = [(header::RETRY_AFTER, seconds.to_string())];
            (StatusCode::TOO_MANY_REQUESTS, after).into_response()
        }
        ReceiverAnswer::Redirect(to) => {
            (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
        }
        ReceiverAnswer::After(span) => {
            tokio::time::sleep(span).await;
            StatusCode::OK.into_response()
        }
        ReceiverAnswer::Hang => {
            tokio::time::sleep(HANG).await;
            StatusCode::NO_CONTENT.into_response()
        }
        ReceiverAnswer::Endless => {
            let chunk = Bytes::from_static(&[b'a'; 16 * 1024]);
            let chunks = futures_util::stream::repeat_with(move || {
                Ok::<_, std::convert::Infallible>(chunk.clone())
            });
            Body::from_stream(chunks).into_response()
        }
    }
}
