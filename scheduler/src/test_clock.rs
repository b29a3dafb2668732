//! `POST /v1/test-clock`, which is there under `up --test-clock` alone: time for the scheduler, signaling and chat goes
//! forward at once. What becomes due by it is their own business.

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use bus::{ClockLeader, EventsSecret};
use chrono::DateTime;
use service::clock;
use service::http::{HttpError, Json};
use service::test_clock::{MAX_AHEAD_MS, TestClock};
use tokio::sync::Mutex;
use wire::{AdvanceClock, ClockOffset, ClockReading};

use crate::access::ClockSetter;
use crate::config::Config;
use crate::state::AppState;

/// Furthest single move, in milliseconds: 400 days, past everything that is kept for a year.
const MAX_ADVANCE_MS: i64 = 400 * 86_400_000;

/// The clock of this process, and those that follow it.
struct SharedClock {
    own: TestClock,
    leader: ClockLeader,
    /// Moves are one after another, so that each is as far as it says.
    moving: Mutex<()>,
}

/// The route, where there is a clock to move; else none.
pub(crate) fn routes(app: AppState, config: &Config, secret: EventsSecret) -> Router {
    let Some(own) = config.test_clock.clone() else {
        return Router::new();
    };
    let followers = vec![
        ("signaling", config.signaling_events_url.clone()),
        ("chat", config.chat_events_url.clone()),
    ];
    let clock = Arc::new(SharedClock {
        own,
        leader: ClockLeader::new(secret, service::http::client(), followers),
        moving: Mutex::new(()),
    });
    Router::new()
        .route("/v1/test-clock", post(advance))
        .layer(Extension(clock))
        .with_state(app)
}

/// Has answers say the time by the clock of tests: pages that have no socket yet read it from their `Date`.
pub(crate) fn dated(router: Router, config: &Config) -> Router {
    match config.test_clock {
        Some(_) => router.layer(map_response(date)),
        None => router,
    }
}

async fn advance(
    _: ClockSetter,
    Extension(clock): Extension<Arc<SharedClock>>,
    Json(AdvanceClock { advance_ms }): Json<AdvanceClock>,
) -> Result<Json<ClockReading>, HttpError> {
    let _turn = clock.moving.lock().await;
    let now = clock.advance(advance_ms).await?;
    Ok(Json(now))
}

impl SharedClock {
    /// The others first: a ticket from a scheduler that is ahead of them would not be good yet.
    async fn advance(&self, advance_ms: i64) -> Result<ClockReading, HttpError> {
        let offset_ms = self.target_ms(advance_ms)?;
        // Before anybody moves: one that starts again meanwhile begins there.
        let stored = self.own.store(offset_ms);
        stored.map_err(|error| HttpError::internal(&error))?;
        let told = self.leader.tell(ClockOffset { offset_ms }).await;
        told.map_err(|behind| {
            let behind = behind.join(" and ");
            HttpError::unavailable(format!(
                "{behind} did not move; the same request again finishes this move."
            ))
        })?;
        let now = self.own.move_to(offset_ms);
        tracing::info!(advance_ms, offset_ms, "the test clock was moved");
        Ok(ClockReading { now })
    }

    /// How far ahead all are to be after a move by `advance_ms`, and never less than an earlier one that failed half-way.
    fn target_ms(&self, advance_ms: i64) -> Result<i64, HttpError> {
        let ahead_ms = self.own.ahead_ms();
        let most_ms = MAX_ADVANCE_MS.min(MAX_AHEAD_MS - ahead_ms);
        if !(1..=most_ms).contains(&advance_ms) {
            let message = format!(
                "`advance_ms` must be 1 to {most_ms}: the clock is {ahead_ms} ms ahead, and goes {MAX_AHEAD_MS} ms ahead at most."
            );
            return Err(HttpError::field("advance_ms", "out_of_range", message));
        }
        let unfinished = self.own.stored_ms();
        let unfinished_ms = unfinished.map_err(|error| HttpError::internal(&error))?;
        Ok(unfinished_ms.max(ahead_ms + advance_ms))
    }
}

async fn date(mut response: Response) -> Response {
    let shown = DateTime::from_timestamp_millis(clock::now().0)
        .map(|now| now.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
        .and_then(|date| HeaderValue::from_str(&date).ok());
    if let Some(date) = shown {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}
