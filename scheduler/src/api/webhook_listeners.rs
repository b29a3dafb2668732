//! `/v1/webhook-listeners`: an application's events for a developer's machine, which has no public address. A listener is
//! an endpoint whose deliveries wait in the store until they are fetched and answered for.

use std::collections::{HashSet, VecDeque};
use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt as _, stream};
use scheduler_core::{MAX_LISTENERS, WebhookEndpoint, WebhookTarget, check_listener};
use service::clock;
use service::http::{HttpError, Json};
use wire::{ListenedDelivery, ListenerAnswer, ListenerView, Page, StartListener, UnixMs};

use crate::access::Application;
use crate::commands;
use crate::state::AppState;
use crate::store::StoreError;
use crate::webhooks::ListenerTurn;

/// How often a comment shows that the stream lives.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Longest time between two looks for what waits: what a lost wake-up, or an event of another process, costs.
const POLL: Duration = Duration::from_secs(1);
/// How often a listener is kept for an hour more, in milliseconds: a third of the time after which it would give way.
const KEEP_MS: i64 = 20_000;
/// Longest life of a stream: the next one shows its key again, which may be void by then.
const MAX_LIFE: Duration = Duration::from_secs(600);
/// Deliveries that are out at once: the next come as these are answered for.
const MAX_OUT: u32 = 100;

/// `POST /v1/webhook-listeners`: 201 with the secret that signs what it hears.
pub(crate) async fn start(
    State(app): State<AppState>,
    Application(application): Application,
    Json(asked): Json<StartListener>,
) -> Result<(StatusCode, Json<ListenerView>), HttpError> {
    let checked = check_listener(asked).map_err(HttpError::invalid)?;
    let now = clock::wall();
    let listener = checked.of(&application, commands::new_id(), now);
    if !commands::add_webhook(&*app.store, &listener, now).await? {
        let most = format!(
            "An application has {MAX_LISTENERS} listeners, and somebody listens to each: GET /v1/webhook-listeners lists them, DELETE stops one."
        );
        return Err(HttpError::conflict(most));
    }
    let mut made = view(&app, &listener).ok_or_else(no_such_listener)?;
    made.secret = Some(app.webhooks.secrets.text(&listener));
    Ok((StatusCode::CREATED, Json(made)))
}

/// `GET /v1/webhook-listeners`: all that the application has, the oldest first.
pub(crate) async fn list(
    State(app): State<AppState>,
    Application(application): Application,
) -> Result<Json<Page<ListenerView>>, HttpError> {
    let now = clock::wall();
    let found = app.store.webhooks().listeners(application).await?;
    let there = found.iter().filter(|one| one.is_there(now));
    Ok(Json(Page {
        items: there.filter_map(|one| view(&app, one)).collect(),
        next_cursor: None,
    }))
}

/// `DELETE /v1/webhook-listeners/{id}`: 204, and it hears nothing more.
pub(crate) async fn stop(
    State(app): State<AppState>,
    Application(application): Application,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpError> {
    let of = (application.as_str(), id.as_str());
    match commands::delete_webhook(&*app.store, of, true).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_such_listener()),
    }
}

/// `POST /v1/webhook-listeners/{id}/deliveries/{delivery_id}`: 204; what became of a delivery. It is not sent again.
pub(crate) async fn answer(
    State(app): State<AppState>,
    Application(application): Application,
    Path((id, delivery_id)): Path<(String, String)>,
    Json(answer): Json<ListenerAnswer>,
) -> Result<StatusCode, HttpError> {
    let listener = own_listener(&app, &application, id).await?;
    let is_taken = matches!(answer.status, Some(200..=299));
    let status = answer.status.map(|status| format!("http_{status}"));
    let answer = status.as_deref().unwrap_or("no_answer");
    let of = (listener.id.as_str(), delivery_id.as_str());
    let settled = commands::settle_listened(&*app.store, of, (is_taken, answer), clock::now());
    match settled.await? {
        true => {
            app.webhooks.listeners.wake();
            Ok(StatusCode::NO_CONTENT)
        }
        false => Err(HttpError::not_found("No such delivery waits for it.")),
    }
}

