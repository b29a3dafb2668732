//! What waits to be written to one socket: bounded in frames and in bytes.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use tokio_tungstenite::tungstenite::Utf8Bytes;
use wire::CloseCode;

use crate::limits::Limit;

/// What travels over a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Text, which is UTF-8.
    Text(Utf8Bytes),
    /// Bytes that mean whatever both ends agree on.
    Binary(Bytes),
}

impl Frame {
    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

/// The queue is full: the other end reads too slowly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the socket's queue is full")]
pub struct Overflow;

/// Writes to a socket from anywhere; cheap to clone, never waits.
#[derive(Debug, Clone)]
pub struct SocketHandle {
    queue: Arc<OutboundQueue>,
}

impl SocketHandle {
    pub(super) fn new(max_frames: usize, max_bytes: usize) -> Self {
        Self {
            queue: Arc::new(OutboundQueue {
                state: Mutex::default(),
                wake: AtomicWaker::new(),
                is_probed: AtomicBool::new(false),
                max_frames,
                max_bytes,
            }),
        }
    }

    /// One that no socket reads: what is sent to it stays there. For tests of who sends and closes what.
    #[must_use]
    pub fn unread(max_frames: usize, max_bytes: usize) -> Self {
        Self::new(max_frames, max_bytes)
    }

    /// With what it is closed, or will be after what is queued.
    #[must_use]
    pub fn closing(&self) -> Option<CloseCode> {
        self.queue.lock().closing
    }

    /// Queues a text frame. To a socket that is closing or gone it is dropped, and `Ok`: that it is gone
    /// is told by its [`super::Socket::next`].
    ///
    /// # Errors
    /// [`Overflow`] when the queue is full; the frame is not sent. Close with `SlowConsumer` then.
    pub fn try_send(&self, text: Utf8Bytes) -> Result<(), Overflow> {
        self.try_send_frame(Frame::Text(text))
    }

    /// As [`SocketHandle::try_send`], for either kind of frame.
    ///
    /// # Errors
    /// [`Overflow`] when the queue is full.
    pub fn try_send_frame(&self, frame: Frame) -> Result<(), Overflow> {
        self.try_send_numbered(frame).map(drop)
    }

    /// As [`SocketHandle::try_send_frame`]. The frame's number, which [`SocketHandle::written`] reaches with it; never,
    /// where it was dropped.
    ///
    /// # Errors
    /// [`Overflow`] when the queue is full.
    pub fn try_send_numbered(&self, frame: Frame) -> Result<u64, Overflow> {
        let mut state = self.queue.lock();
        if state.closing.is_some() || state.gone {
            return Ok(u64::MAX);
        }
        let bytes = state.bytes + frame.len();
        let full = match (
            state.frames.len() >= self.queue.max_frames,
            bytes > self.queue.max_bytes,
        ) {
            (true, _) => Some(Limit::QueueFrames),
            (false, true) => Some(Limit::QueueBytes),
            (false, false) => None,
        };
        if let Some(limit) = full {
            drop(state);
            limit.hit();
            return Err(Overflow);
        }
        state.bytes = bytes;
        state.frames.push_back(frame);
        state.queued += 1;
        let number = state.queued;
        drop(state);
        self.queue.wake.wake();
        Ok(number)
    }

    /// Closes with `code` after what is queued; the first close counts. A slow consumer's queue is
    /// dropped: it would not be read.
    pub fn close(&self, code: CloseCode) {
        let mut state = self.queue.lock();
        if state.closing.is_none() {
            state.closing = Some(code);
            if code == CloseCode::SlowConsumer {
                state.clear();
            }
        }
        drop(state);
        self.queue.wake.wake();
    }

    /// The number of the last frame that was given to the connection whole.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.queue.lock().written
    }

    /// Whatever was taken out of the queue is with the connection.
    pub(super) fn note_written(&self) {
        let mut state = self.queue.lock();
        state.written = state.taken;
    }

