//! The inputs of a server.

use std::net::SocketAddr;

use wire::UnixMs;

/// Names an allocation for as long as the process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AllocationId(pub u64);

/// Where a client's bytes come from; with the listener's own address the 5-tuple of RFC 8656.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientEndpoint {
    /// Datagrams of one address.
    Udp(SocketAddr),
    /// A TCP connection, by its number: an address may come back on a new one.
    Tcp {
        /// Unique for as long as the process runs.
        connection: u64,
        /// The address of its other end.
        remote: SocketAddr,
    },
}

impl ClientEndpoint {
    /// Its address, an IPv4-mapped one unmapped.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let (ClientEndpoint::Udp(address)
        | ClientEndpoint::Tcp {
            remote: address, ..
        }) = self;
        SocketAddr::new(address.ip().to_canonical(), address.port())
    }

    pub(crate) fn is_stream(&self) -> bool {
        matches!(self, ClientEndpoint::Tcp { .. })
    }
}

/// One thing that happened.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// A datagram, or one frame of a stream without its padding.
    FromClient {
        /// Who sent it.
        client: ClientEndpoint,
        /// One whole frame.
        bytes: &'a [u8],
    },
    /// A datagram that came to a relay address.
    FromPeer {
        /// Whose relay address.
        allocation: AllocationId,
        /// Who sent it.
        peer: SocketAddr,
        /// The datagram's payload.
        bytes: &'a [u8],
    },
    /// The answer to [`crate::Output::Open`].
    Opened {
        /// For which it was.
        allocation: AllocationId,
        /// The address at which peers reach it; `None` when no port was free.
        relayed: Option<SocketAddr>,
    },
    /// A TCP connection ended.
    Gone {
        /// Whose connection it was.
        client: ClientEndpoint,
    },
    /// Somebody's credentials for a session are good no longer.
    Revoked {
        /// Id of the session.
        session: &'a str,
        /// Id of the person; `None` for everybody of the session.
        user: Option<&'a str>,
        /// When the last credential that was handed out before has ended by itself.
        until: UnixMs,
    },
    /// The moment of [`crate::TurnServer::next_deadline`] has come.
    Tick,
}
