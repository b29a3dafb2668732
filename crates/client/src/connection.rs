//! One socket to the signaling service: opens it, writes frame by frame, reads text, closes. It knows no protocol.

use std::sync::Once;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use wire::{CloseCode, MAX_FRAME_BYTES, SIGNALING_SUBPROTOCOL};

/// Longest wait for name, TCP, TLS and upgrade.
const OPEN_LIMIT: Duration = Duration::from_secs(8);
/// Longest wait for one write.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// Longest wait for the other end's close frame.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// A close without a close frame (RFC 6455, section 7.1.5).
pub(crate) const ABNORMAL_CLOSE: u16 = 1006;

/// A socket whose frames are text. Dropping it cuts the connection.
pub(crate) struct SignalingConnection {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What comes in.
#[derive(Debug)]
pub(crate) enum IncomingMessage {
    Text(String),
    /// A sign of life of the server.
    Ping,
    /// The end, with the code of the close frame, or 1006 where there was none.
    Closed(u16),
}

/// No socket: nobody answered, or no server that speaks this protocol.
#[derive(Debug)]
pub(crate) struct Unreachable;

impl SignalingConnection {
    /// Connects and upgrades. `url` is the complete address that a ticket names.
    pub(crate) async fn open(url: &str) -> Result<Self, Unreachable> {
        install_tls_provider();
        let mut request = url.into_client_request().map_err(|_| Unreachable)?;
        let subprotocol = HeaderValue::from_static(SIGNALING_SUBPROTOCOL);
        request
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, subprotocol);
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_INCOMING_BYTES))
            .max_frame_size(Some(MAX_INCOMING_BYTES));
        let opening = connect_async_with_config(request, Some(config), true);
        match timeout(OPEN_LIMIT, opening).await {
            Ok(Ok((stream, _))) => Ok(Self { stream }),
            _ => Err(Unreachable),
        }
    }

    /// Sends one frame; false where the socket is gone, which [`Self::next`] tells, too.
    pub(crate) async fn send(&mut self, text: String) -> bool {
        let sending = self.stream.send(Message::text(text));
        matches!(timeout(WRITE_LIMIT, sending).await, Ok(Ok(())))
    }

    /// What comes next. Cancel-safe. Meanwhile pings of WebSocket are answered.
    pub(crate) async fn next(&mut self) -> IncomingMessage {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return IncomingMessage::Text(text.as_str().to_owned());
                }
                Some(Ok(Message::Close(frame))) => {
                    return IncomingMessage::Closed(
                        frame.map_or(ABNORMAL_CLOSE, |frame| frame.code.into()),
                    );
                }
                Some(Ok(Message::Ping(_))) => return IncomingMessage::Ping,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return IncomingMessage::Closed(ABNORMAL_CLOSE),
            }
        }
    }

    /// Closes with 1000, and waits a moment for the end of it.
    pub(crate) async fn close(mut self) {
        let frame = CloseFrame {
            code: CloseCode::Normal.code().into(),
            reason: "".into(),
        };
        let closing = async {
            // One that is closed already has nothing to send.
            drop(self.stream.close(Some(frame)).await);
            while let Some(Ok(_)) = self.stream.next().await {}
        };
        drop(timeout(CLOSE_LIMIT, closing).await);
    }
}

/// Largest message that is taken, in bytes: a relayed frame has the sender's id more than what was sent.
const MAX_INCOMING_BYTES: usize = 2 * MAX_FRAME_BYTES;

/// rustls asks for one provider of cryptography for the whole process; the program's own, if it has chosen one.
pub(crate) fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Whoever was quicker has the right to it.
        drop(rustls::crypto::ring::default_provider().install_default());
    });
}
