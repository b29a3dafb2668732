//! Somebody who enters a LiveKit room with a token: the socket of LiveKit's own signalling, without media.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use wire::signaling::MediaAccess;

/// A person in a LiveKit room.
pub(crate) struct LiveKitGuest(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl LiveKitGuest {
    /// Enters, and waits for the first word of the server.
    ///
    /// # Errors
    /// The status with which LiveKit refuses.
    pub(crate) async fn enter(access: &MediaAccess) -> Result<Self, u16> {
        let url = format!(
            "{}/rtc?access_token={}&protocol=15&auto_subscribe=1",
            access.url, access.token
        );
        match connect_async(url).await {
            Ok((mut socket, _)) => {
                socket.next().await;
                Ok(Self(socket))
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(_) => Err(0),
        }
    }

    /// Waits until the server has put them out.
    pub(crate) async fn is_put_out(&mut self, within: Duration) {
        let out = async {
            while let Some(Ok(message)) = self.0.next().await {
                if matches!(message, Message::Close(_)) {
                    return;
                }
            }
        };
        tokio::time::timeout(within, out)
            .await
            .expect("they are put out in time");
    }
}
