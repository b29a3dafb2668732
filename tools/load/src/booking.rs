//! Bookings and tickets over HTTP, as an application's back end makes them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wire::{SessionId, TicketResponse, UserId};

use crate::clock::now_us;
use crate::options::{Options, Scenario};
use crate::seat::{Seat, Table, Tongue};

/// Requests at once: enough to keep two cores busy, few enough not to be a flood.
const REQUESTS_AT_ONCE: usize = 16;
/// Longest wait for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// A start that is far away: nothing happens by itself meanwhile, in milliseconds.
const FAR_MS: i64 = 3_600_000;
/// Longest that a session can be booked for, in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Longest that media may take, in milliseconds: no session fails because the others are still coming.
const CONNECT_MS: i64 = 300_000;

/// An application's back end: the scheduler's address, and a key.
#[derive(Clone)]
pub struct Booker {
    client: reqwest::Client,
    url: String,
    key: Arc<str>,
}

impl std::fmt::Debug for Booker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Booker")
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
        /// Which step.
        what: &'static str,
        /// The HTTP status.
        status: u16,
        /// The problem's stable code, or what there is instead.
        code: String,
    },
    /// No answer, or none that can be read.
    #[error("the scheduler at {url} can't be asked to {what}: {cause}")]
    Unreachable {
        /// Its address.
        url: String,
        /// Which step.
        what: &'static str,
        /// The client's own words.
        cause: String,
    },
}

/// When sessions start, in Unix milliseconds, and how far apart.
#[derive(Debug, Clone, Copy)]
struct Starts {
    first: i64,
    spread_ms: i64,
    of: i64,
}

impl Starts {
    fn of(self, number: u32) -> i64 {
        self.first + self.spread_ms * i64::from(number) / self.of.max(1)
    }
}

impl Booker {
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

    /// Books a session for each pair, and gets both their tickets; `booked` hears of each.
    pub(crate) async fn tables(
        &self,
        options: &Options,
        booked: impl Fn() + Copy,
    ) -> Result<Vec<Table>, BookingError> {
        let starts = starts(options);
        let mut tables = stream::iter(0..options.pairs)
            .map(|number| self.table(options, starts, number))
            .buffered(REQUESTS_AT_ONCE);
        let mut all = Vec::new();
        while let Some(table) = tables.next().await {
            all.push(table?);
            booked();
        }
        Ok(all)
    }

    async fn table(
        &self,
        options: &Options,
        starts: Starts,
        number: u32,
    ) -> Result<Table, BookingError> {
        let starts_at = starts.of(number);
        let body = booking(options, starts_at, number);
        let session: Booked = self.post("book", "/v1/sessions", body).await?;
        let [one, other] = session.participants.map(|person| person.user_id);
        let first = self.seat(&session.id, &one, &other).await?;
        let second = self.seat(&session.id, &other, &one).await?;
        Ok(Table {
            tongue: Tongue::Rendezvous,
            seats: [first, second],
            starts_at: Some(starts_at),
        })
    }

    async fn seat(
        &self,
        session: &SessionId,
        me: &UserId,
        other: &UserId,
    ) -> Result<Seat, BookingError> {
        let path = format!("/v1/sessions/{session}/ticket");
        let granted: TicketResponse = self
            .post("grant a ticket", &path, json!({ "user_id": me }))
            .await?;
        Ok(Seat {
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
        let unreachable = |error: reqwest::Error| BookingError::Unreachable {
            url: self.url.clone(),
            what,
            cause: root(&error),
        };
        let answer = self
            .client
            .post(format!("{}{path}", self.url))
            .bearer_auth(&self.key)
            .json(&body)
            .send()
            .await
            .map_err(unreachable)?;
        let status = answer.status();
        if status == StatusCode::UNAUTHORIZED {
            return Err(BookingError::WrongKey(self.url.clone()));
        }
        if !status.is_success() {
            let problem: Problem = answer.json().await.unwrap_or_default();
            return Err(BookingError::Refused {
                what,
                status: status.as_u16(),
                code: problem.code,
            });
        }
        answer.json().await.map_err(unreachable)
    }
}

/// What matters of a session's view; a newer server may tell more.
#[derive(Debug, Deserialize)]
struct Booked {
    id: SessionId,
    participants: [Person; 2],
}

#[derive(Debug, Deserialize)]
struct Person {
    user_id: UserId,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    code: String,
}

fn starts(options: &Options) -> Starts {
    let now = now_us() / 1_000;
    let lead_ms = match options.scenario {
        Scenario::Deadlines => millis(options.lead()),
        // They stay in the lobby, so that they can come again.
        Scenario::Joins | Scenario::Idle | Scenario::Sessions => FAR_MS,
        Scenario::Exchange | Scenario::Rate => 0,
    };
    Starts {
        first: now + lead_ms,
        spread_ms: millis(options.spread),
        of: i64::from(options.pairs),
    }
}

fn booking(options: &Options, starts_at: i64, number: u32) -> Value {
    let person = |side: &str| {
        json!({
            "external_id": format!("load-{number}-{side}"),
            "name": format!("Load {number} {side}"),
        })
    };
    let duration_ms = match options.goes_live() {
        true => millis(options.live),
        false => DAY_MS,
    };
    json!({
        "participants": [person("a"), person("b")],
        "starts_at": starts_at,
        "duration_ms": duration_ms,
        "countdown_ms": millis(options.countdown),
        "lobby_ms": 2 * FAR_MS,
        "closes_after_ms": FAR_MS,
        "connect_ms": CONNECT_MS,
        "remind_before_ms": [],
        "metadata": {"load": options.scenario.name()},
    })
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(DAY_MS)
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
    fn lod_7_starts_are_spread_evenly_or_fall_on_one_instant() {
        let starts = Starts {
            first: 1_000,
            spread_ms: 60_000,
            of: 4,
        };
        let all: Vec<_> = (0..4).map(|number| starts.of(number)).collect();
        assert_eq!(all, [1_000, 16_000, 31_000, 46_000]);
        let at_once = Starts {
            spread_ms: 0,
            ..starts
        };
        assert_eq!(at_once.of(3), 1_000);
    }

    #[test]
    fn lod_8_a_key_is_never_shown_and_never_empty() {
        assert!(Booker::new("http://127.0.0.1:1", " \n").is_err());
        assert!(Booker::new("ws://127.0.0.1:1", "rk_x").is_err());
        assert!(Booker::new("127.0.0.1:1", "rk_x").is_err());
    }
}
