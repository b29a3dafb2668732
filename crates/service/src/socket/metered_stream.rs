//! The stream below tungstenite: metered, and with buffers that are there only while something is in them.
//!
//! tungstenite keeps its own two for as long as a socket lives, each as large as it ever was: they are kept small, and
//! what goes beyond them is held here.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::frame_meter::FrameMeter;

/// Bytes that are read at once.
const READ_BYTES: usize = 4 * 1024;
/// Bytes that are gathered before they are written in the middle of a drain.
const GATHERED_BYTES: usize = 32 * 1024;

thread_local! {
    /// Where a read arrives; what tungstenite does not take at once is copied out.
    static READ: RefCell<[u8; READ_BYTES]> = const { RefCell::new([0; READ_BYTES]) };
}

/// A stream whose bytes are counted. While reading is held back it is pending, and wakes nobody.
#[derive(Debug)]
pub(super) struct MeteredStream<S> {
    stream: S,
    pub(super) meter: FrameMeter,
    /// Read, and not yet taken.
    unread: Bytes,
    /// Given, and not yet written: that waits for a flush, or for more than is gathered.
    unwritten: Vec<u8>,
}

impl<S> MeteredStream<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            meter: FrameMeter::default(),
            unread: Bytes::new(),
            unwritten: Vec::new(),
        }
    }
}

impl<S: AsyncWrite + Unpin> MeteredStream<S> {
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.unwritten.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.unwritten))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.meter.note_written(written);
            self.unwritten.drain(..written);
        }
        self.unwritten = Vec::new();
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MeteredStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.unread.is_empty() {
            let taken = buf.remaining().min(this.unread.len());
            buf.put_slice(&this.unread.split_to(taken));
            return Poll::Ready(Ok(()));
        }
        if this.meter.is_held() {
            return Poll::Pending;
        }
        READ.with_borrow_mut(|arriving| {
            let mut arriving = ReadBuf::new(arriving);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut arriving))?;
            let bytes = arriving.filled();
            this.meter.read(bytes);
            let (taken, left) = bytes.split_at(bytes.len().min(buf.remaining()));
            buf.put_slice(taken);
            if !left.is_empty() {
                this.unread = Bytes::copy_from_slice(left);
            }
            Poll::Ready(Ok(()))
        })
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for MeteredStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.unwritten.len() >= GATHERED_BYTES {
            ready!(self.poll_drain(cx))?;
        }
        self.unwritten.extend_from_slice(buf);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_drain(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    /// A frame of text as a client sends it, unmasked in effect.
    fn frame(payload: usize) -> Vec<u8> {
        let length = u16::try_from(payload).unwrap().to_be_bytes();
        let head = [&[0x81, 0x80 | 126][..], &length, &[0; 4]].concat();
        [head, vec![b'x'; payload]].concat()
    }

    #[tokio::test]
    async fn edg_33_what_is_read_ahead_is_given_in_pieces_and_then_let_go() {
        let (near, mut far) = duplex(64 * 1024);
        let mut stream = MeteredStream::new(near);
        let sent = frame(9_000);
        far.write_all(&sent).await.unwrap();
        let mut got: Vec<u8> = Vec::new();
        while got.len() < sent.len() {
            let mut piece = [0; 500];
            let count = stream.read(&mut piece).await.unwrap();
            got.extend(&piece[..count]);
            assert!(stream.unread.len() < READ_BYTES);
        }
        assert_eq!(got, sent);
        assert!(stream.unread.is_empty());
        drop(far);
        assert_eq!(stream.read(&mut [0; 500]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn edg_33_what_is_gathered_leaves_with_a_flush_and_is_let_go() {
        let (near, mut far) = duplex(1024 * 1024);
        let mut stream = MeteredStream::new(near);
        stream.write_all(b"two ").await.unwrap();
        stream.write_all(b"writes").await.unwrap();
        assert_eq!(stream.meter.written(), 0, "nothing left before the flush");
        stream.flush().await.unwrap();
        let mut got = [0; 10];
        far.read_exact(&mut got).await.unwrap();
        assert_eq!(&got, b"two writes");
        assert_eq!(
            (stream.meter.written(), stream.unwritten.capacity()),
            (10, 0)
        );
        for _ in 0..10 {
            stream.write_all(&[b'x'; 10_000]).await.unwrap();
            assert!(stream.unwritten.len() < GATHERED_BYTES + 10_000);
        }
        stream.shutdown().await.unwrap();
        let mut rest = Vec::new();
        far.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest.len(), 100_000);
    }

    #[tokio::test]
    async fn edg_33_an_end_that_takes_nothing_holds_back_what_would_be_gathered() {
        let (near, mut far) = duplex(1_000);
        let mut stream = MeteredStream::new(near);
        let mut given = 0;
        loop {
            let polled = futures_util::poll!(Box::pin(stream.write(&[b'x'; 1_000])));
            match polled {
                Poll::Ready(written) => given += written.unwrap(),
                Poll::Pending => break,
            }
        }
        assert!(
            (GATHERED_BYTES..GATHERED_BYTES + 2_000).contains(&given),
            "{given}"
        );
        let reading = tokio::spawn(async move {
            let mut got = vec![0; given];
            far.read_exact(&mut got).await.map(|_| far)
        });
        stream.flush().await.unwrap();
        reading.await.unwrap().unwrap();
        assert_eq!(stream.meter.written(), given as u64);
    }
}
