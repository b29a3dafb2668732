//! Clients on TCP: for those whose firewall lets no UDP through. One task a connection reads, and writes what
//! is queued for it.

use std::net::SocketAddr;
use std::time::Duration;

use rustix::net::sockopt::set_socket_send_buffer_size;
use service::Tasks;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use turn_core::{ClientEndpoint, Framed, Input, MAX_FRAME_BYTES, split_frame};

use crate::metrics;
use crate::relay::Relay;
use crate::stream_queue::{StreamReceiver, stream_queue};

/// How often a silent connection is asked whether it still has its allocation.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Frames of a connection without an allocation: an allocation takes two or three.
const STRANGER_FRAMES: u32 = 64;
/// The longest frame of such a connection, in bytes: there is no data to relay yet.
const STRANGER_FRAME_BYTES: usize = 2_048;
/// What the system may hold of what is written to a connection, in bytes; more would be late.
const SEND_BUFFER_BYTES: usize = 256 * 1024;
/// Between two accepts when the system has no descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// What is read at once, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// Accepts connections until the stop. `limit`: [`crate::Config::stream_timeout`].
pub(crate) async fn serve(
    listener: TcpListener,
    relay: Relay,
    tasks: Tasks,
    limit: Duration,
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
        let (queue, queued) = stream_queue();
        let closed = stop.child_token();
        relay.add_stream(connection, remote, queue, closed.clone());
        let permit = StreamPermit {
            relay: relay.clone(),
            connection,
            remote,
            limit,
        };
        tasks.spawn("turn stream", carry(permit, stream, queued, closed));
    }
}

/// A connection's place with the relay; dropping it ends its allocation.
struct StreamPermit {
    relay: Relay,
    connection: u64,
    remote: SocketAddr,
    /// For an allocation, a frame, and a write.
    limit: Duration,
}

impl StreamPermit {
    fn client(&self) -> ClientEndpoint {
        ClientEndpoint::Tcp {
            connection: self.connection,
            remote: self.remote,
        }
    }

    fn is_stranger(&self) -> bool {
        !self.relay.has_allocation(self.client())
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
    queued: StreamReceiver,
    closed: CancellationToken,
) {
    // Media is late enough on TCP.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    // A system that takes more is no reason not to serve.
    set_socket_send_buffer_size(&stream, SEND_BUFFER_BYTES).ok();
    let (from, to) = stream.into_split();
    tokio::select! {
        () = read(&permit, from) => {}
        () = write(&permit, to, queued) => {}
        () = closed.cancelled() => {}
    }
}

/// Takes frames until the stream ends or is broken, or a deadline has come.
async fn read(permit: &StreamPermit, mut from: OwnedReadHalf) {
    let mut buffer: Vec<u8> = Vec::with_capacity(STRANGER_FRAME_BYTES);
    let mut reading = StreamReading::begin(permit);
    loop {
        match timeout_at(reading.deadline(), from.read_buf(&mut buffer)).await {
            Err(_) if reading.goes_on(permit) => continue,
            Err(_) => return metrics::stream_timed_out(),
            Ok(Ok(0) | Err(_)) => return,
            Ok(Ok(_)) => {}
        }
        let Some(used) = reading.take_frames(permit, &buffer) else {
            return;
        };
        buffer.drain(..used);
        debug_assert!(buffer.len() < MAX_FRAME_BYTES, "a whole frame is taken out");
        let room = match reading.stranger_until {
            Some(_) => STRANGER_FRAME_BYTES,
            None => READ_BYTES,
        };
        buffer.reserve(room);
    }
}

/// What is known of a connection while it is read.
struct StreamReading {
    /// Until when it must have an allocation; `None` while it has one.
    stranger_until: Option<Instant>,
    /// Frames that came while it had none.
    stranger_frames: u32,
    /// Until when the frame that has begun must be whole.
    frame_until: Option<Instant>,
}

impl StreamReading {
    fn begin(permit: &StreamPermit) -> Self {
        Self {
            stranger_until: Some(Instant::now() + permit.limit),
            stranger_frames: 0,
            frame_until: None,
        }
    }

    fn deadline(&self) -> Instant {
        let soonest = self
            .stranger_until
            .into_iter()
            .chain(self.frame_until)
            .min();
        soonest.unwrap_or_else(|| Instant::now() + LOOK_EVERY)
    }

    /// True for a connection that was silent with an allocation that it has still, and nothing begun.
    fn goes_on(&self, permit: &StreamPermit) -> bool {
        self.stranger_until.is_none() && self.frame_until.is_none() && !permit.is_stranger()
    }

    /// Takes each whole frame; how many bytes that was. `None` when the connection must be closed.
    fn take_frames(&mut self, permit: &StreamPermit, buffer: &[u8]) -> Option<usize> {
        let client = permit.client();
        let mut used_in_all = 0;
        loop {
            match split_frame(&buffer[used_in_all..]) {
                Framed::Whole { length, used } => {
                    let bytes = &buffer[used_in_all..used_in_all + length];
                    if self.stranger_until.is_some() && length > STRANGER_FRAME_BYTES {
                        return None;
                    }
                    permit.relay.take(Input::FromClient { client, bytes });
                    used_in_all += used;
                    self.frame_until = None;
                    self.look(permit)?;
                }
                Framed::Partial => break,
                Framed::Broken => return None,
            }
        }
        let begun = buffer.len() - used_in_all;
        if begun == 0 {
            self.frame_until = None;
        } else if self.stranger_until.is_some() && begun >= STRANGER_FRAME_BYTES {
            return None;
        } else {
            let until = || Instant::now() + permit.limit;
            self.frame_until = Some(self.frame_until.unwrap_or_else(until));
        }
        Some(used_in_all)
    }

    /// Finds out whether it has an allocation now; `None` when it has sent too much without.
    fn look(&mut self, permit: &StreamPermit) -> Option<()> {
        if !permit.is_stranger() {
            self.stranger_until = None;
            self.stranger_frames = 0;
            return Some(());
        }
        let until = || Instant::now() + permit.limit;
        self.stranger_until = Some(self.stranger_until.unwrap_or_else(until));
        self.stranger_frames += 1;
        (self.stranger_frames <= STRANGER_FRAMES).then_some(())
    }
}

/// Writes what is queued until a client takes nothing more.
async fn write(permit: &StreamPermit, mut to: OwnedWriteHalf, mut queued: StreamReceiver) {
    while let Some(bytes) = queued.receive().await {
        if !matches!(
            timeout(permit.limit, to.write_all(&bytes)).await,
            Ok(Ok(()))
        ) {
            return metrics::stream_timed_out();
        }
    }
}
