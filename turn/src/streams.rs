//! Clients on TCP: for those whose firewall lets no UDP through. One task a connection reads, and writes what
//! is queued for it.

use std::net::SocketAddr;
use std::time::Duration;

use service::Tasks;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use turn_core::{ClientEndpoint, Framed, Input, MAX_FRAME_BYTES, split_frame};

use crate::metrics;
use crate::relay::Relay;

/// Connections at once: a person has two at most, so this is more than the allocations that there may be.
const MAX_STREAMS: usize = 4_096;
/// Frames that may wait for one connection: half a second of video.
const QUEUE_FRAMES: usize = 256;
/// How long a connection may be silent before it has an allocation.
const IDLE_LIMIT: Duration = Duration::from_secs(30);
/// How long a client may take nothing of what is written to it.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// Between two accepts when the system has no descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// What is read at once, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// Accepts connections until the stop.
pub(crate) async fn serve(
    listener: TcpListener,
    relay: Relay,
    tasks: Tasks,
    stop: CancellationToken,
) {
    let mut connection = 0;
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, remote)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        connection += 1;
        let (queue, queued) = mpsc::channel(QUEUE_FRAMES);
        if relay.add_stream(connection, queue, MAX_STREAMS).is_none() {
            metrics::turned_away();
            continue;
        }
        let permit = StreamPermit {
            relay: relay.clone(),
            connection,
            remote,
        };
        tasks.spawn("turn stream", carry(permit, stream, queued, stop.clone()));
    }
}

/// A connection's place with the relay; dropping it ends its allocation.
struct StreamPermit {
    relay: Relay,
    connection: u64,
    remote: SocketAddr,
}

impl StreamPermit {
    fn client(&self) -> ClientEndpoint {
        ClientEndpoint::Tcp {
            connection: self.connection,
            remote: self.remote,
        }
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        self.relay.remove_stream(self.connection, self.client());
    }
}

async fn carry(
    permit: StreamPermit,
    stream: TcpStream,
    queued: mpsc::Receiver<Vec<u8>>,
    stop: CancellationToken,
) {
    // Media is late enough on TCP.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let (from, to) = stream.into_split();
    tokio::select! {
        () = read(&permit, from) => {}
        () = write(to, queued) => {}
        () = stop.cancelled() => {}
    }
}

/// Takes frames until the stream ends, is broken, or is silent without an allocation.
async fn read(permit: &StreamPermit, mut from: OwnedReadHalf) {
    let client = permit.client();
    let mut buffer: Vec<u8> = Vec::with_capacity(READ_BYTES);
    loop {
        match timeout(IDLE_LIMIT, from.read_buf(&mut buffer)).await {
            Err(_) if permit.relay.has_allocation(client) => continue,
            Err(_) | Ok(Ok(0) | Err(_)) => return,
            Ok(Ok(_)) => {}
        }
        let mut begin = 0;
        loop {
            match split_frame(&buffer[begin..]) {
                Framed::Whole { length, used } => {
                    let bytes = &buffer[begin..begin + length];
                    permit.relay.take(Input::FromClient { client, bytes });
                    begin += used;
                }
                Framed::Partial => break,
                Framed::Broken => return,
            }
        }
        buffer.drain(..begin);
        debug_assert!(buffer.len() < MAX_FRAME_BYTES, "a whole frame is taken out");
        buffer.reserve(READ_BYTES);
    }
}

/// Writes what is queued until a client takes nothing more.
async fn write(mut to: OwnedWriteHalf, mut queued: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = queued.recv().await {
        if !matches!(timeout(WRITE_LIMIT, to.write_all(&bytes)).await, Ok(Ok(()))) {
            return;
        }
    }
}
