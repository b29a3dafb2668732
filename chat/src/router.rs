//! Every route of the service, and who answers it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post, put};
use bus::EventsSecret;
use service::health::Readiness;
use service::http::HttpError;
use service::socket::Upgrade;
use service::test_clock::TestClock;
use wire::CHAT_SUBPROTOCOL;
use wire::stomp::STOMP_SUBPROTOCOL;

use crate::events::SchedulerEvents;
use crate::state::AppState;
use crate::store::Stores;
use crate::sync::sync;
use crate::{connection, describe, http, stomp};

/// | route | for |
/// |---|---|
/// | `GET /v1/chat`, `/v1/stomp` | clients |
/// | `GET /v1/rooms`, `GET /v1/rooms/{id}/members`, `GET`, `POST /v1/rooms/{id}/messages`, `DELETE /v1/rooms/{id}/messages/{seq}`, `PUT /v1/rooms/{id}/read`, `GET /v1/sync` | clients without a WebSocket |
/// | `DELETE /v1/people/{user_id}/connections` | operators, with their ticket |
/// | `POST /v1/posts`, `DELETE /v1/posts/{id}`, `GET /v1/feed`, `GET /v1/people/{user_id}/posts`, `GET /v1/following`, `PUT`, `DELETE /v1/following/{user_id}` | people who follow each other |
/// | `GET /v1/export` | a person who wants what is theirs |
/// | `POST /v1/events`; under a test clock `POST /v1/test-clock` | the scheduler |
/// | `GET /openapi.json`, `/asyncapi.json`, `/docs` | who writes a client |
/// | `GET /health/live`, `/health/ready` | operators |
pub(crate) fn router<S: Stores>(
    state: Arc<AppState<S>>,
    secret: EventsSecret,
    events: SchedulerEvents,
    readiness: Readiness,
    test_clock: Option<TestClock>,
) -> Router {
    let api = describe::api().following_test_clock(test_clock.is_some());
    let origins = state.connections.origins.clone();
    let messages = get(http::list_messages::<S>).merge(post(http::post_message::<S>));
    let following = put(http::follow::<S>).merge(delete(http::unfollow::<S>));
    let clients = Router::new()
        .route("/v1/chat", get(chat::<S>))
        .route("/v1/stomp", get(open_stomp::<S>))
        .route("/v1/rooms", get(http::list_rooms::<S>))
        .route("/v1/rooms/{id}/messages", messages)
        .route(
            "/v1/rooms/{id}/messages/{seq}",
            delete(http::delete_message::<S>),
        )
        .route("/v1/rooms/{id}/members", get(http::list_members::<S>))
        .route("/v1/rooms/{id}/read", put(http::put_read::<S>))
        .route(
            "/v1/people/{user_id}/connections",
            delete(http::end_connections::<S>),
        )
        .route("/v1/sync", get(sync::<S>))
        .route("/v1/export", get(http::export::<S>))
        .route("/v1/posts", post(http::write_post::<S>))
        .route("/v1/posts/{id}", delete(http::delete_post::<S>))
        .route("/v1/feed", get(http::read_feed::<S>))
        .route("/v1/people/{user_id}/posts", get(http::list_posts::<S>))
        .route("/v1/following", get(http::list_following::<S>))
        .route("/v1/following/{user_id}", following)
        .with_state(state);
    let router = clients
        .merge(bus::routes(secret.clone(), Arc::new(events)))
        .merge(bus::follow_test_clock(secret, test_clock))
        .merge(service::health::routes(readiness))
        .merge(service::describe::routes(
            api.clone(),
            Some(&describe::channel()),
        ));
    let router = service::listeners::operators_apart(router, &api);
    service::http::standard(router, &origins)
}

async fn chat<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    request: Upgrade,
) -> Result<Response, HttpError> {
    let serving = Arc::clone(&state);
    state
        .connections
        .accept(request, CHAT_SUBPROTOCOL, |socket, permit| {
            connection::serve(socket, serving, permit)
        })
}

async fn open_stomp<S: Stores>(
    State(state): State<Arc<AppState<S>>>,
    request: Upgrade,
) -> Result<Response, HttpError> {
    let serving = Arc::clone(&state);
    let bearer = request.bearer().map(str::to_owned);
    state
        .connections
        .accept(request, STOMP_SUBPROTOCOL, |socket, permit| {
            stomp::serve(socket, serving, permit, bearer)
        })
}
