//! A WebSocket client that reads in the background, as a browser does: pings are answered and the
//! time of each arrival is kept even while the test is busy elsewhere. It knows no frames.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use wire::UnixMs;

use crate::{SOON, now};

/// Arrivals kept for a test that does not look; more is a test that never reads.
const ARRIVALS: usize = 16_384;
/// What the kernel holds for a socket that was stalled once.
const STALLED_BUFFER_BYTES: usize = 64 * 1024;
/// Commands on their way to the task.
const COMMANDS: usize = 256;

type ClientStream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The test's end of a WebSocket. Dropping it cuts the connection without a close frame.
#[derive(Debug)]
pub struct TestSocket {
    commands: mpsc::Sender<SocketCommand>,
    arrivals: mpsc::Receiver<Arrival>,
    task: JoinHandle<()>,
}

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// A text message.
    Text {
        /// When it came.
        at: UnixMs,
        /// Payload of the message.
        text: String,
    },
    /// The end of the connection.
    Closed {
        /// When it came.
        at: UnixMs,
        /// The code of the close frame; absent where the connection just broke.
        code: Option<u16>,
    },
}

/// An upgrade that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpgradeRefused {
    /// The HTTP status; 0 where nobody answered.
    pub status: u16,
    /// Body of the HTTP response.
    pub body: String,
}

#[derive(Debug)]
enum SocketCommand {
    Send(Message),
    Stall(bool),
}

impl TestSocket {
    /// Connects, asking for `subprotocol`.
    ///
    /// # Panics
    /// When the server does not upgrade, or chooses another subprotocol.
    pub async fn connect(url: &str, subprotocol: &str) -> Self {
        Self::try_connect(url, &[("Sec-WebSocket-Protocol", subprotocol)])
            .await
            .unwrap_or_else(|refused| panic!("{url}: {refused:?}"))
    }

    /// Connects with these headers.
    ///
    /// # Errors
    /// When the server does not upgrade.
    pub async fn try_connect(
        url: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, UpgradeRefused> {
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_str(value).unwrap());
        }
        // The address is loopback: a connect that hangs is a server that does not accept.
        let connecting = connect_async_with_config(request, None, true);
        match tokio::time::timeout(SOON, connecting).await {
            Ok(Ok((stream, _))) => Ok(Self::spawn(stream)),
            Ok(Err(Error::Http(response))) => Err(UpgradeRefused {
                status: response.status().as_u16(),
                body: String::from_utf8_lossy(response.body().as_deref().unwrap_or_default())
                    .into_owned(),
            }),
            Ok(Err(error)) => Err(UpgradeRefused {
                status: 0,
                body: error.to_string(),
            }),
            Err(_) => Err(UpgradeRefused {
                status: 0,
                body: "no answer".to_owned(),
            }),
        }
    }

    fn spawn(stream: ClientStream) -> Self {
        let (commands, commands_in) = mpsc::channel(COMMANDS);
        let (arrivals_out, arrivals) = mpsc::channel(ARRIVALS);
        Self {
            commands,
            arrivals,
            task: tokio::spawn(drive(stream, commands_in, arrivals_out)),
        }
    }

    /// Sends a text message.
    pub async fn send_text(&self, text: impl Into<String>) {
        self.command(SocketCommand::Send(Message::text(text.into())))
            .await;
    }

    /// Sends a binary message.
    pub async fn send_binary(&self, bytes: Vec<u8>) {
        self.command(SocketCommand::Send(Message::binary(bytes)))
            .await;
    }

    /// Sends a close frame with `code`; what comes after is still read.
    pub async fn close(&self, code: u16) {
        let frame = CloseFrame {
            code: code.into(),
            reason: "".into(),
        };
        self.command(SocketCommand::Send(Message::Close(Some(frame))))
            .await;
    }

    /// Stops or goes on reading from TCP: a slow consumer, or one that went silent.
    pub async fn stall(&self, stalled: bool) {
        self.command(SocketCommand::Stall(stalled)).await;
    }

    /// Breaks the TCP connection without a close frame, and waits until it is gone.
    pub async fn cut(mut self) {
        self.task.abort();
        (&mut self.task).await.ok();
    }

    /// What came next; none when `limit` passes first, or all was read after the end.
    pub async fn next(&mut self, limit: Duration) -> Option<Arrival> {
        tokio::time::timeout(limit, self.arrivals.recv())
            .await
            .ok()
            .flatten()
    }

    async fn command(&self, command: SocketCommand) {
        // A task that is gone has reported its end as an arrival; there is nothing to send to.
        self.commands.send(command).await.ok();
    }
}

impl Drop for TestSocket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn drive(
    mut stream: ClientStream,
    mut commands: mpsc::Receiver<SocketCommand>,
    arrivals: mpsc::Sender<Arrival>,
) {
    let mut stalled = false;
    let mut code = None;
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(SocketCommand::Send(message)) => { stream.send(message).await.ok(); }
                Some(SocketCommand::Stall(now)) => {
                    stalled = now;
                    limit_receive_buffer(&stream);
                }
                None => return,
            },
            message = stream.next(), if !stalled => match message {
                Some(Ok(Message::Text(text))) => {
                    let arrival = Arrival::Text { at: now(), text: text.as_str().to_owned() };
                    if arrivals.send(arrival).await.is_err() {
                        return;
                    }
                }
                Some(Ok(Message::Close(frame))) => code = frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => break,
            },
        }
    }
    arrivals
        .send(Arrival::Closed { at: now(), code })
        .await
        .ok();
}

/// Keeps the kernel from taking megabytes for who does not read: how many it would take differs from run to run.
fn limit_receive_buffer(stream: &ClientStream) {
    if let MaybeTlsStream::Plain(tcp) = stream.get_ref() {
        rustix::net::sockopt::set_socket_recv_buffer_size(tcp, STALLED_BUFFER_BYTES).ok();
    }
}
