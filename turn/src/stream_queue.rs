//! What waits to be written to one TCP connection: so many frames, and so many bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;

/// Frames that may wait for one connection: half a second of video.
const QUEUE_FRAMES: usize = 256;
/// Bytes that may wait for one connection, the same of video at twice the highest rate.
const QUEUE_BYTES: usize = 512 * 1024;

/// The end that queues.
#[derive(Debug)]
pub(crate) struct StreamSender {
    frames: mpsc::Sender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
}

/// The end that writes.
#[derive(Debug)]
pub(crate) struct StreamReceiver {
    frames: mpsc::Receiver<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
}

/// Both ends of an empty queue.
pub(crate) fn stream_queue() -> (StreamSender, StreamReceiver) {
    let (sender, receiver) = mpsc::channel(QUEUE_FRAMES);
    let waiting = Arc::new(AtomicUsize::new(0));
    let sender = StreamSender {
        frames: sender,
        waiting: Arc::clone(&waiting),
    };
    let receiver = StreamReceiver {
        frames: receiver,
        waiting,
    };
    (sender, receiver)
}

impl StreamSender {
    /// Queues a frame, or drops it: false. Called by one at a time, under the relay's lock.
    pub(crate) fn send(&self, frame: Vec<u8>) -> bool {
        let length = frame.len();
        if self.waiting.load(Ordering::Relaxed) + length > QUEUE_BYTES {
            return false;
        }
        self.waiting.fetch_add(length, Ordering::Relaxed);
        let is_queued = self.frames.try_send(frame).is_ok();
        if !is_queued {
            self.waiting.fetch_sub(length, Ordering::Relaxed);
        }
        is_queued
    }
}

impl StreamReceiver {
    /// The next frame; `None` when there will be none.
    pub(crate) async fn receive(&mut self) -> Option<Vec<u8>> {
        let frame = self.frames.recv().await?;
        self.waiting.fetch_sub(frame.len(), Ordering::Relaxed);
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn trn_62_what_waits_for_a_client_is_bounded_in_frames_and_in_bytes() {
        let (sender, mut receiver) = stream_queue();
        let queued = |length: usize| (0..1_000).filter(|_| sender.send(vec![0; length])).count();
        assert_eq!(queued(64 * 1024), 8);
        assert_eq!(receiver.receive().await.unwrap().len(), 64 * 1024);
        assert_eq!(queued(64 * 1024), 1);
        while sender.waiting.load(Ordering::Relaxed) > 0 {
            receiver.receive().await.unwrap();
        }
        assert_eq!(queued(16), 256);
    }
}
