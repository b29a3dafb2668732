//! The socket itself: owned by one task, which reads, writes, pings and closes it.

mod closing;
mod timers;
mod writing;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::Stream;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, Sleep};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error as WsError, Message, Utf8Bytes};
use wire::CloseCode;

use self::timers::next_ping;
use self::writing::Stall;
use super::frame_meter::FrameMeter;
use super::metered_stream::MeteredStream;
use super::queue::Frame;
use super::{SocketHandle, SocketSettings};
use crate::http::Linger;
use crate::limits::Limit;

/// What a socket brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A text frame.
    Text(Utf8Bytes),
    /// It is over; nothing more comes.
    Closed(Disconnect),
}

/// Who ended a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// The other end, by a close frame with this code, if any.
    Peer(Option<u16>),
    /// The connection broke without a close frame.
    Vanished,
    /// This end: by [`SocketHandle::close`], silence, a stalled write or a breach of RFC 6455.
    Server(CloseCode),
}

/// Fragments of one message: a client that splits 64 KiB by 256 bytes needs as many.
const MAX_FRAGMENTS: u32 = 256;

/// What a read brings.
enum ReadOutcome {
    Frame(Frame),
    /// Frames that bring no message: control frames and fragments.
    Overhead(u32),
}

/// A connection that speaks WebSocket.
pub(super) type MessageStream = WebSocketStream<MeteredStream<TokioIo<Upgraded>>>;

/// One WebSocket. Whoever owns it must keep calling [`Socket::next`]: that also writes and pings.
pub struct Socket {
    /// Boxed: it would be copied into every future that the socket passes through.
    stream: Box<MessageStream>,
    handle: SocketHandle,
    settings: SocketSettings,
    linger: Option<Linger>,
    timer: Pin<Box<Sleep>>,
    ping_at: Instant,
    last_received: Instant,
    stall: Option<Stall>,
    /// Fragments of the message that is under way.
    fragments: u32,
    /// Until then nothing is read: what comes is too little at a time.
    paused_until: Option<Instant>,
    unflushed: bool,
    close_sent: bool,
    /// The other end has answered our close frame: nothing of it is still on the way.
    close_answered: bool,
    /// Frames that came while the socket was being closed.
    discarded: u32,
    disconnect: Option<Disconnect>,
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket")
            .field("disconnect", &self.disconnect)
            .finish_non_exhaustive()
    }
}

impl Socket {
    pub(super) fn new(
        stream: MessageStream,
        settings: SocketSettings,
        linger: Option<Linger>,
    ) -> Self {
        metrics::gauge!("sockets").increment(1.0);
        let now = Instant::now();
        let ping_at = next_ping(now, settings.ping_every);
        Self {
            stream: Box::new(stream),
            handle: SocketHandle::new(settings.queue_frames, settings.queue_bytes),
            settings,
            linger,
            timer: Box::pin(tokio::time::sleep_until(ping_at)),
            ping_at,
            last_received: now,
            stall: None,
            fragments: 0,
            paused_until: None,
            unflushed: false,
            close_sent: false,
            close_answered: false,
            discarded: 0,
            disconnect: None,
        }
    }

    /// What others write to this socket with.
    #[must_use]
    pub fn handle(&self) -> SocketHandle {
        self.handle.clone()
    }

    /// The next text frame, or the end; after the end always the end. A binary frame is refused with 1003.
    /// Cancel-safe.
    ///
    /// Meanwhile it writes what is queued (all of it, then one flush), answers pings, sends its own, and
    /// ends a socket that is silent or reads nothing. From who reads nothing nothing is read.
    pub async fn next(&mut self) -> Incoming {
        self.next_charged(|_| false).await
    }

    /// As [`Socket::next`]. `charge` is given the number of frames that brought no message, as pings and
    /// fragments, and says whether they are too many: then the socket is closed with 4004.
    pub async fn next_charged(&mut self, charge: impl FnMut(u32) -> bool) -> Incoming {
        match self.next_frame_charged(charge).await {
            Ok(Frame::Text(text)) => Incoming::Text(text),
            Ok(Frame::Binary(_)) => Incoming::Closed(self.breach(CloseCode::UnsupportedData)),
            Err(disconnect) => Incoming::Closed(disconnect),
        }
    }

    /// As [`Socket::next`], but takes binary frames too.
    ///
    /// # Errors
    /// How the socket ended; from then on always the same.
    pub async fn next_frame(&mut self) -> Result<Frame, Disconnect> {
        self.next_frame_charged(|_| false).await
    }

