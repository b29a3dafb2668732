//! The queue to a client of STOMP, with what it has subscribed to. It is the registry's, and used under its lock.

use std::sync::Arc;

use chat_core::{MessageRef, MissedRange, RoomBroker};
use service::socket::{Frame, SocketHandle};
use wire::chat::ChatServerFrame;
use wire::{CloseCode, ErrorBody, RoomId};

use super::destination::StompSource;
use super::encoding;
use super::request::StompRefusal;
use super::session::StompSession;
use crate::caller::Caller;
use crate::unsent::UnsentMessages;

/// A client and its socket.
#[derive(Debug)]
pub(crate) struct StompSubscriber {
    socket: SocketHandle,
    pub(super) session: StompSession,
    unsent: UnsentMessages,
}

impl StompSubscriber {
    pub(crate) fn new(caller: Caller, socket: SocketHandle) -> Self {
        Self {
            socket,
            session: StompSession::new(caller),
            unsent: UnsentMessages::default(),
        }
    }

    /// Sends what a frame of the broker means to each subscription.
    pub(crate) fn deliver(
        &mut self,
        frame: &ChatServerFrame,
        message: Option<&Arc<MessageRef>>,
        broker: &RoomBroker,
    ) {
        let mut last = None;
        for text in self.session.tell(frame, broker) {
            last = Some(self.send(text));
        }
        if let (Some(number), Some(message)) = (last, message) {
            let number = number.unwrap_or(u64::MAX);
            self.unsent
                .push(number, Arc::clone(message), self.socket.written());
        }
        self.part();
    }

    /// True where a message of the room reaches the client: it has subscribed to the room, or to news of all.
    pub(crate) fn takes(&self, room: &RoomId) -> bool {
        self.session.takes(room)
    }

    /// The messages that were queued and not written.
    pub(crate) fn left(self) -> Vec<Arc<MessageRef>> {
        self.unsent.left(self.socket.written())
    }

    /// Says when to come back, and closes.
    pub(crate) fn go_away(&self, retry_after_ms: u64) {
        self.send(encoding::going_away(retry_after_ms));
        self.close(CloseCode::GoingAway);
    }

    pub(crate) fn close(&self, code: CloseCode) {
        self.socket.close(code);
    }

    /// Takes a subscription; says what it is to be read first.
    pub(super) fn subscribe(
        &mut self,
        id: String,
        source: &StompSource,
        after: Option<u64>,
        receipt: Option<&str>,
        broker: &RoomBroker,
    ) -> Result<Option<MissedRange>, StompRefusal> {
        let (mut missed, mut first) = (None, Vec::new());
        match source {
            StompSource::Room(room) => {
                missed = self.session.subscribe_room(id, room, after, broker)?;
            }
            StompSource::Rooms => first = self.session.subscribe_rooms(&id, broker)?,
            StompSource::Errors => self.session.subscribe_errors(id)?,
        }
        self.receipt(receipt);
        for text in first {
            self.send(text);
        }
        Ok(missed)
    }

    /// Tells that a frame was refused.
    pub(super) fn refuse(&mut self, body: &ErrorBody, receipt: Option<&str>) {
        for text in self.session.refuse(body, receipt) {
            self.send(text);
        }
    }

    /// Tells that a frame was processed, where it asked for that.
    pub(super) fn receipt(&self, receipt: Option<&str>) {
        if let Some(receipt) = receipt {
            self.send(encoding::receipt(receipt));
        }
    }

    /// Takes the client's goodbye.
    pub(super) fn leave(&mut self, receipt: Option<String>) {
        self.session.leave(receipt);
        self.part();
    }

    /// Queues a frame, and tells its number; a client that reads too slowly is closed with 4002.
    pub(super) fn send(&self, text: String) -> Option<u64> {
        let queued = self.socket.try_send_numbered(Frame::Text(text.into()));
        if queued.is_err() {
            self.close(CloseCode::SlowConsumer);
        }
        queued.ok()
    }

    /// Closes after the goodbye, once everything before it is answered.
    fn part(&mut self) {
        if let Some(receipt) = self.session.take_farewell() {
            self.receipt(receipt.as_deref());
            self.close(CloseCode::Normal);
        }
    }
}
