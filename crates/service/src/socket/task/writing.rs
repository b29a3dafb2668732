//! What leaves a socket: the queue, answers to pings, and the close frame.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_util::Sink;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error as WsError, Message, Utf8Bytes};
use wire::CloseCode;

use super::{Disconnect, Socket};
use crate::limits::Limit;
use crate::socket::queue::{Frame, QueueItem};

/// Since when the other end has taken no byte of what waits for it.
pub(super) struct Stall {
    pub(super) since: Instant,
    written: u64,
}

impl Socket {
    /// Runs `work` to its end, and meanwhile writes what is queued. No frame is taken: they wait for what the work does.
    ///
    /// Not for work without a time limit: neither pings nor silence are looked after.
    pub async fn write_while<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| {
            if let Poll::Ready(output) = work.as_mut().poll(cx) {
                return Poll::Ready(output);
            }
            self.handle.register(cx.waker());
            if self.disconnect.is_none() && self.poll_write(cx).is_err() {
                self.gone();
            }
            Poll::Pending
        })
        .await
    }

    /// Drains the queue into the stream's buffer, then flushes once.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Result<(), WsError> {
        while !self.close_sent {
            if Pin::new(&mut *self.stream).poll_ready(cx)?.is_pending() {
                self.stalled();
                return Ok(());
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
            self.start_send(message)?;
        }
        if self.unflushed {
            match Pin::new(&mut *self.stream).poll_flush(cx)? {
                Poll::Ready(()) => self.flushed(),
                Poll::Pending => self.stalled(),
            }
        }
        Ok(())
    }

    /// What does not fit below our own queue either is read too slowly.
    fn start_send(&mut self, message: Message) -> Result<(), WsError> {
        self.unflushed = true;
        match Pin::new(&mut *self.stream).start_send(message) {
            Err(WsError::WriteBufferFull(_)) => {
                Limit::QueueBytes.hit();
                self.end(CloseCode::SlowConsumer);
                Ok(())
            }
            started => started,
        }
    }

    fn flushed(&mut self) {
        self.unflushed = false;
        self.handle.note_written();
        if self.stall.take().is_some() {
            // Meanwhile nothing was read: it was not the other end that was silent.
            self.last_received = Instant::now();
        }
    }

    /// A stall begins anew with each byte that is taken.
    fn stalled(&mut self) {
        let written = self.meter().written();
        if self
            .stall
            .as_ref()
            .is_some_and(|stall| stall.written == written)
        {
            return;
        }
        let since = Instant::now();
        self.stall = Some(Stall { since, written });
        self.reset_timer();
    }
}

fn close_message(code: CloseCode) -> Message {
    Message::Close(Some(CloseFrame {
        code: code.code().into(),
        reason: Utf8Bytes::from_static(code.name()),
    }))
}
