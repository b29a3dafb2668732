//! A network that is bad for a while: slow, lossy, silent or down, for every connection alike. A TCP
//! proxy in user space; where a single connection shall break at one byte, take `testkit::Proxy`.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use crate::accept::accept_each;

/// Most that is carried at once, in bytes: about a packet.
const PACKET_BYTES: usize = 1_400;
/// Packets on their way in one direction; more wait with the sender, as in a real buffer.
const IN_FLIGHT: usize = 64;
/// What a lost packet costs: TCP's least time to send it again, in milliseconds (RFC 6298 says 1 s,
/// Linux 200 ms).
const LOSS_COSTS_MS: u64 = 200;

/// How the link is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LinkCondition {
    /// As if it weren't there.
    Clear,
    /// Nothing passes, and neither end learns of it, as with a phone in a lift.
    Silent,
    /// Every connection is reset, and new ones too.
    Down,
    /// Everything passes, late and slowly.
    Slow {
        /// Latency of one direction.
        delay: Duration,
        /// In each direction.
        bytes_per_second: u64,
        /// Of 100 packets, so many are lost and sent again.
        loss_percent: u32,
    },
}

/// A listening proxy. Dropping it resets all that goes through it.
#[derive(Debug)]
pub struct FaultyLink {
    port: u16,
    state: Arc<LinkState>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct LinkState {
    condition: watch::Sender<LinkCondition>,
    attempts: Mutex<Vec<Instant>>,
}

impl FaultyLink {
    /// A link to a loopback port, clear at first.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = Arc::new(LinkState {
            condition: watch::Sender::new(LinkCondition::Clear),
            attempts: Mutex::default(),
        });
        let own_port = listener.local_addr().unwrap().port();
        let accepting = Arc::clone(&state);
        let task = tokio::spawn(accept_each(listener, move |client| {
            accepting.attempts.lock().unwrap().push(Instant::now());
            carry(client, port, Arc::clone(&accepting))
        }));
        Self {
            port: own_port,
            task,
            state,
        }
    }

    /// The port to connect to instead.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes the condition for every connection.
    pub fn set(&self, condition: LinkCondition) {
        self.state.condition.send_replace(condition);
    }

    /// When each connection was begun.
    ///
    /// # Panics
    /// When a connection panicked.
    #[must_use]
    pub fn attempts(&self) -> Vec<Instant> {
        self.state.attempts.lock().unwrap().clone()
    }
}

impl Drop for FaultyLink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries one connection until it ends by itself, or is reset.
async fn carry(client: TcpStream, port: u16, state: Arc<LinkState>) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
        client.set_zero_linger().ok();
        return;
    };
    for stream in [&client, &server] {
        stream.set_nodelay(true).ok();
    }
    let (mut client_in, mut client_out) = client.into_split();
    let (mut server_in, mut server_out) = server.into_split();
    let mut condition = state.condition.subscribe();
    let ended = tokio::select! {
        ended = async {
            tokio::try_join!(
                pump(&mut client_in, &mut server_out, &state),
                pump(&mut server_in, &mut client_out, &state),
            )
        } => ended.is_ok(),
        _ = condition.wait_for(|condition| *condition == LinkCondition::Down) => false,
    };
    if !ended {
        // With nothing to linger for, and no orderly end of either half, the kernel sends a reset.
        client_in.as_ref().set_zero_linger().ok();
        server_in.as_ref().set_zero_linger().ok();
        client_out.forget();
        server_out.forget();
    }
}

/// Carries one direction to its orderly end. An error: the connection is broken.
async fn pump(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    state: &LinkState,
) -> io::Result<()> {
    let (sender, mut packets) = mpsc::channel::<(Instant, Vec<u8>)>(IN_FLIGHT);
    let read = async {
        let mut buffer = vec![0; PACKET_BYTES];
        loop {
            let count = from.read(&mut buffer).await?;
            let arrived = (Instant::now(), buffer[..count].to_vec());
            if sender.send(arrived).await.is_err() || count == 0 {
                return io::Result::Ok(());
            }
        }
    };
    let write = async {
        while let Some((at, packet)) = packets.recv().await {
            if packet.is_empty() {
                return to.shutdown().await;
            }
            pass(state, at, packet.len()).await;
            to.write_all(&packet).await?;
        }
        Ok(())
    };
    tokio::try_join!(read, write).map(|((), ())| ())
}

/// Returns when a packet that came at `at` may go on.
async fn pass(state: &LinkState, at: Instant, bytes: usize) {
    let mut condition = state.condition.subscribe();
    let silent = |condition: &LinkCondition| {
        !matches!(condition, LinkCondition::Silent | LinkCondition::Down)
    };
    let now = match condition.wait_for(silent).await {
        Ok(now) => *now,
        Err(_) => return,
    };
    if let LinkCondition::Slow {
        delay,
        bytes_per_second,
        loss_percent,
    } = now
    {
        sleep_until(at + delay).await;
        let millis = bytes as u64 * 1_000 / bytes_per_second.max(1);
        sleep(Duration::from_millis(millis)).await;
        if rand::rng().random_range(0..100) < loss_percent {
            sleep(Duration::from_millis(LOSS_COSTS_MS)).await;
        }
    }
}
