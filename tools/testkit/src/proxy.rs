//! A network that breaks where a test says: a TCP proxy that forwards, and cuts after so many bytes, in
//! either direction, in the ways in which networks do. It knows nothing of what it carries.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What is read at once, in bytes.
const CHUNK: usize = 16 * 1024;

/// Forwards connections to a server until dropped; then all of them are gone.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<Mutex<ProxyState>>,
    accepting: JoinHandle<()>,
}

/// One connection through a [`Proxy`], and what shall become of it. Clones mean the same one.
#[derive(Debug, Clone)]
pub struct ProxiedConnection(Arc<ConnectionFlow>);

/// Where a connection breaks: once so many more bytes have passed in this direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// In which direction.
    pub way: Way,
    /// After how many bytes, counted from now.
    pub after: usize,
    /// In what manner.
    pub how: Break,
}

/// One direction of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// What the client sends.
    ToServer,
    /// What the server sends.
    ToClient,
}

/// How a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// Both ends get a reset (RST).
    Reset,
    /// This direction ends (FIN), the other one goes on: a half-close.
    HalfClose,
    /// Nothing passes any more in either direction, and neither end learns of it.
    Freeze,
}

impl Break {
    /// Each of them.
    pub const ALL: [Break; 3] = [Break::Reset, Break::HalfClose, Break::Freeze];
}

#[derive(Debug, Default)]
struct ProxyState {
    newest: Option<ProxiedConnection>,
    next: Option<Cut>,
}

#[derive(Debug)]
struct ConnectionFlow {
    flow: watch::Sender<Flow>,
    cut: Mutex<Option<Cut>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    Open,
    Frozen,
    Reset,
}

impl Proxy {
    /// Starts one on a free loopback port, in front of the server of `url`.
    ///
    /// # Panics
    /// When `url` has no address and port.
    pub async fn to(url: &str) -> Self {
        let server: SocketAddr = authority(url).parse().expect("an address and a port");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<Mutex<ProxyState>>::default();
        let accepting = tokio::spawn(accept(listener, server, Arc::clone(&state)));
        Self {
            address,
            state,
            accepting,
        }
    }

    /// The same `url`, by way of the proxy.
    #[must_use]
    pub fn through(&self, url: &str) -> String {
        url.replacen(authority(url), &self.address.to_string(), 1)
    }

    /// Cuts the next connection so, counted from its first byte.
    pub fn cut_next(&self, cut: Cut) {
        lock(&self.state).next = Some(cut);
    }

