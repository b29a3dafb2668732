//! From an HTTP request to a socket.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use tracing::Instrument;
use wire::ErrorCode;

use super::{Socket, SocketSettings};
use crate::http::{AcceptLimiter, HttpError, Linger};
use crate::lifecycle::{PanicAlarm, Tasks};
use crate::origin::AllowedOrigins;
use crate::proxies::ClientAddr;
use crate::telemetry::spans;

/// First read of a socket, in bytes; tungstenite's own 128 KiB would be the largest part of an idle one.
const READ_BUFFER_BYTES: usize = 4096;
/// What is gathered before a write in the middle of a drain, in bytes.
const WRITE_BUFFER_BYTES: usize = 32 * 1024;

/// When to try again where an address has too many connections, in milliseconds.
const FULL_RETRY_MS: u64 = 5_000;
/// Who asks where the router is not run by [`crate::http::serve`].
const UNKNOWN_CLIENT: ClientAddr = ClientAddr {
    ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    forwarded: false,
};

/// A request to speak over a WebSocket; an extractor of routes.
#[derive(Debug)]
pub struct Upgrade {
    request: WebSocketUpgrade,
    headers: HeaderMap,
    client: ClientAddr,
    linger: Option<Linger>,
    accept_limiter: Option<AcceptLimiter>,
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpError> {
        let request = WebSocketUpgrade::from_request_parts(parts, state)
            .await
            .map_err(|rejection| {
                let status = rejection.status();
                HttpError::new(
                    status,
                    code_of(status),
                    "A WebSocket (RFC 6455) is spoken here.",
                )
            })?;
        Ok(Self {
            request,
            headers: parts.headers.clone(),
            client: parts.extensions.get().copied().unwrap_or(UNKNOWN_CLIENT),
            linger: parts.extensions.get().cloned(),
            accept_limiter: parts.extensions.get().cloned(),
        })
    }
}

fn code_of(status: StatusCode) -> ErrorCode {
    if status == StatusCode::METHOD_NOT_ALLOWED {
        return ErrorCode::MethodNotAllowed;
    }
    ErrorCode::Malformed
}

impl Upgrade {
    /// The address that the client is limited by, from the connection or a trusted proxy.
    #[must_use]
    pub fn client(&self) -> ClientAddr {
        self.client
    }

    /// Upgrades, and runs `serve` with the socket as one of `tasks`. `serve` gives the socket back, and
    /// the closing handshake is finished here. A client that offers no subprotocol is taken as speaking ours.
    ///
    /// # Errors
    /// 403 for a page of another origin; 400 when subprotocols are offered and ours is not among them; 429
    /// when the address that a trusted proxy names has too many connections.
    pub fn accept<F, Fut>(
        self,
        origins: &AllowedOrigins,
        settings: SocketSettings,
        tasks: &Tasks,
        serve: F,
    ) -> Result<Response, HttpError>
    where
        F: FnOnce(Socket) -> Fut + Send + 'static,
        Fut: Future<Output = Socket> + Send + 'static,
    {
        origins.check(&self.headers)?;
        let request = self.request.protocols([settings.subprotocol]);
        let offered = request.requested_protocols().next().is_some();
        if offered && request.selected_protocol().is_none() {
            return Err(HttpError::malformed(format!(
                "The subprotocol is {}.",
                settings.subprotocol
            )));
        }
        let permit = match &self.accept_limiter {
            Some(accept_limiter) if self.client.forwarded => {
                let permit = accept_limiter.accept_from(self.client.ip);
                Some(permit.ok_or_else(|| HttpError::rate_limited(FULL_RETRY_MS))?)
            }
            _ => None,
        };
        let tasks = tasks.clone();
        let linger = self.linger;
        let span = spans::socket(settings.subprotocol);
        Ok(sized(request, settings).on_upgrade(move |socket| {
            let socket = Socket::new(socket, settings, linger);
            let served = async move {
                let _alarm = PanicAlarm::new("socket");
                serve(socket).await.finish().await;
                drop(permit);
            };
            tasks.track(served.instrument(span))
        }))
    }
}

fn sized(request: WebSocketUpgrade, settings: SocketSettings) -> WebSocketUpgrade {
    request
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(settings.max_frame_bytes)
        .max_frame_size(settings.max_frame_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    use axum::body::Body;
    use axum::extract::State;
    use axum::routing::get;
    use tower::ServiceExt;

    /// The request comes through hyper, which alone can make an upgrade possible.
    #[tokio::test]
    async fn edg_33_an_idle_socket_reads_into_four_kib() {
        let (report, mut reported) = tokio::sync::mpsc::channel(1);
        let shown = async |State(report): State<tokio::sync::mpsc::Sender<String>>, up: Upgrade| {
            let sized = sized(up.request, SocketSettings::new("test.v1"));
            report.send(format!("{sized:?}")).await.unwrap();
        };
        let app = axum::Router::new()
            .route("/", get(shown))
            .with_state(report);
        let (client, server) = tokio::io::duplex(4096);
        let service = hyper::service::service_fn(move |request: hyper::Request<_>| {
            app.clone().oneshot(request.map(Body::new))
        });
        let serving = tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(hyper_util::rt::TokioIo::new(server), service)
                .with_upgrades(),
        );
        let url = "ws://localhost/";
        drop(tokio_tungstenite::client_async(url, client).await);
        let shown = reported.recv().await.unwrap();
        assert!(shown.contains("read_buffer_size: 4096"), "{shown}");
        assert!(shown.contains("max_message_size: Some(65536)"), "{shown}");
        serving.abort();
    }
}
