//! Where clients come in: one address on UDP and on TCP.

use std::io;
use std::net::SocketAddr;

use rustix::net::sockopt::{set_socket_recv_buffer_size, set_socket_send_buffer_size};
use tokio::net::{TcpListener, UdpSocket};

/// Tries to find a port that is free on both, when any will do.
const ATTEMPTS: usize = 16;
/// What the system may hold of datagrams of all clients, in bytes, if it lets us: a burst of video from many
/// at once.
const BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// The two sockets of one address.
#[derive(Debug)]
pub struct RelayListeners {
    pub(crate) udp: UdpSocket,
    pub(crate) tcp: TcpListener,
    address: SocketAddr,
}

impl RelayListeners {
    /// Binds both; port 0 is one that is free on both.
    ///
    /// # Errors
    /// When either can't be bound.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let mut attempts = if address.port() == 0 { ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            match Self::bind_once(address).await {
                Err(error) if attempts == 0 => return Err(error),
                Err(_) => {}
                Ok(listeners) => return Ok(listeners),
            }
        }
    }

    async fn bind_once(address: SocketAddr) -> io::Result<Self> {
        let tcp = TcpListener::bind(address).await?;
        let address = tcp.local_addr()?;
        let udp = UdpSocket::bind(address).await?;
        // A system that gives less is no reason not to serve.
        set_socket_recv_buffer_size(&udp, BUFFER_BYTES).ok();
        set_socket_send_buffer_size(&udp, BUFFER_BYTES).ok();
        Ok(Self { udp, tcp, address })
    }

    /// Where they are.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
