//! Everything that the broker can ask of its surroundings, typed by who does it.

use wire::chat::ChatServerFrame;
use wire::{CloseCode, ConnectionId};

use crate::{ReadRequest, WriteRequest};

/// One thing to do, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// For connections: what they are sent.
    Deliver(FrameDelivery),
    /// For the store actor: what is to be durable.
    Persist(WriteRequest),
    /// For the connection that asked: what it is to read from the store.
    Read(ReadRequest),
}

/// What connections are sent.
#[derive(Debug, Clone, PartialEq)]
pub enum FrameDelivery {
    /// Send a frame to each of these connections.
    Send {
        /// The connections, each once.
        to: Vec<ConnectionId>,
        /// The frame that each of them gets.
        frame: ChatServerFrame,
    },
    /// Close a connection.
    Close {
        /// The connection to be closed.
        connection: ConnectionId,
        /// The code of its close frame.
        code: CloseCode,
    },
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
