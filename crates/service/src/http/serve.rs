//! The accept loop: hyper with the time limits and caps that `axum::serve` does not have.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1::UpgradeableConnection;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use super::stream::{Admitted, Linger};
use crate::{Shutdown, Tasks};

/// The address of the other end, as an extractor: `PeerAddr(addr): PeerAddr`.
pub type PeerAddr = ConnectInfo<SocketAddr>;

/// Pause after an accept that failed for want of descriptors or memory; the loop must not spin.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(100);
/// Largest head of a request, in bytes; above it hyper answers 431.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// Most header lines of a request; above it hyper answers 431.
const MAX_HEADERS: usize = 64;

/// What one listener holds at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at once, WebSockets included. Above it new ones are closed at once.
    pub connections: usize,
    /// Connections at once of one address. Loopback is not counted: a reverse proxy stands there.
    pub connections_per_address: usize,
    /// How long the head of a request may take, idle keep-alive included.
    pub header_timeout: Duration,
    /// How long requests in flight may take when the service stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            connections_per_address: 1_000,
            header_timeout: Duration::from_secs(10),
            drain: Duration::from_secs(8),
        }
    }
}

/// Serves `app` until the shutdown starts, then lets what is in flight finish, at most `limits.drain`.
///
/// WebSockets are not waited for: each is among its service's [`Tasks`].
///
/// # Errors
/// When the listener has no address; single accepts that fail are retried.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    shutdown: Shutdown,
) -> io::Result<()> {
    tracing::info!(address = %listener.local_addr()?, "listening");
    let doorman = Doorman::new(limits);
    let connections = Tasks::new();
    loop {
        let (stream, address) = tokio::select! {
            biased;
            () = shutdown.started() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    back_off(&error).await;
                    continue;
                }
            },
        };
        let linger = Linger::default();
        let Some(stream) = doorman.admit(stream, address, linger.clone()) else {
            continue;
        };
        let answer = Answer {
            app: app.clone(),
            address,
            linger,
        };
        let connection = http1(limits).serve_connection(TokioIo::new(stream), answer);
        connections.spawn(
            "connection",
            drive(connection.with_upgrades(), shutdown.clone()),
        );
    }
    drop(listener);
    if !connections.close_and_wait(limits.drain).await {
        tracing::warn!(
            left = connections.running(),
            "requests are cut at the end of the drain"
        );
    }
    Ok(())
}

/// Drives one connection: to its end, or, from the shutdown on, to the end of the request in flight.
async fn drive(connection: UpgradeableConnection<TokioIo<Admitted>, Answer>, shutdown: Shutdown) {
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
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

fn http1(limits: Limits) -> hyper::server::conn::http1::Builder {
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES);
    builder
}

/// The router as a hyper service that knows who asks.
struct Answer {
    app: Router,
    address: SocketAddr,
    linger: Linger,
}

impl Service<hyper::Request<Incoming>> for Answer {
    type Response = Response;
    type Error = Infallible;
    type Future = tower::util::Oneshot<Router, Request>;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        let mut request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(self.address));
        request.extensions_mut().insert(self.linger.clone());
        self.app.clone().oneshot(request)
    }
}

async fn back_off(error: &io::Error) {
    if matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    ) {
        return;
    }
    metrics::counter!("accept_errors_total").increment(1);
    tracing::error!(%error, "accepting failed");
    tokio::time::sleep(ACCEPT_BACKOFF).await;
}

/// Connections of each address.
type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// Counts who is in, and turns away whoever is too much.
struct Doorman {
    seats: Arc<Semaphore>,
    by_address: Counts,
    per_address: usize,
}

impl Doorman {
    fn new(limits: Limits) -> Self {
        Self {
            seats: Arc::new(Semaphore::new(limits.connections)),
            by_address: Arc::default(),
            per_address: limits.connections_per_address,
        }
    }

    fn admit(&self, stream: TcpStream, address: SocketAddr, linger: Linger) -> Option<Admitted> {
        let Some(guard) = self.seat(address.ip()) else {
            metrics::counter!("connections_refused_total").increment(1);
            return None;
        };
        // Nagle's algorithm would hold small frames back for up to 40 ms.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "no TCP_NODELAY");
        }
        Some(Admitted {
            stream: Some(stream),
            linger,
            seat: Some(guard),
        })
    }

    fn seat(&self, ip: IpAddr) -> Option<Seat> {
        let permit = Arc::clone(&self.seats).try_acquire_owned().ok()?;
        let counted = (!ip.to_canonical().is_loopback()).then_some(ip);
        if let Some(ip) = counted {
            let mut by_address = lock(&self.by_address);
            let count = by_address.entry(ip).or_default();
            if *count >= self.per_address {
                return None;
            }
            *count += 1;
        }
        metrics::gauge!("connections").increment(1.0);
        Some(Seat {
            _permit: permit,
            counted: counted.map(|ip| (ip, Arc::clone(&self.by_address))),
        })
    }
}

/// Gives the place of one connection back when it is dropped, also after an upgrade.
pub(super) struct Seat {
    _permit: OwnedSemaphorePermit,
    counted: Option<(IpAddr, Counts)>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        metrics::gauge!("connections").decrement(1.0);
        let Some((ip, by_address)) = self.counted.take() else {
            return;
        };
        let mut by_address = lock(&by_address);
        if let Some(count) = by_address.get_mut(&ip) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&ip);
            }
        }
    }
}

/// The count stays right when a holder panics: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn accepted(doorman: &Doorman) -> (Admitted, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (stream, address) = listener.accept().await.unwrap();
        let admitted = doorman.admit(stream, address, Linger::default()).unwrap();
        (admitted, client)
    }

    #[tokio::test]
    async fn edg_1_accepted_sockets_have_nodelay() {
        let (admitted, _client) = accepted(&Doorman::new(Limits::default())).await;
        assert!(admitted.stream.as_ref().unwrap().nodelay().unwrap());
    }

    #[test]
    fn edg_3_places_are_counted_in_all_and_for_each_address() {
        let limits = Limits {
            connections: 3,
            connections_per_address: 1,
            ..Limits::default()
        };
        let doorman = Doorman::new(limits);
        let far: IpAddr = "192.0.2.1".parse().unwrap();
        let near: IpAddr = "127.0.0.1".parse().unwrap();
        let first = doorman.seat(far).unwrap();
        assert!(doorman.seat(far).is_none());
        let _second = doorman.seat(near).unwrap();
        let _third = doorman.seat(near).unwrap();
        assert!(doorman.seat(near).is_none());
        drop(first);
        assert!(lock(&doorman.by_address).is_empty());
        assert!(doorman.seat(far).is_some());
    }
}
