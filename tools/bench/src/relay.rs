//! The reference: the least that a relay over tokio-tungstenite can be. It passes on
//! what either side of a room sends to the other, unchanged. No authentication, no rooms' life, no timers, no limits but the queues'.
//!
//! It has the three settings without which the stack loses to Node: TCP_NODELAY, reads into 4 KiB, and
//! one flush for all that waits.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

/// First read of a socket, in bytes.
const READ_BUFFER_BYTES: usize = 4096;
/// Frames that may wait for one socket: as many as Rendezvous lets wait.
const QUEUE_FRAMES: usize = 1_024;

/// Queues to everybody who is connected, by the path of their connection: `/<room>/<0 or 1>`.
type RoomSenders = Arc<Mutex<HashMap<String, Sender<Message>>>>;

/// Relays for as long as it is polled.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener) -> io::Result<()> {
    let rooms = RoomSenders::default();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve_connection(stream, Arc::clone(&rooms)));
    }
}

async fn serve_connection(stream: TcpStream, rooms: RoomSenders) {
    let (sender, queue) = channel(QUEUE_FRAMES);
    let mut path = String::new();
    #[expect(
        clippy::result_large_err,
        reason = "the library's callback has this type, and nothing is refused"
    )]
    let enter = |request: &Request, response: Response| {
        // Before the answer goes out: whoever has it is in.
        request.uri().path().clone_into(&mut path);
        lock(&rooms).insert(path.clone(), sender);
        Ok(response)
    };
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
    let accepted = accept_hdr_async_with_config(stream, enter, Some(config)).await;
    if let Ok(socket) = accepted {
        // However it ended: the other one will see it too.
        drop(relay(socket, queue, &rooms, &other_side(&path)).await);
    }
    lock(&rooms).remove(&path);
}

async fn relay(
    mut socket: WebSocketStream<TcpStream>,
    mut queue: Receiver<Message>,
    rooms: &RoomSenders,
    other_path: &str,
) -> Result<(), Error> {
    let mut other: Option<Sender<Message>> = None;
    loop {
        tokio::select! {
            incoming = socket.next() => match incoming {
                Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                    if other.is_none() {
                        other = lock(rooms).get(other_path).cloned();
                    }
                    let taken = other.as_ref().is_some_and(|other| other.try_send(message).is_ok());
                    if !taken {
                        return socket.close(None).await;
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
            Some(first) = queue.recv() => {
                socket.feed(first).await?;
                while let Ok(next) = queue.try_recv() {
                    socket.feed(next).await?;
                }
                socket.flush().await?;
            }
        }
    }
}

/// The path of the other side of the same room.
fn other_side(path: &str) -> String {
    let (room, side) = path.rsplit_once('/').unwrap_or((path, ""));
    let other = if side == "0" { "1" } else { "0" };
    format!("{room}/{other}")
}

fn lock(rooms: &RoomSenders) -> MutexGuard<'_, HashMap<String, Sender<Message>>> {
    // Single inserts and removes: nothing can be half done.
    rooms.lock().unwrap_or_else(PoisonError::into_inner)
}
