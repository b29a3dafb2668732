//! The listeners of a service: the public one, the private one of its metrics, and, where one is wanted, one
//! for operators. Which routes are the operators' is read from the service's table of operations.

use std::io;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request};
use axum::http::Extensions;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::{Extension, Router};
use tokio::net::TcpListener;

use crate::describe::{Api, RouteAudience};
use crate::health::{self, Readiness};
use crate::http::{self, HttpError, Limits, ListenerConfig};
use crate::lifecycle::Shutdown;
use crate::origin::AllowedOrigins;

/// Connections of the private listener at once: a few scrapers and probes.
const PRIVATE_CONNECTIONS: usize = 256;

/// Where a service listens.
#[derive(Debug)]
pub struct Listeners {
    public: TcpListener,
    metrics: Option<TcpListener>,
    operators: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    /// The public one alone: nobody reads metrics, and operators' routes are on it.
    fn from(public: TcpListener) -> Self {
        Self {
            public,
            metrics: None,
            operators: None,
        }
    }
}

impl Listeners {
    /// With a private one for `/metrics` and `/health`.
    #[must_use]
    pub fn with_metrics(self, metrics: TcpListener) -> Self {
        Self {
            metrics: Some(metrics),
            ..self
        }
    }

    /// With one to which the operators' routes move; `None` leaves them on the public one.
    #[must_use]
    pub fn with_operators(self, operators: Option<TcpListener>) -> Self {
        Self { operators, ..self }
    }
}

/// For whom a listener is, where operators have their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListenerScope {
    WithoutOperators,
    OperatorsAlone,
}

/// False on a public listener whose operators have their own: an operator's ticket is no credential there.
#[must_use]
pub fn takes_operators(extensions: &Extensions) -> bool {
    extensions.get::<ListenerScope>() != Some(&ListenerScope::WithoutOperators)
}

/// Answers 404 to each request whose route is not for the listener that it came by. Part of a service's
/// router, below `http::standard`.
pub fn operators_apart(router: Router, api: &Api) -> Router {
    let audiences = Arc::new(api.audiences());
    http::with_fallbacks(router).layer(from_fn(move |request: Request, next: Next| {
        let audiences = Arc::clone(&audiences);
        async move {
            match is_served(&audiences, &request) {
                true => next.run(request).await,
                false => HttpError::not_found(http::NOTHING_HERE).into_response(),
            }
        }
    }))
}

fn is_served(audiences: &[RouteAudience], request: &Request) -> bool {
    let Some(scope) = request.extensions().get::<ListenerScope>() else {
        return true;
    };
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or("", MatchedPath::as_str);
    let method = match request.method().as_str() {
        "HEAD" => "GET",
        method => method,
    };
    let mut at_path = audiences.iter().filter(|route| route.path == path);
    let exact = at_path
        .clone()
        .find(|route| route.method.eq_ignore_ascii_case(method));
    match (scope, exact) {
        (ListenerScope::WithoutOperators, Some(route)) => !route.is_operators_alone(),
        (ListenerScope::OperatorsAlone, Some(route)) => route.is_for_operators(),
        // A method that the path does not take: as if the path were not there for whoever it is not for.
        (ListenerScope::WithoutOperators, None) => {
            at_path.clone().next().is_none() || !at_path.all(RouteAudience::is_operators_alone)
        }
        (ListenerScope::OperatorsAlone, None) => at_path.any(RouteAudience::is_for_operators),
    }
}

/// Serves `app` on the public listener, and its operators' routes and its metrics where they have their own,
/// until the shutdown. As [`http::serve`].
///
/// # Errors
/// When a listener has no address.
pub async fn serve(
    listeners: Listeners,
    app: Router,
    readiness: Readiness,
    front: ListenerConfig,
    shutdown: Shutdown,
) -> io::Result<()> {
    let Listeners {
        public,
        metrics,
        operators,
    } = listeners;
    let scope = operators
        .is_some()
        .then_some(ListenerScope::WithoutOperators);
    let limits = front.limits;
    let for_operators = app.clone().layer(Extension(ListenerScope::OperatorsAlone));
    let for_all = match scope {
        Some(scope) => app.layer(Extension(scope)),
        None => app,
    };
    let operators_front = front.clone();
    let (soft, softer) = (shutdown.clone(), shutdown.clone());
    tokio::try_join!(
        http::serve(public, for_all, front, shutdown),
        async move {
            match operators {
                Some(listener) => http::serve(listener, for_operators, operators_front, soft).await,
                None => Ok(()),
            }
        },
        async move {
            match metrics {
                Some(listener) => {
                    serve_private(listener, health::private_routes(readiness), limits, softer).await
                }
                None => Ok(()),
            }
        },
    )?;
    Ok(())
}

/// Serves routes that are for this machine or network alone, with few connections.
///
/// # Errors
/// As [`http::serve`].
pub async fn serve_private(
    listener: TcpListener,
    routes: Router,
    limits: Limits,
    shutdown: Shutdown,
) -> io::Result<()> {
    let limits = Limits {
        connections: limits.connections.min(PRIVATE_CONNECTIONS),
        ..limits
    };
    let app = http::standard(routes, &AllowedOrigins::default());
    http::serve(listener, app, limits, shutdown).await
}
