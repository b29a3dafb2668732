//! Bookings and tickets over HTTP, as an application's back end makes them.

mod chat;
mod command;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wire::{SessionId, TicketResponse, UserId};

use self::command::{Starts, booking};
use crate::options::Options;
use crate::plan::{LoadPeer, PairPlan};
use crate::protocol::ServerProtocol;

/// Requests at once: enough to keep two cores busy, few enough not to be a flood.
const REQUESTS_AT_ONCE: usize = 16;
/// Longest wait for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// An application's back end: the scheduler's address, and a key.
#[derive(Clone)]
pub struct SchedulerClient {
    client: reqwest::Client,
    url: String,
    key: Arc<str>,
}

impl std::fmt::Debug for SchedulerClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SchedulerClient")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Why nothing could be booked.
#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    /// The key can't be sent, or the address is none.
    #[error("{0}")]
    Setting(String),
    /// The scheduler does not know the key.
    #[error("the scheduler at {0} refuses the key: make one with `rendezvous keys create`")]
    WrongKey(String),
    /// It refused for another reason.
    #[error("the scheduler refuses to {what}: {status} {code}")]
    Refused {
        /// Which step failed.
        what: &'static str,
        /// The HTTP status.
        status: u16,
        /// The problem's stable code, or what there is instead.
        code: String,
    },
    /// No answer, or none that can be read.
    #[error("the scheduler at {url} can't be asked to {what}: {cause}")]
    Unreachable {
        /// The scheduler's address.
        url: String,
        /// Which step failed.
        what: &'static str,
        /// The HTTP client's message.
        cause: String,
    },
}

impl SchedulerClient {
    /// A back end for the scheduler at `url`.
    ///
    /// # Errors
    /// When the address is none, or the key is empty.
    pub fn new(url: &str, key: &str) -> Result<Self, BookingError> {
        let key = key.trim();
        if key.is_empty() || key.contains(char::is_whitespace) {
            return Err(BookingError::Setting("the key is empty, or no key".into()));
        }
        let parsed = reqwest::Url::parse(url)
            .map_err(|error| BookingError::Setting(format!("{url:?} is no address: {error}")))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            let line =
                format!("{url:?} is no address of a scheduler: it begins with http:// or https://");
            return Err(BookingError::Setting(line));
        }
        let client = reqwest::Client::builder()
            .timeout(ANSWER_LIMIT)
            .pool_max_idle_per_host(REQUESTS_AT_ONCE)
            .no_proxy()
            .tcp_nodelay(true)
            .build()
            .map_err(|error| BookingError::Setting(error.to_string()))?;
        Ok(Self {
            client,
            url: url.trim_end_matches('/').to_owned(),
            key: key.into(),
        })
    }

    /// True where the server has this machine's clock.
    pub(crate) fn is_near(&self) -> bool {
        let host = reqwest::Url::parse(&self.url).ok();
        let host = host.as_ref().and_then(|url| url.host_str()).unwrap_or("");
        host == "localhost" || host.starts_with("127.") || host == "[::1]"
    }

    /// Books a session for each pair, and gets both their tickets; `booked` is called after each.
    pub(crate) async fn plans(
        &self,
        options: &Options,
        booked: impl Fn() + Copy,
    ) -> Result<Vec<PairPlan>, BookingError> {
        let starts = Starts::of_run(options);
        let mut plans = stream::iter(0..options.pairs)
            .map(|number| self.plan(options, starts, number))
            .buffered(REQUESTS_AT_ONCE);
        let mut all = Vec::new();
        while let Some(plan) = plans.next().await {
            all.push(plan?);
            booked();
        }
        Ok(all)
    }

    async fn plan(
        &self,
        options: &Options,
        starts: Starts,
        number: u32,
    ) -> Result<PairPlan, BookingError> {
        let starts_at = starts.at(number);
        let body = booking(options, starts_at, number);
        let session: CreatedSession = self.post("book", "/v1/sessions", body).await?;
        let [one, other] = session.participants.map(|person| person.user_id);
        let first = self.peer(&session.id, &one, &other).await?;
        let second = self.peer(&session.id, &other, &one).await?;
        Ok(PairPlan {
            protocol: ServerProtocol::Rendezvous,
            peers: [first, second],
            starts_at: Some(starts_at),
        })
    }

    async fn peer(
        &self,
        session: &SessionId,
        me: &UserId,
        other: &UserId,
    ) -> Result<LoadPeer, BookingError> {
        let path = format!("/v1/sessions/{session}/ticket");
        let granted: TicketResponse = self
            .post("grant a ticket", &path, json!({ "user_id": me }))
            .await?;
        Ok(LoadPeer {
            url: granted.url,
            ticket: Some(granted.ticket),
            me: me.as_str().to_owned(),
            other: other.as_str().to_owned(),
        })
    }

    async fn post<T: DeserializeOwned>(
        &self,
        what: &'static str,
        path: &str,
        body: Value,
    ) -> Result<T, BookingError> {
        self.ask(Method::POST, what, path, Some(body)).await
    }

    /// Asks for something, and reads the answer.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        what: &'static str,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, BookingError> {
        let answer = self.send(method, what, path, body).await?;
        answer
            .json()
            .await
            .map_err(|error| self.unreachable(what, &error))
    }

    /// Asks for something; the answer is a good one, and has not been read.
    pub(crate) async fn send(
        &self,
        method: Method,
        what: &'static str,
        path: &str,
        body: Option<Value>,
    ) -> Result<reqwest::Response, BookingError> {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let request = request.bearer_auth(&self.key);
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await;
        let answer = answer.map_err(|error| self.unreachable(what, &error))?;
        let status = answer.status();
        if status == StatusCode::UNAUTHORIZED {
            return Err(BookingError::WrongKey(self.url.clone()));
        }
        if !status.is_success() {
            let problem: ProblemCode = answer.json().await.unwrap_or_default();
            return Err(BookingError::Refused {
                what,
                status: status.as_u16(),
                code: problem.code,
            });
        }
        Ok(answer)
    }

    fn unreachable(&self, what: &'static str, error: &reqwest::Error) -> BookingError {
        BookingError::Unreachable {
            url: self.url.clone(),
            what,
            cause: root(error),
        }
    }
}

impl BookingError {
    /// In a word or two, for counting.
    pub(crate) fn code(&self) -> String {
        match self {
            Self::Setting(_) => "setting".to_owned(),
            Self::WrongKey(_) => "wrong_key".to_owned(),
            Self::Refused { status, code, .. } => format!("{status} {code}"),
            Self::Unreachable { .. } => "unreachable".to_owned(),
        }
    }
}

/// What matters of a session's view; a newer server may tell more.
#[derive(Debug, Deserialize)]
struct CreatedSession {
    id: SessionId,
    participants: [CreatedParticipant; 2],
}

#[derive(Debug, Deserialize)]
struct CreatedParticipant {
    user_id: UserId,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProblemCode {
    code: String,
}

/// The innermost cause: the outer ones only say that a request failed.
fn root(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_8_a_key_is_never_shown_and_never_empty() {
        assert!(SchedulerClient::new("http://127.0.0.1:1", " \n").is_err());
        assert!(SchedulerClient::new("ws://127.0.0.1:1", "rk_x").is_err());
        assert!(SchedulerClient::new("127.0.0.1:1", "rk_x").is_err());
    }
}
