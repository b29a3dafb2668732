//! Every route of the service, and who answers it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use bus::EventsSecret;
use service::health::Readiness;
use service::http::HttpError;
use service::socket::Upgrade;
use service::test_clock::TestClock;
use wire::SIGNALING_SUBPROTOCOL;

use crate::connection;
use crate::describe;
use crate::events::SchedulerEvents;
use crate::operators;
use crate::state::AppState;
use crate::store::SnapshotStore;

/// | route | for |
/// |---|---|
/// | `GET /v1/signal` | clients |
/// | `POST /v1/events`; under a test clock `POST /v1/test-clock` | the scheduler |
/// | `GET /v1/sessions`, `GET /v1/sessions/{id}`, `POST …/end`, `DELETE …/participants/{user_id}` | operators, with their ticket |
/// | `POST /v1/media/…/webhook` | each media server that is configured |
/// | `GET /openapi.json`, `/asyncapi.json`, `/docs` | who writes a client |
/// | `GET /health/live`, `/health/ready` | operators |
pub(crate) fn router<S: SnapshotStore>(
    state: Arc<AppState>,
    secret: EventsSecret,
    events: Arc<SchedulerEvents<S>>,
    readiness: Readiness,
    media: Router,
    test_clock: Option<TestClock>,
) -> Router {
    let api = describe::api().following_test_clock(test_clock.is_some());
    let origins = state.connections.origins.clone();
    let people = Router::new()
        .route("/v1/signal", get(signal))
        .route("/v1/sessions", get(operators::list))
        .route("/v1/sessions/{id}", get(operators::show))
        .route("/v1/sessions/{id}/end", post(operators::end))
        .route(
            "/v1/sessions/{id}/participants/{user_id}",
            delete(operators::kick),
        )
        .with_state(state);
    let router = people
        .merge(media)
        .merge(bus::routes(secret.clone(), events))
        .merge(bus::follow_test_clock(secret, test_clock))
        .merge(service::health::routes(readiness))
        .merge(service::describe::routes(
            api.clone(),
            Some(&describe::channel()),
        ));
    let router = service::listeners::operators_apart(router, &api);
    service::http::standard(router, &origins)
}

async fn signal(
    State(state): State<Arc<AppState>>,
    request: Upgrade,
) -> Result<Response, HttpError> {
    let serving = Arc::clone(&state);
    state
        .connections
        .accept(request, SIGNALING_SUBPROTOCOL, |socket, permit| {
            connection::serve(socket, serving, permit)
        })
}
