//! The socket itself: owned by one task, which reads, writes, pings and closes it.

mod timers;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::{Sink, Stream};
use tokio::time::{Instant, Sleep};
use tokio_tungstenite::tungstenite::Error as WsError;
use wire::CloseCode;

use self::timers::next_ping;
use super::queue::{Frame, QueueItem};
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

/// One WebSocket. Whoever owns it must keep calling [`Socket::next`]: that also writes and pings.
pub struct Socket {
    /// Boxed: it would be copied into every future that the socket passes through.
    stream: Box<WebSocket>,
    handle: SocketHandle,
    settings: SocketSettings,
    linger: Option<Linger>,
    timer: Pin<Box<Sleep>>,
    ping_at: Instant,
    last_received: Instant,
    stalled_since: Option<Instant>,
    unflushed: bool,
    close_sent: bool,
    /// The other end has answered our close frame: nothing of it is still on the way.
    close_answered: bool,
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
    pub(super) fn new(stream: WebSocket, settings: SocketSettings, linger: Option<Linger>) -> Self {
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
            stalled_since: None,
            unflushed: false,
            close_sent: false,
            close_answered: false,
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
    /// ends a socket that is silent or reads nothing.
    pub async fn next(&mut self) -> Incoming {
        match self.next_frame().await {
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
        poll_fn(|cx| self.poll_frame(cx)).await
    }

    /// As [`Socket::next`], for the first frame: closes with 4507 when none comes within `limit`.
    pub async fn first(&mut self, limit: Duration) -> Incoming {
        match tokio::time::timeout(limit, self.next()).await {
            Ok(incoming) => incoming,
            Err(_) => {
                Limit::JoinTimeout.hit();
                Incoming::Closed(self.end(CloseCode::JoinTimeout))
            }
        }
    }

    /// Writes what is queued, then finishes the closing handshake, within the close timeout.
    /// A socket that nobody closed gets 1000.
    pub(super) async fn finish(mut self) {
        if !matches!(
            self.disconnect,
            Some(Disconnect::Peer(_) | Disconnect::Vanished)
        ) {
            self.handle.close(CloseCode::Normal);
        }
        let limit = self.settings.close_timeout;
        let closed = tokio::time::timeout(limit, poll_fn(|cx| self.poll_closed(cx))).await;
        if closed.is_err() {
            tracing::debug!("a socket's other end did not finish the closing handshake");
        }
        let is_closed = self.close_answered || matches!(self.disconnect, Some(Disconnect::Peer(_)));
        if let Some(linger) = self.linger.as_ref().filter(|_| !is_closed) {
            linger.ask();
        }
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Result<Frame, Disconnect>> {
        self.handle.register(cx.waker());
        loop {
            if self.disconnect.is_none() && self.poll_write(cx).is_err() {
                self.gone();
            }
            if let Some(disconnect) = self.disconnect {
                return Poll::Ready(Err(disconnect));
            }
            match Pin::new(&mut *self.stream).poll_next(cx) {
                Poll::Ready(message) => {
                    if let Some(taken) = self.take(message) {
                        return Poll::Ready(taken);
                    }
                }
                Poll::Pending => {
                    if self.poll_timers(cx).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    /// What a message means. A ping's answer is queued by tungstenite and leaves with the next poll.
    fn take(
        &mut self,
        message: Option<Result<Message, axum::Error>>,
    ) -> Option<Result<Frame, Disconnect>> {
        self.last_received = Instant::now();
        let disconnect = match message {
            Some(Ok(Message::Text(text))) => return Some(Ok(Frame::Text(text))),
            Some(Ok(Message::Binary(bytes))) => return Some(Ok(Frame::Binary(bytes))),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return None,
            Some(Ok(Message::Close(frame))) => {
                self.handle.mark_gone();
                *self
                    .disconnect
                    .insert(Disconnect::Peer(frame.map(|frame| frame.code)))
            }
            Some(Err(error)) => match fault(error) {
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
        Some(Err(disconnect))
    }

    /// Drains the queue into the stream's buffer, then flushes once.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Result<(), axum::Error> {
        while !self.close_sent {
            match Pin::new(&mut *self.stream).poll_ready(cx)? {
                Poll::Ready(()) => self.stalled_since = None,
                Poll::Pending => {
                    self.stalled_since.get_or_insert_with(Instant::now);
                    return Ok(());
                }
            }
            let message = match self.handle.pop() {
                QueueItem::Frame(Frame::Text(text)) => Message::Text(text),
                QueueItem::Frame(Frame::Binary(bytes)) => Message::Binary(bytes),
                QueueItem::Close(code) => {
                    self.close_sent = true;
                    self.disconnect.get_or_insert(Disconnect::Server(code));
                    close_message(code)
                }
                QueueItem::Nothing => break,
            };
            Pin::new(&mut *self.stream).start_send(message)?;
            self.unflushed = true;
        }
        if self.unflushed {
            match Pin::new(&mut *self.stream).poll_flush(cx)? {
                Poll::Ready(()) => {
                    self.unflushed = false;
                    self.stalled_since = None;
                }
                Poll::Pending => {
                    self.stalled_since.get_or_insert_with(Instant::now);
                }
            }
        }
        Ok(())
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

    /// Ready when both close frames have passed, or the connection is gone. Letting the stream be polled
    /// once more after the other end's close frame is what sends the answer.
    fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.handle.register(cx.waker());
        let by_peer = matches!(self.disconnect, Some(Disconnect::Peer(_)));
        if !by_peer && self.poll_write(cx).is_err() {
            return Poll::Ready(());
        }
        loop {
            match Pin::new(&mut *self.stream).poll_next(cx) {
                Poll::Ready(Some(Ok(Message::Close(_)))) => self.close_answered = true,
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(_)) | None) if self.unflushed && !by_peer => {
                    // Reading has ended by a fault; what says so must still leave.
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.handle.mark_gone();
        metrics::gauge!("sockets").decrement(1.0);
    }
}

fn close_message(code: CloseCode) -> Message {
    Message::Close(Some(CloseFrame {
        code: code.code(),
        reason: Utf8Bytes::from_static(code.name()),
    }))
}

/// The close code for a breach of RFC 6455; none where the connection broke.
fn fault(error: axum::Error) -> Option<CloseCode> {
    use tokio_tungstenite::tungstenite::error::ProtocolError;
    let error = error.into_inner().downcast::<WsError>().ok()?;
    match *error {
        WsError::Capacity(_) => Some(CloseCode::TooLarge),
        WsError::Utf8(_) => Some(CloseCode::InvalidPayload),
        WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        WsError::Protocol(_) => Some(CloseCode::ProtocolError),
        _ => None,
    }
}
