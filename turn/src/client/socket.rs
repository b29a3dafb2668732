//! The client's way to its server: datagrams, or frames on a stream.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use turn_core::{Framed, split_frame};

/// The longest datagram.
const DATAGRAM_BYTES: usize = 65_536;

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Datagrams: `?transport=udp` in a TURN address.
    Udp,
    /// A stream: `?transport=tcp` in a TURN address.
    Tcp,
}

#[derive(Debug)]
pub(super) enum ServerSocket {
    Udp(UdpSocket),
    Tcp {
        stream: TcpStream,
        buffer: Vec<u8>,
        /// Whether a request is on its way: on a stream nothing is lost, and so nothing sent again.
        is_asked: bool,
    },
}

impl ServerSocket {
    pub(super) async fn connect(transport: Transport, server: SocketAddr) -> io::Result<Self> {
        match transport {
            Transport::Udp => {
                let any: IpAddr = match server {
                    SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
                    SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
                };
                let socket = UdpSocket::bind((any, 0)).await?;
                socket.connect(server).await?;
                Ok(Self::Udp(socket))
            }
            Transport::Tcp => Ok(Self::Tcp {
                stream: TcpStream::connect(server).await?,
                buffer: Vec::new(),
                is_asked: false,
            }),
        }
    }

    /// Sends a request, unless it is on its way for certain.
    pub(super) async fn send_first(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Self::Tcp { is_asked, .. } = self {
            if *is_asked {
                return Ok(());
            }
            *is_asked = true;
        }
        self.send(bytes).await
    }

    /// A request was answered, and the next one may be sent.
    pub(super) fn answered(&mut self) {
        if let Self::Tcp { is_asked, .. } = self {
            *is_asked = false;
        }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Udp(socket) => socket.send(bytes).await.map(drop),
            Self::Tcp { stream, .. } => {
                let mut padded = bytes.to_vec();
                padded.resize(bytes.len().next_multiple_of(4), 0);
                stream.write_all(&padded).await
            }
        }
    }

    /// The next frame. Cancel-safe: what was read is kept.
    pub(super) async fn receive(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Self::Udp(socket) => {
                let mut buffer = vec![0; DATAGRAM_BYTES];
                let length = socket.recv(&mut buffer).await?;
                buffer.truncate(length);
                Ok(buffer)
            }
            Self::Tcp { stream, buffer, .. } => loop {
                match split_frame(buffer) {
                    Framed::Whole { length, used } => {
                        let frame = buffer[..length].to_vec();
                        buffer.drain(..used);
                        return Ok(frame);
                    }
                    Framed::Broken => return Err(io::ErrorKind::InvalidData.into()),
                    Framed::Partial => {}
                }
                if stream.read_buf(buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            },
        }
    }
}
