//! The end of a socket: the closing handshake, within bounds.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::io::AsyncWrite;
use tokio_tungstenite::tungstenite::Message;
use wire::CloseCode;

use super::{Disconnect, Socket};

/// Frames that are read in search of the other end's close frame. Who sends more is not listening; what is
/// still on the way is taken by the connection's lingering, which costs less.
const MAX_DISCARDED: u32 = 256;

impl Socket {
    /// Writes what is queued, then finishes the closing handshake, within the close timeout.
    /// A socket that nobody closed gets 1000.
    pub(in crate::socket) async fn finish(mut self) {
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

    /// Ready when both close frames have passed, the connection is gone, or the other end does not listen.
    /// Letting the stream be polled once more after the other end's close frame is what sends the answer.
    fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.handle.register(cx.waker());
        let by_peer = matches!(self.disconnect, Some(Disconnect::Peer(_)));
        if !by_peer && self.poll_write(cx).is_err() {
            return Poll::Ready(());
        }
        while self.discarded < MAX_DISCARDED {
            match Pin::new(&mut *self.stream).poll_next(cx) {
                Poll::Ready(Some(Ok(Message::Close(_)))) => self.close_answered = true,
                Poll::Ready(Some(Ok(_))) => self.discarded += 1,
                Poll::Ready(Some(Err(_)) | None) if self.unflushed && !by_peer => {
                    // Reading has ended by a fault; what says so must still leave.
                    return Poll::Pending;
                }
                // tungstenite has ended, with its last frame given to the stream but not flushed.
                Poll::Ready(Some(Err(_)) | None) => {
                    return Pin::new(self.stream.get_mut()).poll_flush(cx).map(drop);
                }
                Poll::Pending => {
                    let held =
                        self.meter().take_fragments() + u32::from(self.meter().take_small_read());
                    if held == 0 {
                        return Poll::Pending;
                    }
                    self.discarded += held;
                }
            }
        }
        match self.unflushed && !by_peer {
            true => Poll::Pending,
            false => Poll::Ready(()),
        }
    }
}
