//! The accept loop: hyper with the time limits and caps that `axum::serve` does not have.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1::UpgradeableConnection;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use super::Limits;
use super::accept_limiter::{AcceptLimiter, ConnectionPlace};
use super::descriptor_reserve::DescriptorReserve;
use super::json::BodyLimit;
use super::stream::{AcceptedStream, Linger};
use super::timed_body::timed;
use crate::descriptors::room_for_connections;
use crate::lifecycle::{Shutdown, Tasks};
use crate::limits::Limit;
use crate::proxies::TrustedProxies;
use crate::start_error::StartError;

/// The address of who asks, as an extractor: `PeerAddr(addr): PeerAddr`. Behind a trusted proxy it is what
/// the proxy says, without a port.
pub type PeerAddr = ConnectInfo<SocketAddr>;

/// What a listener is told: what it holds at most, and whom it believes.
#[derive(Debug, Clone, Default)]
pub struct ListenerConfig {
    /// What it holds and takes at most.
    pub limits: Limits,
    /// Whose word on addresses counts.
    pub proxies: TrustedProxies,
}

impl ListenerConfig {
    /// `trusted_proxies` are addresses, and blocks as `10.0.0.0/8`.
    ///
    /// # Errors
    /// Names the proxy that is neither.
    pub fn new(limits: Limits, trusted_proxies: &[String]) -> Result<Self, StartError> {
        let proxies = TrustedProxies::new(trusted_proxies).map_err(StartError::Config)?;
        Ok(Self { limits, proxies })
    }
}

impl From<Limits> for ListenerConfig {
    fn from(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }
}

/// Serves `app` until the shutdown starts, then lets what is in flight finish, at most `drain_ms`.
///
/// WebSockets are not waited for: each is among its service's [`Tasks`]. Where descriptors are fewer than
/// connections may be, there are fewer connections: the rest of the service must go on.
///
/// # Errors
/// When the listener has no address; single accepts that fail are retried.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    front: impl Into<ListenerConfig>,
    shutdown: Shutdown,
) -> io::Result<()> {
    let ListenerConfig {
        mut limits,
        proxies,
    } = front.into();
    limits.connections = limits.connections.min(room_for_connections());
    Limit::show_all();
    tracing::info!(address = %listener.local_addr()?, connections = limits.connections, "listening");
    let accept_limiter = AcceptLimiter::new(&limits, proxies.clone());
    let mut reserve = DescriptorReserve::new();
    let connections = Tasks::new();
    loop {
        let (stream, address) = tokio::select! {
            biased;
            () = shutdown.started() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    reserve.failed(&listener, &error).await;
                    continue;
                }
            },
        };
        reserve.accepted();
        let linger = Linger::default();
        let admitted = admit(&accept_limiter, stream, address, &limits, linger.clone());
        let Some(stream) = admitted else {
            continue;
        };
        let service = RouterService {
            app: app.clone(),
            address,
            linger,
            place: stream.place(),
            proxies: proxies.clone(),
            limits,
        };
        let connection = http1(&limits).serve_connection(TokioIo::new(stream), service);
        connections.spawn(
            "connection",
            drive(connection.with_upgrades(), shutdown.clone()),
        );
    }
    drop(listener);
    if !connections.close_and_wait(limits.drain()).await {
        Limit::Drain.hit();
        tracing::warn!(
            left = connections.running(),
            "requests are cut at the end of the drain"
        );
    }
    Ok(())
}

fn admit(
    accept_limiter: &AcceptLimiter,
    stream: TcpStream,
    address: SocketAddr,
    limits: &Limits,
    linger: Linger,
) -> Option<AcceptedStream> {
    let permit = accept_limiter.accept(address.ip())?;
    // Nagle's algorithm would hold small frames back for up to 40 ms.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    Some(AcceptedStream::new(
        stream,
        linger,
        permit,
        limits.answer_rate(),
    ))
}

/// Drives one connection: to its end, or, from the shutdown on, to the end of the request in flight.
async fn drive(
    connection: UpgradeableConnection<TokioIo<AcceptedStream>, RouterService>,
    shutdown: Shutdown,
) {
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = shutdown.started() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = shutdown.aborted() => return,
            }
        }
    };
    let Err(error) = ended else { return };
    if error.is_timeout() {
        Limit::HeaderTimeout.hit();
    } else if error.is_parse_too_large() {
        Limit::HeaderSize.hit();
    }
    tracing::debug!(%error, "connection ended");
}

fn http1(limits: &Limits) -> hyper::server::conn::http1::Builder {
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout())
        .max_headers(limits.header_lines)
        .max_buf_size(limits.header_bytes);
    builder
}

/// The router as a hyper service that knows who asks.
struct RouterService {
    app: Router,
    address: SocketAddr,
    linger: Linger,
    place: Option<ConnectionPlace>,
    proxies: TrustedProxies,
    limits: Limits,
}

impl Service<hyper::Request<Incoming>> for RouterService {
    type Response = Response;
    type Error = Infallible;
    type Future = tower::util::Oneshot<Router, Request>;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        let mut request = timed(request, &self.limits);
        let client = self.proxies.client(self.address.ip(), request.headers());
        let address = match client.forwarded {
            true => SocketAddr::new(client.ip, 0),
            false => self.address,
        };
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(address));
        extensions.insert(client);
        extensions.insert(self.linger.clone());
        if let Some(place) = &self.place {
            extensions.insert(place.clone());
        }
        extensions.insert(BodyLimit(self.limits.body_bytes));
        self.app.clone().oneshot(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn edg_1_accepted_sockets_have_nodelay() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (stream, address) = listener.accept().await.unwrap();
        let accept_limiter = AcceptLimiter::new(&Limits::default(), TrustedProxies::default());
        let admitted = admit(
            &accept_limiter,
            stream,
            address,
            &Limits::default(),
            Linger::default(),
        )
        .unwrap();
        assert!(admitted.tcp().nodelay().unwrap());
    }
}
