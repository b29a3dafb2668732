//! Batches as HTTP posts, with a secret that both sides know.

use std::borrow::Cow;
use std::time::Duration;

use wire::{Event, EventBatch, EventType};

use crate::{EventTransport, EventsSecret, TransportError};

/// Longest wait for an answer. A receiver that is slow, and not down, must be able to finish a batch.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a service takes events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The service's name; its cursor is kept under it.
    pub service: &'static str,
    /// Its public address, as `http://127.0.0.1:8080`.
    pub base_url: String,
    /// The types of events that it is told; `None` for all.
    pub only: Option<&'static [EventType]>,
}

impl Destination {
    /// What of a batch it is told; `None` where nothing of it concerns it.
    fn selected<'a>(&self, batch: &'a EventBatch) -> Option<Cow<'a, EventBatch>> {
        let Some(only) = self.only else {
            return Some(Cow::Borrowed(batch));
        };
        let is_told = |event: &&Event| only.iter().any(|kind| kind.name() == event.kind);
        let events: Vec<_> = batch.events.iter().filter(is_told).cloned().collect();
        // An empty batch says up to when there is nothing, and shows that the other end answers.
        let concerns = batch.events.is_empty() || !events.is_empty();
        concerns.then(|| {
            Cow::Owned(EventBatch {
                events,
                ..batch.clone()
            })
        })
    }
}

/// Posts batches to `/v1/events` of each destination.
#[derive(Debug)]
pub struct HttpTransport {
    secret: EventsSecret,
    client: reqwest::Client,
    destinations: Vec<Destination>,
}

impl HttpTransport {
    /// Shows `secret` to each of `destinations`.
    #[must_use]
    pub fn new(
        secret: EventsSecret,
        client: reqwest::Client,
        destinations: Vec<Destination>,
    ) -> Self {
        Self {
            secret,
            client,
            destinations,
        }
    }
}

impl EventTransport for HttpTransport {
    fn destinations(&self) -> Vec<&'static str> {
        self.destinations.iter().map(|to| to.service).collect()
    }

    async fn deliver(
        &self,
        destination: &'static str,
        batch: &EventBatch,
    ) -> Result<(), TransportError> {
        let known = self
            .destinations
            .iter()
            .find(|to| to.service == destination);
        let known = known.ok_or(TransportError::NoDestination)?;
        let Some(batch) = known.selected(batch) else {
            return Ok(());
        };
        let base_url = &known.base_url;
        let response = self
            .client
            .post(format!("{}/v1/events", base_url.trim_end_matches('/')))
            .timeout(ANSWER_TIMEOUT)
            .header(reqwest::header::AUTHORIZATION, self.secret.bearer())
            .json(batch.as_ref())
            .send()
            .await
            .map_err(|error| TransportError::NoAnswer(error.without_url().into()))?;
        match response.status().as_u16() {
            200 => Ok(()),
            status => Err(TransportError::Refused(status)),
        }
    }
}
