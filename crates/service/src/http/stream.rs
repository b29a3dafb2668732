//! An accepted TCP stream: keeps its permit, and can stay a moment after its end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

use super::accept_limiter::{AcceptPermit, ConnectionPlace};
use super::parser_refusals::problem_for;
use super::progress::{LeastRate, TransferProgress};
use crate::lifecycle::spawn_detached;
use crate::limits::Limit;

/// How long a lingering stream waits for the other end's last bytes.
const LINGER: Duration = Duration::from_secs(1);
/// How much of them it takes, in bytes.
const LINGER_BYTES: usize = 8 * 1024 * 1024;
/// What it reads into, in bytes: mostly there is nothing but the end, and thousands may linger at once.
const LINGER_BUFFER_BYTES: usize = 512;

/// Begins the answer to an upgrade.
const SWITCHING: &[u8] = b"HTTP/1.1 101 ";

/// Asks a connection to linger when it is dropped.
///
/// A TCP stream that is closed while bytes are unread is reset, and a reset can overtake the last thing
/// that was said, as the close frame that tells why.
#[derive(Debug, Clone, Default)]
pub(crate) struct Linger(Arc<AtomicBool>);

impl Linger {
    /// The connection will linger.
    pub(crate) fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream that holds its permit for as long as it lives, and whose reader must go on reading.
pub(super) struct AcceptedStream {
    /// `None` only while it is dropped.
    stream: Option<TcpStream>,
    linger: Linger,
    permit: Option<AcceptPermit>,
    /// `None` from an upgrade on: sockets have limits of their own.
    reading: Option<TransferProgress>,
    replacement: Option<Replacement>,
}

/// What goes out in place of an answer of hyper's own.
struct Replacement {
    bytes: Vec<u8>,
    written: usize,
    /// How many bytes of hyper's it stands for.
    stands_for: usize,
}

impl AcceptedStream {
    /// An error where the connection's place is another's: it ends as if the other end were gone.
    fn check_place(&self, cx: &Context<'_>) -> io::Result<()> {
        match &self.permit {
            Some(permit) if permit.is_evicted(cx) => Err(io::ErrorKind::ConnectionAborted.into()),
            _ => Ok(()),
        }
    }

    pub(super) fn new(
        stream: TcpStream,
        linger: Linger,
        permit: AcceptPermit,
        least: LeastRate,
    ) -> Self {
        Self {
            stream: Some(stream),
            linger,
            permit: Some(permit),
            reading: Some(TransferProgress::new(least, None)),
            replacement: None,
        }
    }

    /// The place that the connection holds.
    pub(super) fn place(&self) -> Option<ConnectionPlace> {
        self.permit.as_ref().map(AcceptPermit::place)
    }

    #[cfg(test)]
    pub(super) fn tcp(&self) -> &TcpStream {
        self.stream.as_ref().expect("taken by drop alone")
    }

    fn stream(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(self.stream.as_mut().expect("taken by drop alone"))
    }

    /// Looks at what hyper is about to write.
    fn look_at(&mut self, head: &[u8]) {
        if head.starts_with(SWITCHING) {
            self.reading = None;
        }
        if self.replacement.is_none()
            && self.reading.is_some()
            && let Some(bytes) = problem_for(head)
        {
            self.linger.ask();
            self.replacement = Some(Replacement {
                bytes,
                written: 0,
                stands_for: head.len(),
            });
        }
    }

    fn poll_replacement(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        while let Some(mut replacement) = self.replacement.take() {
            let rest = &replacement.bytes[replacement.written..];
            if rest.is_empty() {
                return Poll::Ready(Ok(replacement.stands_for));
            }
            let polled = self.stream().poll_write(cx, rest);
            let polled = self.watched(cx, polled);
            if let Poll::Ready(Ok(written)) = &polled {
                replacement.written += written;
            }
            self.replacement = Some(replacement);
            match polled {
                Poll::Ready(Ok(1..)) => {}
                other => return other,
            }
        }
        Poll::Ready(Ok(0))
    }

    /// A write that waits for a reader who is too slow fails.
    fn watched(
        &mut self,
        cx: &mut Context<'_>,
        polled: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let Some(reading) = &mut self.reading else {
            return polled;
        };
        match polled {
            Poll::Ready(Ok(bytes)) => {
                reading.moved(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Pending if reading.poll_too_slow(cx).is_ready() => {
                Limit::AnswerTime.hit();
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            other => other,
        }
    }
}

impl Drop for AcceptedStream {
    fn drop(&mut self) {
        let (Some(stream), true) = (self.stream.take(), self.linger.is_asked()) else {
            return;
        };
        spawn_detached(linger(stream, self.permit.take()));
    }
}

async fn linger(mut stream: TcpStream, _permit: Option<AcceptPermit>) {
    let rest = async {
        stream.shutdown().await?;
        let (mut read, mut buffer) = (0, [0; LINGER_BUFFER_BYTES]);
        while read < LINGER_BYTES {
            match stream.read(&mut buffer).await? {
                0 => break,
                bytes => read += bytes,
            }
        }
        std::io::Result::Ok(())
    };
    // Whatever comes of it, the stream is closed next.
    drop(tokio::time::timeout(LINGER, rest).await);
}

impl AsyncRead for AcceptedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_place(cx)?;
        self.stream().poll_read(cx, buf)
    }
}

impl AsyncWrite for AcceptedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_place(cx)?;
        self.look_at(buf);
        if self.replacement.is_some() {
            return self.poll_replacement(cx);
        }
        let polled = self.stream().poll_write(cx, buf);
        self.watched(cx, polled)
    }

    /// Asked for once all has been written: nobody is waited for.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(reading) = &mut self.reading {
            reading.rest();
        }
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_place(cx)?;
        // A head without a body is one slice.
        let mut filled = bufs.iter().filter(|slice| !slice.is_empty());
        if let (Some(first), None) = (filled.next(), filled.next()) {
            return self.poll_write(cx, first);
        }
        let polled = self.stream().poll_write_vectored(cx, bufs);
        self.watched(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
