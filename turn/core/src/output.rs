//! The outputs of a server.

use std::net::SocketAddr;

use crate::{AllocationId, ClientEndpoint, Metric};

/// A kind of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// 0x01 in attributes.
    V4,
    /// 0x02 in attributes.
    V6,
}

impl Family {
    /// The family of an address.
    #[must_use]
    pub fn of(address: SocketAddr) -> Self {
        if address.is_ipv4() {
            Self::V4
        } else {
            Self::V6
        }
    }
}

/// What is to be done, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send these bytes, padded already where the client has a stream.
    ToClient {
        /// Who gets them.
        client: ClientEndpoint,
        /// A whole frame.
        bytes: Vec<u8>,
    },
    /// Send this payload from the relay address.
    ToPeer {
        /// Whose relay address.
        allocation: AllocationId,
        /// Address to send to.
        peer: SocketAddr,
        /// Payload of the datagram.
        bytes: Vec<u8>,
    },
    /// Open a relay address, and answer with [`crate::Input::Opened`].
    Open {
        /// Allocation that it is for.
        allocation: AllocationId,
        /// Of which kind.
        family: Family,
    },
    /// Close the relay address.
    Close {
        /// Allocation that has ended.
        allocation: AllocationId,
    },
    /// Add it to the counters.
    Count(Metric),
}