    /// As [`Socket::next_charged`], but takes binary frames too.
    ///
    /// # Errors
    /// As [`Socket::next_frame`].
    pub async fn next_frame_charged(
        &mut self,
        mut charge: impl FnMut(u32) -> bool,
    ) -> Result<Frame, Disconnect> {
        loop {
            match poll_fn(|cx| self.poll_arrival(cx)).await? {
                ReadOutcome::Frame(frame) => return Ok(frame),
                ReadOutcome::Overhead(frames) if charge(frames) => {
                    return Err(self.end(CloseCode::RateLimited));
                }
                ReadOutcome::Overhead(_) => {}
            }
        }
    }

    /// As [`Socket::next_charged`], for the first frame: closes with 4507 when none comes within `limit`.
    pub async fn first(&mut self, limit: Duration, charge: impl FnMut(u32) -> bool) -> Incoming {
        match tokio::time::timeout(limit, self.next_charged(charge)).await {
            Ok(incoming) => incoming,
            Err(_) => {
                Limit::JoinTimeout.hit();
                Incoming::Closed(self.end(CloseCode::JoinTimeout))
            }
        }
    }

    fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<Result<ReadOutcome, Disconnect>> {
        self.handle.register(cx.waker());
        loop {
            if self.handle.take_ping() {
                self.ping(cx);
            }
            if self.disconnect.is_none() && self.poll_write(cx).is_err() {
                self.gone();
            }
            if let Some(disconnect) = self.disconnect {
                return Poll::Ready(Err(disconnect));
            }
            if self.stall.is_none() && self.paused_until.is_none() {
                if let Poll::Ready(message) = Pin::new(&mut *self.stream).poll_next(cx) {
                    return Poll::Ready(self.take(message));
                }
                let fragments = self.meter().take_fragments();
                self.fragments = self.fragments.saturating_add(fragments);
                if self.fragments > MAX_FRAGMENTS {
                    Limit::FrameBytes.hit();
                    return Poll::Ready(Err(self.breach(CloseCode::TooLarge)));
                }
                if fragments > 0 {
                    return Poll::Ready(Ok(ReadOutcome::Overhead(fragments)));
                }
                if self.meter().take_small_read() {
                    self.pause();
                }
            }
            if self.poll_timers(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    fn meter(&mut self) -> &mut FrameMeter {
        &mut self.stream.get_mut().meter
    }

    /// What a message means. A ping's answer is queued by tungstenite, and flushed before anything else is read.
    fn take(
        &mut self,
        message: Option<Result<Message, WsError>>,
    ) -> Result<ReadOutcome, Disconnect> {
        self.last_received = Instant::now();
        if matches!(&message, Some(Ok(message)) if !message.is_close()) {
            self.handle.shows_life();
        }
        let disconnect = match message {
            Some(Ok(Message::Text(text))) => {
                self.fragments = 0;
                return Ok(ReadOutcome::Frame(Frame::Text(text)));
            }
            Some(Ok(Message::Binary(bytes))) => {
                self.fragments = 0;
                return Ok(ReadOutcome::Frame(Frame::Binary(bytes)));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {
                self.unflushed = true;
                return Ok(ReadOutcome::Overhead(1));
            }
            Some(Ok(Message::Close(frame))) => {
                self.handle.mark_gone();
                *self
                    .disconnect
                    .insert(Disconnect::Peer(frame.map(|frame| frame.code.into())))
            }
            Some(Err(error)) => match fault(&error) {
                Some(code) => {
                    if code == CloseCode::TooLarge {
                        Limit::FrameBytes.hit();
                    }
                    self.breach(code)
                }
                None => self.gone(),
            },
            None => self.gone(),
        };
        Err(disconnect)
    }

    /// Ends the socket from this side; the close frame is written by [`Socket::finish`].
    fn end(&mut self, code: CloseCode) -> Disconnect {
        self.handle.close(code);
        *self.disconnect.get_or_insert(Disconnect::Server(code))
    }

    /// Ends a socket whose other end broke the rules of RFC 6455, or of this service.
    fn breach(&mut self, code: CloseCode) -> Disconnect {
        metrics::counter!("socket_breaches_total", "code" => code.name()).increment(1);
        self.end(code)
    }

    fn gone(&mut self) -> Disconnect {
        self.handle.mark_gone();
        *self.disconnect.get_or_insert(Disconnect::Vanished)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.handle.mark_gone();
        metrics::gauge!("sockets").decrement(1.0);
    }
}

/// The close code for a breach of RFC 6455; none where the connection broke.
fn fault(error: &WsError) -> Option<CloseCode> {
    use tokio_tungstenite::tungstenite::error::ProtocolError;
    match error {
        WsError::Capacity(_) => Some(CloseCode::TooLarge),
        WsError::Utf8(_) => Some(CloseCode::InvalidPayload),
        WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        WsError::Protocol(_) => Some(CloseCode::ProtocolError),
        _ => None,
    }
}
