//! What a client can do, whatever carries it.

use std::pin::Pin;

use wire::ChatRoomGrant;
use wire::chat::Message;

use super::long_poll::LongPollClient;
use super::plain_http::HttpClient;
use super::stomp::StompClient;
use super::websocket::WebSocketClient;
use crate::server::Server;

/// What comes of something later.
pub(super) type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Where a message stands; or the code with which it was refused.
pub(super) type Stored = Result<(u64, String), String>;

/// A client of one person in one room.
pub(super) trait ChatClient {
    /// Sends a message and waits until it is durable.
    fn send<'a>(&'a mut self, client_id: &'a str, body: &'a str) -> Answer<'a, Stored>;

    /// The next message of the room, in order; panics where it is not the one after the last.
    fn receive(&mut self) -> Answer<'_, Message>;

    /// Has read up to `seq`.
    fn read(&mut self, seq: u64) -> Answer<'_, ()>;

    /// Returns once it was told that `user` has read up to `seq`.
    fn sees_read<'a>(&'a mut self, user: &'a str, seq: u64) -> Answer<'a, ()>;

    /// Sends what can't be read; the code with which it is refused.
    fn send_nonsense(&mut self) -> Answer<'_, String>;

    /// Its connection breaks, if it has one.
    fn cut(&mut self) -> Answer<'_, ()> {
        Box::pin(async {})
    }

    /// It comes back after a cut, to have all that it missed.
    fn resume(&mut self) -> Answer<'_, ()> {
        Box::pin(async {})
    }
}

/// Every way to chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transport {
    WebSocket,
    LongPoll,
    Http,
    Stomp,
}

impl Transport {
    pub(super) const ALL: [Self; 4] = [Self::WebSocket, Self::LongPoll, Self::Http, Self::Stomp];

    /// A client of `user`, who has what stands in the room already, and gets what comes.
    pub(super) async fn client(
        self,
        server: &Server,
        user: &str,
        room: &ChatRoomGrant,
    ) -> Box<dyn ChatClient> {
        let ticket = server.ticket(user, room);
        self.client_with(server, &ticket, room).await
    }

    /// As [`Transport::client`], with any ticket.
    pub(super) async fn client_with(
        self,
        server: &Server,
        ticket: &str,
        room: &ChatRoomGrant,
    ) -> Box<dyn ChatClient> {
        match self {
            Self::WebSocket => Box::new(WebSocketClient::open(server, ticket, room).await),
            Self::LongPoll => Box::new(LongPollClient::open(server, ticket, room).await),
            Self::Http => Box::new(HttpClient::open(server, ticket, room).await),
            Self::Stomp => Box::new(StompClient::open(server, ticket, room).await),
        }
    }
}
