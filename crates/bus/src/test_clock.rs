//! The clock of tests, from the scheduler to the services that follow it: signed posts to `/v1/test-clock`, which
//! exists under `up --test-clock` alone. It is no event: nothing is stored and nobody is told again.

use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::post;
use service::http::{HttpError, Json};
use service::test_clock::{MAX_AHEAD_MS, TestClock};
use wire::{ClockOffset, ClockReading};

use crate::EventsSecret;
use crate::receive::SecretShown;

/// Longest wait for a service to move: it sets a number.
const MOVE_TIMEOUT: Duration = Duration::from_secs(2);

/// Tells other services where the clock of tests is.
#[derive(Debug)]
pub struct ClockLeader {
    secret: EventsSecret,
    client: reqwest::Client,
    followers: Vec<(&'static str, String)>,
}

impl ClockLeader {
    /// Shows `secret` to each of `followers`: its name, and its address, as `http://127.0.0.1:8081`.
    #[must_use]
    pub fn new(
        secret: EventsSecret,
        client: reqwest::Client,
        followers: Vec<(&'static str, String)>,
    ) -> Self {
        Self {
            secret,
            client,
            followers,
        }
    }

    /// Has each of the others move, and returns once all have.
    ///
    /// # Errors
    /// The names of those that have not, or not said so in time. Telling them again moves nobody twice.
    pub async fn tell(&self, offset: ClockOffset) -> Result<(), Vec<&'static str>> {
        let mut behind = Vec::new();
        for (name, base_url) in &self.followers {
            if let Err(why) = self.tell_one(base_url, offset).await {
                tracing::warn!(service = name, why, "did not move its test clock");
                behind.push(*name);
            }
        }
        match behind.is_empty() {
            true => Ok(()),
            false => Err(behind),
        }
    }

    async fn tell_one(&self, base_url: &str, offset: ClockOffset) -> Result<(), String> {
        let answer = self
            .client
            .post(format!("{}/v1/test-clock", base_url.trim_end_matches('/')))
            .timeout(MOVE_TIMEOUT)
            .header(reqwest::header::AUTHORIZATION, self.secret.bearer())
            .json(&offset)
            .send()
            .await
            .map_err(|error| error.without_url().to_string())?;
        match answer.status().as_u16() {
            200 => Ok(()),
            status => Err(format!("answered with {status}")),
        }
    }
}

#[derive(Clone)]
struct Follower {
    secret: EventsSecret,
    clock: TestClock,
}

impl FromRef<Follower> for EventsSecret {
    fn from_ref(follower: &Follower) -> Self {
        follower.secret.clone()
    }
}

/// The route of a service that follows, to be merged into its router; without a clock there is none. 401 without the
/// secret, 422 for a place that no clock goes to, 200 once the clock is there.
pub fn follow_test_clock(secret: EventsSecret, clock: Option<TestClock>) -> Router {
    match clock {
        Some(clock) => Router::new()
            .route("/v1/test-clock", post(follow))
            .with_state(Follower { secret, clock }),
        None => Router::new(),
    }
}

async fn follow(
    _: SecretShown,
    State(follower): State<Follower>,
    Json(ClockOffset { offset_ms }): Json<ClockOffset>,
) -> Result<Json<ClockReading>, HttpError> {
    if !(0..=MAX_AHEAD_MS).contains(&offset_ms) {
        let message = format!("`offset_ms` must be 0 to {MAX_AHEAD_MS}.");
        return Err(HttpError::field("offset_ms", "out_of_range", message));
    }
    let now = follower.clock.move_to(offset_ms);
    tracing::info!(offset_ms, "the test clock was moved");
    Ok(Json(ClockReading { now }))
}
