//! A person's client of chat: keeps each room's epoch and last `seq`, in order and without a gap,
//! and comes back with them. It renders nothing.

use std::collections::BTreeMap;

use wire::chat::{
    self, ChatClientFrame, ChatServerFrame, Cursor, Hello, Message, Send, Sent, Welcome,
};
use wire::{CHAT_SUBPROTOCOL, ErrorBody, FrameError, RoomId};

use crate::SOON;
use crate::peer::{Protocol, ProtocolPeer, pick};

/// A client of `GET /v1/chat`. That a room's `seq` has no gap is checked on every message.
pub type ChatPeer = ProtocolPeer<ChatClientState>;

/// What a client of chat keeps.
#[derive(Debug, Clone, Default)]
pub struct ChatClientState {
    ticket: String,
    device_id: String,
    /// The last `welcome`.
    pub welcome: Option<Welcome>,
    /// How far this device is, by room: what the next `hello` would carry.
    pub cursors: BTreeMap<RoomId, Cursor>,
}

impl Protocol for ChatClientState {
    const SUBPROTOCOL: &'static str = CHAT_SUBPROTOCOL;
    type Client = ChatClientFrame;
    type Server = ChatServerFrame;

    fn write(frame: ChatClientFrame, id: Option<u64>) -> String {
        frame.to_text(id.map(|id| ("id", id)))
    }

    fn kind(frame: &ChatServerFrame) -> &'static str {
        frame.kind()
    }

    fn take(&mut self, text: &str) -> ChatServerFrame {
        let (_, frame) = ChatServerFrame::parse(text)
            .unwrap_or_else(|error: FrameError| panic!("{error}: {text}"));
        match &frame {
            ChatServerFrame::Welcome(welcome) => {
                for room in &welcome.rooms {
                    self.enter(room);
                }
                self.welcome = Some(welcome.clone());
            }
            ChatServerFrame::RoomView(room) => self.enter(room),
            ChatServerFrame::Message(message) => self.follow(message),
            ChatServerFrame::Removed(removed) => {
                self.cursors.remove(&removed.room);
            }
            _ => {}
        }
        frame
    }
}

impl ChatClientState {
    /// A recovered room goes on from its cursor; any other stands where the server says.
    fn enter(&mut self, room: &chat::RoomView) {
        let known = self.cursors.get(&room.room);
        if room.recovered && known.is_some() {
            return;
        }
        // A `room` frame about a change does not move back what messages have moved already.
        let seq = match known {
            Some(cursor) if cursor.epoch == room.epoch => cursor.seq.max(room.last_seq),
            _ => room.last_seq,
        };
        let epoch = room.epoch.clone();
        self.cursors
            .insert(room.room.clone(), Cursor { epoch, seq });
    }

    fn follow(&mut self, message: &Message) {
        let Some(cursor) = self.cursors.get_mut(&message.room) else {
            panic!("a message of a room that was never announced: {message:?}");
        };
        assert_eq!(
            message.seq,
            cursor.seq + 1,
            "a gap or a repeat: {message:?}"
        );
        cursor.seq = message.seq;
    }
}

impl ChatPeer {
    /// Opens a socket, says hello without cursors and takes the `welcome`.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn hello(url: &str, ticket: &str, device_id: &str) -> Self {
        let mut peer = Self::connect(url).await;
        peer.send_hello(ticket, device_id, None).await;
        peer.expect::<Welcome>(SOON).await;
        peer
    }

    /// Opens a socket, says hello, and takes the refusal and the close code that follow.
    ///
    /// # Panics
    /// When it is not refused.
    pub async fn refused(url: &str, ticket: &str) -> (ErrorBody, Option<u16>) {
        let mut peer = Self::connect(url).await;
        peer.send_hello(ticket, "device", None).await;
        peer.expect_refusal().await
    }

    /// Cuts the socket and comes back on a new one with the cursors.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn reconnect(self) -> Self {
        let opened = self.cut().await.connect().await;
        let mut peer = opened.unwrap_or_else(|(_, refused)| panic!("{refused:?}"));
        peer.greet_again().await;
        peer
    }

    /// Says hello again on a new socket, with the cursors, and takes the `welcome`.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn greet_again(&mut self) {
        let ChatClientState {
            ticket,
            device_id,
            cursors,
            ..
        } = self.state.clone();
        self.send_hello(&ticket, &device_id, Some(cursors)).await;
        self.expect::<Welcome>(SOON).await;
    }

    /// Sends a `hello` frame, which authenticates.
    pub async fn send_hello(
        &mut self,
        ticket: &str,
        device_id: &str,
        cursors: Option<BTreeMap<RoomId, Cursor>>,
    ) {
        ticket.clone_into(&mut self.ticket);
        device_id.clone_into(&mut self.device_id);
        self.send(Hello {
            ticket: ticket.to_owned(),
            device_id: device_id.to_owned(),
            cursors,
        })
        .await;
    }

    /// Writes a message and waits until it is durable.
    ///
    /// # Panics
    /// When `sent` does not come.
    pub async fn say(&mut self, room: &RoomId, client_id: &str, body: &str) -> Sent {
        self.send_numbered(Send {
            room: room.clone(),
            client_id: client_id.to_owned(),
            body: body.to_owned(),
            ttl_ms: None,
        })
        .await;
        self.expect::<Sent>(SOON).await
    }
}

pick! {
    ChatServerFrame {
        MessageDeleted: chat::MessageDeleted = "deleted",
        Welcome: Welcome = "welcome",
        Sent: Sent = "sent",
        Message: Message = "message",
        Read: chat::Read = "read",
        Delivered: chat::Delivered = "delivered",
        TypingBy: chat::TypingBy = "typing",
        Presence: chat::Presence = "presence",
        RoomView: chat::RoomView = "room",
        Removed: chat::Removed = "removed",
        Post: chat::Post = "post",
        Heads: chat::Heads = "heads",
        Messages: chat::Messages = "messages",
        GoingAway: chat::GoingAway = "going_away",
        Pong: chat::Pong = "pong",
        Accepted: chat::Accepted = "ok",
        ErrorBody: ErrorBody = "error",
    }
}