    /// The connection that was accepted last.
    ///
    /// # Panics
    /// When there was none.
    #[must_use]
    pub fn newest(&self) -> ProxiedConnection {
        lock(&self.state)
            .newest
            .clone()
            .expect("somebody connected")
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl ProxiedConnection {
    /// Breaks the connection at a byte that is yet to come.
    pub fn cut(&self, cut: Cut) {
        *lock(&self.0.cut) = Some(cut);
    }

    /// Stops forwarding in both directions without closing: a phone that changes its network.
    pub fn freeze(&self) {
        self.set(Flow::Frozen);
    }

    /// Forwards again, first of all what came meanwhile.
    pub fn thaw(&self) {
        self.set(Flow::Open);
    }

    fn new(cut: Option<Cut>) -> Self {
        Self(Arc::new(ConnectionFlow {
            flow: watch::Sender::new(Flow::Open),
            cut: Mutex::new(cut),
        }))
    }

    /// A reset is for good.
    fn set(&self, flow: Flow) {
        self.0.flow.send_if_modified(|now| {
            let changes = *now != flow && *now != Flow::Reset;
            if changes {
                *now = flow;
            }
            changes
        });
    }

    /// How many of `count` bytes may pass, and what happens then.
    fn allow(&self, way: Way, count: usize) -> (usize, Option<Break>) {
        let mut planned = lock(&self.0.cut);
        match &mut *planned {
            Some(cut) if cut.way == way && cut.after <= count => {
                let (after, how) = (cut.after, cut.how);
                *planned = None;
                (after, Some(how))
            }
            Some(cut) if cut.way == way => {
                cut.after -= count;
                (count, None)
            }
            _ => (count, None),
        }
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, state: Arc<Mutex<ProxyState>>) {
    let mut pumps = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while pumps.try_join_next().is_some() {}
        // A server that is down is a connection that ends at once.
        let Ok(upstream) = TcpStream::connect(server).await else {
            continue;
        };
        client.set_nodelay(true).unwrap();
        upstream.set_nodelay(true).unwrap();
        let line = {
            let mut state = lock(&state);
            let line = ProxiedConnection::new(state.next.take());
            state.newest = Some(line.clone());
            line
        };
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = upstream.into_split();
        pumps.spawn(pump(Way::ToServer, from_client, to_server, line.clone()));
        pumps.spawn(pump(Way::ToClient, from_server, to_client, line));
    }
}

async fn pump(way: Way, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, line: ProxiedConnection) {
    let mut flow = line.0.flow.subscribe();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = tokio::select! {
            read = from.read(&mut chunk) => read,
            () = reset(&mut flow) => return break_off(from, to),
        };
        let Ok(count @ 1..) = read else {
            // Dropping the half that writes ends its direction, once the other one may learn of it.
            return if is_reset(&mut flow).await {
                break_off(from, to)
            };
        };
        let mut rest = &chunk[..count];
        while !rest.is_empty() {
            if is_reset(&mut flow).await {
                return break_off(from, to);
            }
            let (allowed, broken) = line.allow(way, rest.len());
            let (now, later) = rest.split_at(allowed);
            rest = later;
            if to.write_all(now).await.is_err() {
                return;
            }
            match broken {
                None => {}
                Some(Break::Reset) => line.set(Flow::Reset),
                Some(Break::HalfClose) => {
                    to.shutdown().await.ok();
                    // Read on, so that whoever sends meets no reset of ours.
                    while matches!(from.read(&mut chunk).await, Ok(1..)) {}
                    return;
                }
                Some(Break::Freeze) => line.freeze(),
            }
        }
        if *flow.borrow() == Flow::Reset {
            return break_off(from, to);
        }
    }
}

/// Waits while the connection is frozen; true where it is to be reset.
async fn is_reset(flow: &mut watch::Receiver<Flow>) -> bool {
    let now = flow.wait_for(|flow| *flow != Flow::Frozen).await;
    now.is_ok_and(|flow| *flow == Flow::Reset)
}

async fn reset(flow: &mut watch::Receiver<Flow>) {
    flow.wait_for(|flow| *flow == Flow::Reset).await.ok();
}

/// Lets a connection go without a word: with nothing to linger for, the kernel sends a reset.
fn break_off(from: OwnedReadHalf, to: OwnedWriteHalf) {
    from.as_ref().set_zero_linger().ok();
    to.as_ref().set_zero_linger().ok();
    to.forget();
    drop(from);
}

/// The `host:port` of an address.
pub(crate) fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Each change is one step: a holder that panicked left nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that echoes, and a client's connection to it through a proxy.
    async fn echo() -> (Proxy, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("tcp://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut from, mut to) = stream.split();
            tokio::io::copy(&mut from, &mut to).await.ok();
            to.shutdown().await.ok();
            from.read_u8().await.ok();
        });
        let proxy = Proxy::to(&url).await;
        let stream = TcpStream::connect(proxy.address).await.unwrap();
        (proxy, stream)
    }

    #[tokio::test]
    async fn a_cut_is_after_exactly_so_many_bytes() {
        for how in [Break::Reset, Break::HalfClose] {
            let (proxy, mut stream) = echo().await;
            stream.write_all(b"before").await.unwrap();
            stream.read_exact(&mut [0; 6]).await.unwrap();
            let way = Way::ToClient;
            proxy.newest().cut(Cut { way, after: 3, how });
            stream.write_all(b"abcdef").await.unwrap();
            let mut got = Vec::new();
            let ended = stream.read_to_end(&mut got).await;
            assert_eq!(got, b"abc");
            assert_eq!(ended.is_err(), how == Break::Reset);
        }
    }

    #[tokio::test]
    async fn what_is_frozen_passes_later() {
        let (proxy, mut stream) = echo().await;
        stream.write_all(b"a").await.unwrap();
        stream.read_exact(&mut [0]).await.unwrap();
        let (way, how) = (Way::ToServer, Break::Freeze);
        proxy.newest().cut(Cut { way, after: 2, how });
        stream.write_all(b"bcdef").await.unwrap();
        let mut got = [0; 5];
        let wait = std::time::Duration::from_millis(50);
        let nothing = tokio::time::timeout(wait, stream.read_exact(&mut got)).await;
        assert!(nothing.is_err());
        proxy.newest().thaw();
        // What was read before the time was up stays read: the rest completes it.
        let mut rest = Vec::new();
        stream.shutdown().await.unwrap();
        stream.read_to_end(&mut rest).await.unwrap();
        assert!(b"bcdef".ends_with(&rest[..]) && !rest.is_empty());
    }
}
