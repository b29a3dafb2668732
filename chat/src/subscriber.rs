//! The queue to a connected socket, or to a request that waits for news.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chat_core::{MessageRef, ReadRequest};
use service::socket::SocketHandle;
use tokio::sync::Notify;

use crate::stomp::StompSubscriber;
use crate::unsent::UnsentMessages;

/// Reads that one connection may have asked for and not begun. It asks for one with a frame, and begins it
/// before it takes the next: two are never there.
const MAX_READS: usize = 8;

/// A socket, or a request that waits for news.
#[derive(Debug)]
pub(crate) enum Subscriber {
    /// A device, whose task reads from the store what the broker asks for.
    Socket {
        socket: SocketHandle,
        reads: Arc<ReadQueue>,
        unsent: UnsentMessages,
    },
    /// A client of STOMP. Boxed: they are few, and larger than the others.
    Stomp(Box<StompSubscriber>),
    /// A request that waits: it is woken, and looks for itself.
    LongPoll(Arc<Notify>),
}

impl Subscriber {
    /// The messages that it was given and has not written; a request that waits was given none.
    pub(crate) fn left(self) -> Vec<Arc<MessageRef>> {
        match self {
            Self::Socket { socket, unsent, .. } => unsent.left(socket.written()),
            Self::Stomp(subscriber) => subscriber.left(),
            Self::LongPoll(_) => Vec::new(),
        }
    }
}

/// What a connection's task is to read, in order.
#[derive(Debug, Default)]
pub(crate) struct ReadQueue {
    requests: Mutex<VecDeque<ReadRequest>>,
    added: Notify,
}

impl ReadQueue {
    /// Adds a request; false where there are too many.
    pub(crate) fn push(&self, request: ReadRequest) -> bool {
        let mut requests = self.requests();
        if requests.len() >= MAX_READS {
            return false;
        }
        requests.push_back(request);
        self.added.notify_one();
        true
    }

    /// The next request, as soon as there is one.
    pub(crate) async fn next(&self) -> ReadRequest {
        loop {
            if let Some(request) = self.requests().pop_front() {
                return request;
            }
            self.added.notified().await;
        }
    }

    fn requests(&self) -> MutexGuard<'_, VecDeque<ReadRequest>> {
        // A push or a pop can't panic half-way.
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
