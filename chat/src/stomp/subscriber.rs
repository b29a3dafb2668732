//! The queue to a client of STOMP, with what it has subscribed to. It is the registry's, and used under its lock.

use chat_core::RoomBroker;
use service::socket::SocketHandle;
use wire::chat::ChatServerFrame;
use wire::{CloseCode, ErrorBody};

use super::encoding;
use super::session::StompSession;
use crate::caller::Caller;

/// A client and its socket.
#[derive(Debug)]
pub(crate) struct StompSubscriber {
    socket: SocketHandle,
    pub(super) session: StompSession,
}

impl StompSubscriber {
    pub(crate) fn new(caller: Caller, socket: SocketHandle) -> Self {
        Self {
            socket,
            session: StompSession::new(caller),
        }
    }

    /// Sends what a frame of the broker means to each subscription.
    pub(crate) fn deliver(&mut self, frame: &ChatServerFrame, broker: &RoomBroker) {
        for text in self.session.tell(frame, broker) {
            self.send(text);
        }
        self.part();
    }

    /// Says when to come back, and closes.
    pub(crate) fn go_away(&self, retry_after_ms: u64) {
        self.send(encoding::going_away(retry_after_ms));
        self.close(CloseCode::GoingAway);
    }

    pub(crate) fn close(&self, code: CloseCode) {
        self.socket.close(code);
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

    /// Queues a frame; a client that reads too slowly is closed with 4002.
    pub(super) fn send(&self, text: String) {
        if self.socket.try_send(text.into()).is_err() {
            self.close(CloseCode::SlowConsumer);
        }
    }

    /// Closes after the goodbye, once everything before it is answered.
    fn part(&mut self) {
        if let Some(receipt) = self.session.take_farewell() {
            self.receipt(receipt.as_deref());
            self.close(CloseCode::Normal);
        }
    }
}
