//! Everything that the broker can ask of its surroundings, typed by who does it.

use wire::chat::ChatServerFrame;
use wire::{CloseCode, ConnectionId};

use crate::{ReadRequest, WriteRequest};

/// One thing to do, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// For connections: what they are sent.
    Deliver(FrameDelivery),
    /// For a connection: that it is closed.
    Close {
        /// The connection to be closed.
        connection: ConnectionId,
        /// The code of its close frame.
        code: CloseCode,
    },
    /// For the store actor: what is to be durable.
    Persist(WriteRequest),
    /// For the connection that asked: what it is to read from the store.
    Read(ReadRequest),
}

/// A frame and who gets it.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameDelivery {
    /// The connections, each once.
    pub to: Vec<ConnectionId>,
    /// The frame that each of them gets.
    pub frame: ChatServerFrame,
}

impl From<FrameDelivery> for Output {
    fn from(delivery: FrameDelivery) -> Self {
        Output::Deliver(delivery)
    }
}

impl From<WriteRequest> for Output {
    fn from(request: WriteRequest) -> Self {
        Output::Persist(request)
    }
}

impl From<ReadRequest> for Output {
    fn from(request: ReadRequest) -> Self {
        Output::Read(request)
    }
}
