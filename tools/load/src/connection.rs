//! One socket to a server: opens it, writes frame by frame, reads text, closes. It knows no protocol.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Uri};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

pub(crate) use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Longest wait for a connection and its upgrade.
const OPEN_LIMIT: Duration = Duration::from_secs(30);
/// Longest wait for one write: a server that doesn't read is a finding.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// Longest wait for the other end's close frame.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);
/// First read of a socket, in bytes; the library's own 128 KiB would be gigabytes at 18,000 sockets.
const READ_BUFFER_BYTES: usize = 4096;
/// Largest frame that is taken, in bytes.
const MAX_FRAME_BYTES: usize = 64 * 1024;

/// Why an operation failed, as a code that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No connection, or none that speaks WebSocket: the reason in a word.
    Connect(String),
    /// The server closed, with this code, if any.
    Closed(Option<u16>),
    /// It refused something, with this code.
    Refused(String),
    /// It took longer than the limit of this step.
    TimedOut(&'static str),
    /// The connection broke.
    Broken(&'static str),
}

impl Fault {
    /// What it is counted as.
    pub(crate) fn code(&self) -> String {
        match self {
            Fault::Connect(why) => format!("connect_{why}"),
            Fault::Closed(Some(code)) => format!("closed_{code}"),
            Fault::Closed(None) => "closed".to_owned(),
            Fault::Refused(code) => code.clone(),
            Fault::TimedOut(step) => format!("timeout_{step}"),
            Fault::Broken(why) => format!("broken_{why}"),
        }
    }
}

/// A WebSocket whose frames are text.
#[derive(Debug)]
pub(crate) struct LoadConnection {
    stream: WebSocketStream<TcpStream>,
}

impl LoadConnection {
    /// Connects and upgrades.
    pub(crate) async fn open(url: &str, subprotocol: Option<&'static str>) -> Result<Self, Fault> {
        match timeout(OPEN_LIMIT, connect(url, subprotocol)).await {
            Ok(opened) => opened,
            Err(_) => Err(Fault::TimedOut("connect")),
        }
    }

    /// Sends one frame, in a write of its own, as a browser does.
    pub(crate) async fn send(&mut self, text: Utf8Bytes) -> Result<(), Fault> {
        match timeout(WRITE_LIMIT, self.stream.send(Message::Text(text))).await {
            Ok(sent) => sent.map_err(|error| fault(&error)),
            Err(_) => Err(Fault::TimedOut("write")),
        }
    }

    /// The next text. Cancel-safe. Meanwhile pings are answered.
    pub(crate) async fn next(&mut self) -> Result<Utf8Bytes, Fault> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(frame))) => {
                    return Err(Fault::Closed(frame.map(|frame| frame.code.into())));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(fault(&error)),
                None => return Err(Fault::Closed(None)),
            }
        }
    }

    /// Closes, or answers the other end's close, and waits for the end of it.
    pub(crate) async fn close(mut self) {
        let closing = async {
            // One that is closed already has nothing to send.
            drop(self.stream.close(None).await);
            while let Some(Ok(_)) = self.stream.next().await {}
        };
        // Whoever does not answer is cut off by the drop.
        drop(timeout(CLOSE_LIMIT, closing).await);
    }
}

async fn connect(url: &str, subprotocol: Option<&'static str>) -> Result<LoadConnection, Fault> {
    let uri: Uri = url.parse().map_err(|_| Fault::Connect("bad_url".into()))?;
    if uri.scheme_str() != Some("ws") {
        return Err(Fault::Connect("only_ws_is_spoken".into()));
    }
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(80)))
        .await
        .map_err(|error| Fault::Connect(format!("{:?}", error.kind()).to_lowercase()))?;
    stream
        .set_nodelay(true)
        .map_err(|_| Fault::Connect("no_nodelay".into()))?;
    let mut request = uri
        .into_client_request()
        .map_err(|_| Fault::Connect("bad_url".into()))?;
    if let Some(name) = subprotocol {
        let value = HeaderValue::from_static(name);
        request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, value);
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(Some(MAX_FRAME_BYTES))
        .max_frame_size(Some(MAX_FRAME_BYTES));
    let (stream, _) = client_async_with_config(request, stream, Some(config))
        .await
        .map_err(|error| match error {
            Error::Http(response) => Fault::Connect(response.status().as_u16().to_string()),
            _ => Fault::Connect("no_upgrade".into()),
        })?;
    Ok(LoadConnection { stream })
}

fn fault(error: &Error) -> Fault {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => Fault::Closed(None),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) | Error::Io(_) => {
            Fault::Broken("reset")
        }
        Error::Capacity(_) => Fault::Broken("too_large"),
        _ => Fault::Broken("protocol"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lod_5_what_cannot_be_reached_is_counted_by_its_reason() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        drop(taken);
        let code = async |url: String| LoadConnection::open(&url, None).await.unwrap_err().code();
        assert_eq!(
            code(format!("ws://127.0.0.1:{port}/")).await,
            "connect_connectionrefused"
        );
        assert_eq!(
            code("wss://example.org/".into()).await,
            "connect_only_ws_is_spoken"
        );
        assert_eq!(code("::".into()).await, "connect_bad_url");
        assert_eq!(Fault::Closed(Some(4002)).code(), "closed_4002");
    }
}
