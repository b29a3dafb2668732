//! What subscriptions missed, read and sent no faster than the client reads.

use std::collections::VecDeque;

use chat_core::MissedRange;
use service::socket::SocketHandle;
use wire::chat::Message;
use wire::{CloseCode, ConnectionId};

use super::encoding;
use super::outcome::CatchUpStep;
use crate::connection::read_on;
use crate::registry::Registry;
use crate::store::{MessageStore, StoreError};

/// The subscriptions of a connection that are being read what they missed, one after another.
#[derive(Debug, Default)]
pub(super) struct StompCatchUp(VecDeque<MissedBySubscription>);

/// One of them.
#[derive(Debug)]
struct MissedBySubscription {
    id: String,
    range: MissedRange,
    read: VecDeque<Message>,
}

impl StompCatchUp {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, id: String, range: MissedRange) {
        let read = VecDeque::new();
        self.0.push_back(MissedBySubscription { id, range, read });
    }

    /// Nothing more is sent to that subscription.
    pub(super) fn remove(&mut self, id: &str) {
        self.0.retain(|subscription| subscription.id != id);
    }

    /// Sends as much as the socket has room for. What comes meanwhile is read too: a subscription goes over to what is
    /// told once it has all that was told before.
    pub(super) async fn go_on(
        &mut self,
        connection: ConnectionId,
        socket: &SocketHandle,
        registry: &Registry,
        store: &impl MessageStore,
    ) -> Result<(), StoreError> {
        while let Some(MissedBySubscription { id, range, read }) = self.0.front_mut() {
            while let Some(message) = read.front() {
                if !socket.has_room() {
                    return Ok(());
                }
                if socket
                    .try_send(encoding::message(message, id).into())
                    .is_err()
                {
                    socket.close(CloseCode::SlowConsumer);
                }
                read.pop_front();
            }
            *read = read_on(range, store).await?.into();
            if !read.is_empty() {
                continue;
            }
            let is_over = registry.with_stomp(connection, |broker, subscriber| {
                match subscriber.session.go_on(id, range, broker) {
                    CatchUpStep::ReadOn => false,
                    CatchUpStep::Done => true,
                    CatchUpStep::Refused(body) => {
                        subscriber.refuse(&body, None);
                        true
                    }
                }
            });
            if is_over.unwrap_or(true) {
                self.0.pop_front();
            }
        }
        Ok(())
    }
}
