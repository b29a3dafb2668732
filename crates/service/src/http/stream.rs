//! An accepted TCP stream: keeps its permit, and can stay a moment after its end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

use super::accept_limiter::AcceptPermit;
use crate::lifecycle::spawn_detached;

/// How long a lingering stream waits for the other end's last bytes.
const LINGER: Duration = Duration::from_secs(1);
/// How much of them it takes, in bytes.
const LINGER_BYTES: usize = 8 * 1024 * 1024;
/// What it reads into, in bytes: mostly there is nothing but the end, and thousands may linger at once.
const LINGER_BUFFER_BYTES: usize = 512;

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

/// A stream that holds its permit for as long as it lives.
pub(super) struct AcceptedStream {
    /// `None` only while it is dropped.
    pub(super) stream: Option<TcpStream>,
    pub(super) linger: Linger,
    pub(super) permit: Option<AcceptPermit>,
}

impl AcceptedStream {
    /// An error where the connection's place is another's: it ends as if the other end were gone.
    fn check_place(&self, cx: &Context<'_>) -> io::Result<()> {
        match &self.permit {
            Some(permit) if permit.is_evicted(cx) => Err(io::ErrorKind::ConnectionAborted.into()),
            _ => Ok(()),
        }
    }

    fn stream(&mut self) -> Pin<&mut TcpStream> {
        Pin::new(self.stream.as_mut().expect("taken by drop alone"))
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
        self.stream().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
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
        self.stream().poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
