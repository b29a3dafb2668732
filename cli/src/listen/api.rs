//! The scheduler's routes of listeners, as an application asks them.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use wire::{ListenerAnswer, ListenerView, Problem, StartListener};

use super::deliveries::Deliveries;
use super::error::{ApiError, unreachable};
use crate::failure::Failure;

/// How long an answer may take; a stream begins within this time, and goes on.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Asks as an application.
pub(crate) struct ListenerApi {
    client: reqwest::Client,
    base: Url,
    key: String,
}

impl ListenerApi {
    /// At the scheduler's address, with an application's key.
    ///
    /// # Errors
    /// When that is no address.
    pub(crate) fn new(url: &str, key: &str) -> Result<Self, Failure> {
        let base = Url::parse(url)
            .ok()
            .filter(|url| !url.cannot_be_a_base())
            .ok_or_else(|| Failure::config(format!("--url {url}: no http address")))?;
        let client = reqwest::Client::builder()
            .connect_timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Failure::crash(format!("no HTTP client: {error}")))?;
        Ok(Self {
            client,
            base,
            key: key.trim().to_owned(),
        })
    }

    /// Makes a listener.
    pub(crate) async fn start(&self, asked: &StartListener) -> Result<ListenerView, ApiError> {
        let answer = self.send(Method::POST, &[], Some(asked)).await?;
        let listener = answer.json().await;
        listener.map_err(|error| unreachable(&self.at(), &error))
    }

    /// Has it hear nothing more.
    pub(crate) async fn stop(&self, listener: &str) -> Result<(), ApiError> {
        self.send(Method::DELETE, &[listener], None::<&()>).await?;
        Ok(())
    }

    /// Opens the stream of its deliveries.
    pub(crate) async fn deliveries(&self, listener: &str) -> Result<Deliveries, ApiError> {
        let path = [listener, "stream"];
        let answer = self.send(Method::GET, &path, None::<&()>).await?;
        Ok(Deliveries::of(answer, self.at()))
    }

    /// Says what became of one. That it waits no more is no error: another stream has answered for it.
    pub(crate) async fn answer(
        &self,
        listener: &str,
        delivery: &str,
        status: Option<u16>,
    ) -> Result<(), ApiError> {
        let path = [listener, "deliveries", delivery];
        let body = ListenerAnswer { status };
        let request = self.request(Method::POST, &path, Some(&body));
        let answer = self.answered(request).await?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(()),
            _ => checked(answer).await.map(drop),
        }
    }

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&impl Serialize>,
    ) -> Result<Response, ApiError> {
        let request = self.request(method, path, body);
        checked(self.answered(request).await?).await
    }

    fn request(
        &self,
        method: Method,
        path: &[&str],
        body: Option<&impl Serialize>,
    ) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            let route = ["v1", "webhook-listeners"];
            segments.pop_if_empty().extend(route).extend(path);
        }
        let request = self.client.request(method, url).bearer_auth(&self.key);
        match body {
            Some(body) => request.json(body),
            None => request.header(CONTENT_TYPE, "application/json"),
        }
    }

    async fn answered(&self, request: RequestBuilder) -> Result<Response, ApiError> {
        let answer = tokio::time::timeout(ANSWER_WITHIN, request.send()).await;
        let late =
            || ApiError::Unreachable(format!("the scheduler at {} does not answer", self.at()));
        answer
            .map_err(|_| late())?
            .map_err(|error| unreachable(&self.at(), &error))
    }

    /// Where it asks, for messages: scheme, host and port.
    fn at(&self) -> String {
        self.base.origin().ascii_serialization()
    }
}

/// The answer, unless it is a refusal.
async fn checked(answer: Response) -> Result<Response, ApiError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let problem = answer.json::<Problem>().await;
    let why = problem.map_or_else(
        |_| format!("the scheduler answers {status}"),
        |problem| problem.detail,
    );
    let is_passing = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
    Err(match is_passing {
        true => ApiError::Unreachable(why),
        false => ApiError::Refused(why),
    })
}
