//! The server at work: one core under one lock, its sockets, and doing what it says. Nothing here waits:
//! what the system doesn't take at once is dropped, as on any network.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::net::{SendFlags, sendto};
use service::Tasks;
use service::clock::now;
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;
use turn_core::{AllocationId, ClientEndpoint, Input, Output, TurnServer};

use crate::stream_pool::StreamPool;
use crate::stream_queue::StreamSender;
use crate::{Config, metrics, ports};

/// The longest datagram.
pub(crate) const DATAGRAM_BYTES: usize = 65_536;

/// The shared server. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Relay {
    inner: Arc<RelayInner>,
}

struct RelayInner {
    state: Mutex<RelayState>,
    udp: Arc<UdpSocket>,
    relay_ip: IpAddr,
    advertised_ip: IpAddr,
    ports: (u16, u16),
    tasks: Tasks,
    stop: CancellationToken,
}

struct RelayState {
    server: TurnServer,
    sockets: BTreeMap<AllocationId, RelaySocket>,
    streams: StreamPool,
}

/// A relay address; dropping it ends the task that reads from it.
struct RelaySocket {
    socket: Arc<UdpSocket>,
    /// The TCP connection of its client, if it has one.
    stream: Option<u64>,
    _closed: tokio_util::sync::DropGuard,
}

impl Relay {
    pub(crate) fn new(
        server: TurnServer,
        udp: Arc<UdpSocket>,
        config: &Config,
        tasks: Tasks,
        stop: CancellationToken,
    ) -> Self {
        let state = RelayState {
            server,
            sockets: BTreeMap::new(),
            streams: StreamPool::default(),
        };
        let inner = RelayInner {
            state: Mutex::new(state),
            udp,
            relay_ip: config.relay_ip,
            advertised_ip: config.external_ip.unwrap_or(config.relay_ip),
            ports: config.ports,
            tasks,
            stop,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Tells the core what happened, and does what it answers.
    pub(crate) fn take(&self, input: Input<'_>) {
        let mut state = self.lock();
        let outputs = state.server.handle(now(), input);
        self.perform(&mut state, outputs);
    }

    /// Lets the core speak to a TCP connection through `queue` until `closed`, which an older connection may
    /// be to make room.
    pub(crate) fn add_stream(
        &self,
        connection: u64,
        remote: SocketAddr,
        queue: StreamSender,
        closed: CancellationToken,
    ) {
        let mut state = self.lock();
        let eviction = state.streams.add(connection, remote.ip(), queue, closed);
        metrics::evicted(eviction);
        metrics::connections(state.streams.len());
    }

    /// Forgets a TCP connection, and ends its allocation.
    pub(crate) fn remove_stream(&self, connection: u64, client: ClientEndpoint) {
        let mut state = self.lock();
        state.streams.remove(connection);
        metrics::connections(state.streams.len());
        let outputs = state.server.handle(now(), Input::Gone { client });
        self.perform(&mut state, outputs);
    }

    pub(crate) fn has_allocation(&self, client: ClientEndpoint) -> bool {
        self.lock().server.has_allocation(client)
    }

    /// Reads the datagrams of clients until the stop.
    pub(crate) async fn serve_udp(self) {
        let mut buffer = vec![0; DATAGRAM_BYTES];
        loop {
            let received = tokio::select! {
                () = self.inner.stop.cancelled() => return,
                received = self.inner.udp.recv_from(&mut buffer) => received,
            };
            // The error of an earlier send is reported here; the next datagram may be fine.
            let Ok((length, remote)) = received else {
                continue;
            };
            self.take(Input::FromClient {
                client: ClientEndpoint::Udp(remote),
                bytes: &buffer[..length],
            });
        }
    }

    fn perform(&self, state: &mut RelayState, outputs: Vec<Output>) {
        let mut left = VecDeque::from(outputs);
        while let Some(output) = left.pop_front() {
            match output {
                Output::ToClient { client, bytes } => self.to_client(state, client, bytes),
                Output::ToPeer {
                    allocation,
                    peer,
                    bytes,
                } => {
                    if let Some(relay) = state.sockets.get(&allocation) {
                        send(&relay.socket, &bytes, peer);
                    }
                }
                Output::Open { allocation, .. } => {
                    let relayed = self.open(state, allocation);
                    let opened = Input::Opened {
                        allocation,
                        relayed,
                    };
                    left.extend(state.server.handle(now(), opened));
                    metrics::allocations(state.server.allocations());
                }
                Output::Close { allocation } => {
                    let relay = state.sockets.remove(&allocation);
                    if let Some(connection) = relay.and_then(|relay| relay.stream) {
                        state.streams.disown(connection);
                    }
                    metrics::allocations(state.server.allocations());
                }
                Output::Count(metric) => metrics::count(metric),
            }
        }
    }

    fn to_client(&self, state: &RelayState, client: ClientEndpoint, bytes: Vec<u8>) {
        match client {
            ClientEndpoint::Udp(remote) => send(&self.inner.udp, &bytes, remote),
            ClientEndpoint::Tcp { connection, .. } => {
                let queue = state.streams.queue(connection);
                if queue.is_some_and(|queue| !queue.send(bytes)) {
                    metrics::unsent(1);
                }
            }
        }
    }

    /// Opens a relay address, and gives what peers know it by.
    fn open(&self, state: &mut RelayState, allocation: AllocationId) -> Option<SocketAddr> {
        let socket = ports::open(self.inner.relay_ip, self.inner.ports)?;
        let port = socket.local_addr().ok()?.port();
        let socket = Arc::new(UdpSocket::from_std(socket).ok()?);
        let closed = self.inner.stop.child_token();
        let reading =
            self.clone()
                .receive_from_peers(allocation, Arc::clone(&socket), closed.clone());
        self.inner.tasks.spawn("relay socket", reading);
        let stream = match state.server.client_of(allocation) {
            Some(ClientEndpoint::Tcp { connection, .. }) => Some(connection),
            _ => None,
        };
        if let Some(connection) = stream {
            state.streams.own(connection);
        }
        let relay = RelaySocket {
            socket,
            stream,
            _closed: closed.drop_guard(),
        };
        state.sockets.insert(allocation, relay);
        Some(SocketAddr::new(self.inner.advertised_ip, port))
    }

    /// Reads what peers send to one relay address until it is closed.
    async fn receive_from_peers(
        self,
        allocation: AllocationId,
        socket: Arc<UdpSocket>,
        closed: CancellationToken,
    ) {
        let mut buffer = vec![0; DATAGRAM_BYTES];
        loop {
            let received = tokio::select! {
                () = closed.cancelled() => return,
                received = socket.recv_from(&mut buffer) => received,
            };
            let Ok((length, peer)) = received else {
                continue;
            };
            self.take(Input::FromPeer {
                allocation,
                peer,
                bytes: &buffer[..length],
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, RelayState> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends a datagram now or never. Past tokio, whose readiness of a new socket may not be known yet.
fn send(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) {
    if sendto(socket, bytes, SendFlags::empty(), &to).is_err() {
        metrics::unsent(1);
    }
}
