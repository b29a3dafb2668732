//! From an HTTP request to a socket.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tracing::Instrument;

use super::handshake::{Handshake, lists, words};
use super::metered_stream::MeteredStream;
use super::{Socket, SocketSettings};
use crate::http::{ConnectionPlace, HttpError, Linger, bearer};
use crate::lifecycle::{PanicAlarm, Tasks, spawn_detached};
use crate::origin::AllowedOrigins;
use crate::proxies::ClientAddr;
use crate::telemetry::spans;

/// What tungstenite reads at once, in bytes: a socket keeps as much for as long as it lives.
const READ_BUFFER_BYTES: usize = 256;
/// Heads of frames and answers to pings, which stand in the write buffer beside the queue's frames, in bytes.
const WRITE_BUFFER_SPARE_BYTES: usize = 4 * 1024;

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
    handshake: Handshake,
    headers: HeaderMap,
    client: ClientAddr,
    linger: Option<Linger>,
    place: Option<ConnectionPlace>,
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = HttpError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpError> {
        Ok(Self {
            handshake: Handshake::from_parts(parts)?,
            headers: parts.headers.clone(),
            client: parts.extensions.get().copied().unwrap_or(UNKNOWN_CLIENT),
            linger: parts.extensions.get().cloned(),
            place: parts.extensions.get().cloned(),
        })
    }
}

impl Upgrade {
    /// The address that the client is limited by, from the connection or a trusted proxy.
    #[must_use]
    pub fn client(&self) -> ClientAddr {
        self.client
    }

    /// The `Origin` of the page that asks, if a page does.
    pub(super) fn origin(&self) -> Option<HeaderValue> {
        self.headers.get(header::ORIGIN).cloned()
    }

    /// The Bearer credential of the request, if it has exactly one.
    #[must_use]
    pub fn bearer(&self) -> Option<&str> {
        bearer(&self.headers)
    }

    /// The place of the connection among those of its listener.
    pub(super) fn place(&self) -> Option<ConnectionPlace> {
        self.place.clone()
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
        let subprotocol = settings.subprotocol;
        let protocols = header::SEC_WEBSOCKET_PROTOCOL;
        let is_offered = words(&self.headers, &protocols).next().is_some();
        if is_offered && !lists(&self.headers, &protocols, subprotocol) {
            return Err(HttpError::malformed(format!(
                "The subprotocol is {subprotocol}."
            )));
        }
        if let Some(place) = self.place.filter(|_| self.client.forwarded)
            && !place.reassign(self.client.ip)
        {
            return Err(HttpError::rate_limited(FULL_RETRY_MS));
        }
        let tasks = tasks.clone();
        let linger = self.linger;
        let span = spans::socket(settings.subprotocol);
        let (accept, on_upgrade) = self.handshake.into_parts();
        spawn_detached(async move {
            let Ok(upgraded) = on_upgrade.await else {
                return;
            };
            let stream = MeteredStream::new(TokioIo::new(upgraded));
            let config = Some(buffers(settings));
            let stream = WebSocketStream::from_raw_socket(stream, Role::Server, config).await;
            let socket = Socket::new(stream, settings, linger);
            let served = async move {
                let _alarm = PanicAlarm::new("socket");
                serve(socket).await.finish().await;
            };
            tasks.track(served.instrument(span)).await;
        });
        Ok(Handshake::response(
            accept,
            is_offered.then_some(subprotocol),
        ))
    }
}

/// What tungstenite may hold of a socket: little, since it keeps that. More is read and gathered below it, by
/// [`MeteredStream`], which takes what is written at once unless the other end takes nothing.
fn buffers(settings: SocketSettings) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(settings.queue_bytes + WRITE_BUFFER_SPARE_BYTES)
        .max_message_size(Some(settings.max_frame_bytes))
        .max_frame_size(Some(settings.max_frame_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_33_a_socket_holds_little() {
        let settings = SocketSettings::new("test.v1");
        let held = buffers(settings);
        assert_eq!((held.read_buffer_size, held.write_buffer_size), (256, 0));
        assert_eq!(held.max_message_size, Some(64 * 1024));
        assert_eq!(held.max_frame_size, Some(64 * 1024));
        assert!(held.max_write_buffer_size < settings.queue_bytes + 64 * 1024);
    }
}
