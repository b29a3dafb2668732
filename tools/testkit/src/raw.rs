//! A client that speaks bytes: requests and frames (RFC 6455) that no good client would send. It keeps
//! no state and answers no ping.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::SOON;
use crate::proxy::authority;

/// Opcodes, as the last four bits of a frame's first byte have them.
const TEXT: u8 = 1;
const CLOSE: u8 = 8;

/// A connection to a server, and nothing between it and the test.
#[derive(Debug)]
pub struct RawSocket(TcpStream);

impl RawSocket {
    /// Connects to the server of `url`.
    pub async fn connect(url: &str) -> Self {
        Self(TcpStream::connect(authority(url)).await.unwrap())
    }

    /// Connects and upgrades.
    ///
    /// # Panics
    /// When the server does not upgrade.
    pub async fn upgraded(url: &str, subprotocol: &str) -> Self {
        let mut raw = Self::connect(url).await;
        let request = upgrade(url, &format!("Sec-WebSocket-Protocol: {subprotocol}\r\n"));
        raw.send(request.as_bytes()).await;
        let head = raw.head().await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        raw
    }

    /// Sends bytes. That the other end has closed meanwhile shows when its last words are read.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.ok();
    }

    /// Sends text as one good frame.
    pub async fn send_text(&mut self, text: &str) {
        self.send(&frame(0x80 | TEXT, text.as_bytes())).await;
    }

    /// The next text frame; none at the end, or after `limit`.
    pub async fn text(&mut self, limit: Duration) -> Option<String> {
        let reading = async {
            loop {
                let (opcode, payload) = self.frame().await?;
                if opcode == TEXT {
                    return String::from_utf8(payload).ok();
                }
            }
        };
        timeout(limit, reading).await.ok().flatten()
    }

    /// The code with which the server closes, whatever it says before; none where it just hangs up.
    ///
    /// # Panics
    /// When it does neither in time.
    pub async fn close_code(&mut self) -> Option<u16> {
        let reading = async {
            loop {
                let (opcode, payload) = self.frame().await?;
                if opcode == CLOSE {
                    return Some(u16::from_be_bytes([*payload.first()?, *payload.get(1)?]));
                }
            }
        };
        timeout(2 * SOON, reading).await.expect("closed in time")
    }

    /// The answer to a request: its status, and all that comes with it until the server closes.
    ///
    /// # Panics
    /// When there is none in time.
    pub async fn answer(mut self) -> (u16, String) {
        let mut bytes = Vec::new();
        // Who was answered before all was sent may find the connection reset.
        let read = timeout(SOON, self.0.read_to_end(&mut bytes)).await;
        assert!(read.is_ok(), "answered in time");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text.split(' ').nth(1).and_then(|word| word.parse().ok());
        (status.unwrap_or(0), text)
    }

    /// The head of an answer; what follows stays unread.
    pub async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.0.read_u8().await.ok()?;
        let length = match self.0.read_u8().await.ok()? & 0x7f {
            126 => usize::from(self.0.read_u16().await.ok()?),
            127 => usize::try_from(self.0.read_u64().await.ok()?).ok()?,
            length => usize::from(length),
        };
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).await.ok()?;
        Some((first & 0x0f, payload))
    }
}

/// A request for an upgrade, with further header lines, each with its line end.
#[must_use]
pub fn upgrade(url: &str, headers: &str) -> String {
    let host = authority(url);
    let path = url.split_once(host).map_or("/", |(_, path)| path);
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    )
}

/// A client's frame, masked with zeros. `first` holds FIN, the reserved bits and the opcode.
#[must_use]
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(0x80 | u8::try_from(length).unwrap()),
        length => {
            bytes.push(0x80 | 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}