/// `GET /v1/webhook-listeners/{id}/stream`: what waits, the oldest first, and then what comes. What nobody has answered for
/// is sent again by the next stream.
pub(crate) async fn stream(
    State(app): State<AppState>,
    Application(application): Application,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, HttpError> {
    let listener = own_listener(&app, &application, id).await?;
    let turn = app.webhooks.listeners.take(&listener.id)?;
    let stop = app.shutdown.clone();
    let deliveries = ListenerStream {
        app,
        listener,
        turn,
        out: HashSet::new(),
        next: VecDeque::new(),
        kept_at: UnixMs(0),
        opened: Instant::now(),
    };
    let hello = stream::iter([Ok(Event::default().comment("listening"))]);
    let deliveries = stream::unfold(deliveries, |mut deliveries| async move {
        let delivery = deliveries.next().await?;
        Some((Ok(event(&delivery)), deliveries))
    });
    let events = hello
        .chain(deliveries)
        .take_until(async move { stop.started().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// One open stream.
struct ListenerStream {
    app: AppState,
    listener: WebhookEndpoint,
    turn: ListenerTurn,
    /// Deliveries that this stream has sent and nobody has answered for, by id and term.
    out: HashSet<(String, u64)>,
    next: VecDeque<ListenedDelivery>,
    kept_at: UnixMs,
    opened: Instant,
}

impl ListenerStream {
    /// The next delivery; `None` where the stream is over.
    async fn next(&mut self) -> Option<ListenedDelivery> {
        loop {
            if let Some(delivery) = self.next.pop_front() {
                return Some(delivery);
            }
            if !self.turn.is_held() || self.opened.elapsed() >= MAX_LIFE {
                return None;
            }
            match self.look().await {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    tracing::debug!(%error, "what waits for a listener could not be read");
                    return None;
                }
            }
            if self.next.is_empty() {
                let woken = self.app.webhooks.listeners.woken();
                // A timeout is as good as a wake-up.
                drop(tokio::time::timeout(POLL, woken).await);
            }
        }
    }

    /// Reads what waits and is not out; false where the listener is no more.
    async fn look(&mut self) -> Result<bool, StoreError> {
        let now = clock::wall();
        let store = &*self.app.store;
        if now.since(self.kept_at) >= KEEP_MS {
            let of = (self.listener.application.as_str(), self.turn.listener());
            if !commands::keep_listener(store, of, now).await? {
                return Ok(false);
            }
            self.kept_at = now;
        }
        let id = self.listener.id.clone();
        let waiting = store.webhook_deliveries().waiting(id, MAX_OUT).await?;
        let of = |delivery: &scheduler_core::Delivery| (delivery.id.clone(), delivery.term);
        let still_out: HashSet<_> = waiting.iter().map(of).collect();
        self.out.retain(|sent| still_out.contains(sent));
        for delivery in waiting {
            if self.out.insert(of(&delivery)) {
                // The receiver compares it with its own clock, which no test moves.
                let signed_at = clock::wall();
                let listened = self
                    .app
                    .webhooks
                    .listened(&self.listener, &delivery, signed_at);
                self.next.extend(listened);
            }
        }
        Ok(true)
    }
}

async fn own_listener(
    app: &AppState,
    application: &str,
    id: String,
) -> Result<WebhookEndpoint, HttpError> {
    let now = clock::wall();
    let found = app.store.webhooks().find(id).await?;
    let is_own = |one: &WebhookEndpoint| {
        let is_listener = matches!(one.target, WebhookTarget::Listener { .. });
        is_listener && one.application == application && one.is_there(now)
    };
    found.filter(is_own).ok_or_else(no_such_listener)
}

/// A listener as its application sees it, without its secret; `None` of what has an address.
fn view(app: &AppState, listener: &WebhookEndpoint) -> Option<ListenerView> {
    let WebhookTarget::Listener { expires_at } = listener.target else {
        return None;
    };
    Some(ListenerView {
        id: listener.id.clone(),
        events: listener.events.clone(),
        listening: app.webhooks.listeners.is_open(&listener.id),
        created_at: listener.created_at,
        expires_at,
        secret: None,
    })
}

fn no_such_listener() -> HttpError {
    HttpError::not_found(
        "There is no such listener: it was stopped, or nobody listened for an hour.",
    )
}

fn event(delivery: &ListenedDelivery) -> Event {
    let data = serde_json::to_string(delivery).expect("a delivery has only plain fields");
    Event::default()
        .event("delivery")
        .id(&delivery.delivery_id)
        .data(data)
}