    /// True while less than half of the queue is taken: for what is sent as fast as it is read.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let state = self.queue.lock();
        state.frames.len() < self.queue.max_frames / 2 && state.bytes < self.queue.max_bytes / 2
    }

    /// True when the socket is closing or gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let state = self.queue.lock();
        state.closing.is_some() || state.gone
    }

    /// Sends a WebSocket ping at once, and calls `on_life` with the next thing that the other end sends, from
    /// the socket's own task; never where nothing comes. The newest call counts.
    pub fn probe(&self, on_life: impl FnOnce() + Send + 'static) {
        let mut state = self.queue.lock();
        if state.closing.is_none() && !state.gone {
            state.ping_is_due = true;
            state.on_life = Some(OnLife(Box::new(on_life)));
            self.queue.is_probed.store(true, Ordering::Release);
        }
        drop(state);
        self.queue.wake.wake();
    }

    /// True where a ping is to be sent, once for each [`SocketHandle::probe`].
    pub(super) fn take_ping(&self) -> bool {
        let is_probed = self.queue.is_probed.load(Ordering::Acquire);
        is_probed && std::mem::take(&mut self.queue.lock().ping_is_due)
    }

    /// The other end has sent something.
    pub(super) fn shows_life(&self) {
        if !self.queue.is_probed.swap(false, Ordering::AcqRel) {
            return;
        }
        let on_life = self.queue.lock().on_life.take();
        if let Some(OnLife(call)) = on_life {
            call();
        }
    }

    pub(super) fn register(&self, waker: &Waker) {
        self.queue.wake.register(waker);
    }

    /// The next frame, or, when there is none, the code to close with.
    pub(super) fn pop(&self) -> QueueItem {
        let mut state = self.queue.lock();
        if let Some(frame) = state.frames.pop_front() {
            state.bytes -= frame.len();
            state.taken += 1;
            return QueueItem::Frame(frame);
        }
        state.closing.map_or(QueueItem::Nothing, QueueItem::Close)
    }

    pub(super) fn mark_gone(&self) {
        let mut state = self.queue.lock();
        state.gone = true;
        state.on_life = None;
        state.clear();
    }
}

/// What the writer finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum QueueItem {
    /// A frame to write.
    Frame(Frame),
    /// The queue is empty, and the socket is to be closed.
    Close(CloseCode),
    /// The queue is empty.
    Nothing,
}

#[derive(Debug)]
struct OutboundQueue {
    state: Mutex<OutboundState>,
    wake: AtomicWaker,
    /// Looked at with each message, before the lock is taken: nearly always false.
    is_probed: AtomicBool,
    max_frames: usize,
    max_bytes: usize,
}

/// What is called once with the next sign of life.
struct OnLife(Box<dyn FnOnce() + Send>);

impl std::fmt::Debug for OnLife {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnLife(…)")
    }
}

#[derive(Debug, Default)]
struct OutboundState {
    frames: VecDeque<Frame>,
    bytes: usize,
    /// Frames that came in, were taken out, and are with the connection, so far.
    queued: u64,
    taken: u64,
    written: u64,
    closing: Option<CloseCode>,
    gone: bool,
    ping_is_due: bool,
    on_life: Option<OnLife>,
}

impl OutboundState {
    fn clear(&mut self) {
        self.frames = VecDeque::new();
        self.bytes = 0;
    }
}

impl OutboundQueue {
    fn lock(&self) -> std::sync::MutexGuard<'_, OutboundState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_12_the_queue_is_bounded_in_frames_and_bytes() {
        let handle = SocketHandle::new(2, 100);
        assert!(handle.has_room());
        assert_eq!(handle.try_send("a".into()), Ok(()));
        assert!(!handle.has_room());
        assert_eq!(handle.try_send("b".into()), Ok(()));
        assert_eq!(handle.try_send("c".into()), Err(Overflow));
        assert_eq!(handle.pop(), QueueItem::Frame(Frame::Text("a".into())));
        assert_eq!(handle.try_send("x".repeat(100).into()), Err(Overflow));
        assert_eq!(handle.try_send("x".repeat(99).into()), Ok(()));
    }

    #[test]
    fn cht_169_a_frame_is_written_once_the_connection_has_it() {
        let handle = SocketHandle::new(3, 100);
        let send = |text: &'static str| handle.try_send_numbered(Frame::Text(text.into()));
        assert_eq!((send("a"), send("b"), handle.written()), (Ok(1), Ok(2), 0));
        handle.pop();
        assert_eq!(handle.written(), 0, "it may still wait in a buffer");
        handle.note_written();
        assert_eq!(handle.written(), 1);
        handle.close(CloseCode::SlowConsumer);
        handle.note_written();
        assert_eq!((send("c"), handle.written()), (Ok(u64::MAX), 1));
    }

    #[test]
    fn closing_comes_after_what_is_queued() {
        let handle = SocketHandle::new(2, 100);
        handle.try_send("a".into()).unwrap();
        handle.close(CloseCode::SessionOver);
        handle.close(CloseCode::GoingAway);
        assert_eq!(handle.try_send("late".into()), Ok(()));
        assert_eq!(handle.pop(), QueueItem::Frame(Frame::Text("a".into())));
        assert_eq!(handle.pop(), QueueItem::Close(CloseCode::SessionOver));
    }

    #[test]
    fn a_slow_consumers_queue_is_dropped() {
        let handle = SocketHandle::new(2, 100);
        handle.try_send("a".into()).unwrap();
        handle.close(CloseCode::SlowConsumer);
        assert_eq!(handle.pop(), QueueItem::Close(CloseCode::SlowConsumer));
    }
}
