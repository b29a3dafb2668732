//! Every route of the service, and who answers it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{delete, get, post};
use bus::EventsSecret;
use service::clock::steady;
use service::health::Readiness;
use service::http::HttpError;
use service::socket::Upgrade;

use crate::connection;
use crate::describe;
use crate::edge::Edge;
use crate::events::SchedulerEvents;
use crate::operators;
use crate::store::SnapshotStore;

/// | route | for |
/// |---|---|
/// | `GET /v1/signal` | clients |
/// | `POST /v1/events` | the scheduler |
/// | `GET /v1/sessions`, `GET /v1/sessions/{id}`, `POST …/end`, `DELETE …/participants/{user_id}` | operators, with their ticket |
/// | `POST /v1/media/…/webhook` | each media server that is configured |
/// | `GET /openapi.json`, `/asyncapi.json`, `/docs` | who writes a client |
/// | `GET /health/live`, `/health/ready`, `/metrics` | operators |
pub(crate) fn router<S: SnapshotStore>(
    edge: Arc<Edge>,
    secret: EventsSecret,
    events: Arc<SchedulerEvents<S>>,
    readiness: Readiness,
    media: Router,
) -> Router {
    let origins = edge.origins.clone();
    let people = Router::new()
        .route("/v1/signal", get(signal))
        .route("/v1/sessions", get(operators::list))
        .route("/v1/sessions/{id}", get(operators::show))
        .route("/v1/sessions/{id}/end", post(operators::end))
        .route(
            "/v1/sessions/{id}/participants/{user_id}",
            delete(operators::kick),
        )
        .with_state(edge);
    let router = people
        .merge(media)
        .merge(bus::routes(secret, events))
        .merge(service::health::routes(readiness))
        .merge(service::describe::routes(
            describe::api(),
            Some(&describe::channel()),
        ));
    service::http::standard(router, &origins)
}

async fn signal(State(edge): State<Arc<Edge>>, request: Upgrade) -> Result<Response, HttpError> {
    let permit = edge.limiter.admit(request.client(), steady());
    let settings = edge.limiter.settings(wire::SIGNALING_SUBPROTOCOL);
    let serving = Arc::clone(&edge);
    request.accept(&edge.origins, settings, &edge.tasks, move |socket| {
        connection::serve(socket, serving, permit)
    })
}
