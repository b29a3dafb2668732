//! A person's client of chat, keeping the state that a real one keeps: each room's epoch and last
//! `seq`, in order and without a gap. It renders nothing.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use wire::chat::{
    self, ChatClientFrame, ChatServerFrame, Cursor, Hello, Message, Send, Sent, Welcome,
};
use wire::{CHAT_SUBPROTOCOL, ErrorBody, FrameError, RoomId, UnixMs};

use crate::{Arrival, Refused, SOON, Socket, now};

/// A client of `GET /v1/chat`.
#[derive(Debug)]
pub struct ChatPeer {
    url: String,
    socket: Socket,
    ticket: String,
    device_id: String,
    /// The last `welcome`.
    pub welcome: Option<Welcome>,
    /// How far this device is, by room: what the next `hello` would carry.
    pub cursors: BTreeMap<RoomId, Cursor>,
    /// When the last frame came.
    pub last_at: UnixMs,
    next_id: u64,
    skipped: VecDeque<ChatServerFrame>,
    closed: Option<Option<u16>>,
}

impl ChatPeer {
    /// Opens a socket and sends nothing. `url` is the complete `ws://…/v1/chat`.
    ///
    /// # Panics
    /// When the server does not upgrade.
    pub async fn connect(url: &str) -> Self {
        Self::on(url, Socket::connect(url, CHAT_SUBPROTOCOL).await)
    }

    /// Opens a socket as a page of `origin` would.
    ///
    /// # Errors
    /// When the server does not upgrade.
    pub async fn connect_from(url: &str, origin: &str) -> Result<Self, Refused> {
        let headers = [
            ("Sec-WebSocket-Protocol", CHAT_SUBPROTOCOL),
            ("Origin", origin),
        ];
        Ok(Self::on(url, Socket::try_connect(url, &headers).await?))
    }

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
        let error = peer.expect::<ErrorBody>(SOON).await;
        (error, peer.expect_close(SOON).await)
    }

    /// Comes back on a new socket with its cursors, cutting the old one first.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn reconnect(self) -> Self {
        let (url, ticket, device) = (
            self.url.clone(),
            self.ticket.clone(),
            self.device_id.clone(),
        );
        let cursors = self.cursors.clone();
        self.socket.cut().await;
        let mut peer = Self::connect(&url).await;
        peer.cursors.clone_from(&cursors);
        peer.send_hello(&ticket, &device, Some(cursors)).await;
        peer.expect::<Welcome>(SOON).await;
        peer
    }

    /// Sends `hello`.
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

    /// Sends a frame without an `id`.
    pub async fn send(&mut self, frame: impl Into<ChatClientFrame>) {
        self.socket.send_text(frame.into().to_text(None)).await;
    }

    /// Sends a frame with the next `id`, and returns that.
    pub async fn send_numbered(&mut self, frame: impl Into<ChatClientFrame>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let text = frame.into().to_text(Some(("id", id)));
        self.socket.send_text(text).await;
        id
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
        })
        .await;
        self.expect::<Sent>(SOON).await
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.socket.send_text(text).await;
    }

    /// The socket below, for what no good client does.
    pub fn socket(&mut self) -> &mut Socket {
        &mut self.socket
    }

    /// The next frame of this type: one that was skipped before, or the first to come.
    ///
    /// # Panics
    /// When `limit` passes, or the socket closes, first.
    pub async fn expect<F: PickChat>(&mut self, limit: Duration) -> F {
        let found = self
            .skipped
            .iter()
            .position(|frame| frame.kind() == F::KIND);
        if let Some(frame) = found.and_then(|index| self.skipped.remove(index)) {
            return F::pick(frame).expect("its kind was compared");
        }
        let deadline = now() + i64::try_from(limit.as_millis()).unwrap();
        loop {
            match self.next(left(deadline)).await.map(F::pick) {
                Some(Ok(frame)) => return frame,
                Some(Err(other)) => self.skipped.push_back(other),
                None => self.fail(F::KIND, limit),
            }
        }
    }

    /// Checks that no frame of this type comes within `span`, nor was skipped before.
    ///
    /// # Panics
    /// When one does.
    pub async fn expect_no<F: PickChat>(&mut self, span: Duration) {
        let deadline = now() + i64::try_from(span.as_millis()).unwrap();
        while let Some(frame) = self.next(left(deadline)).await {
            self.skipped.push_back(frame);
        }
        let found = self.skipped.iter().find(|frame| frame.kind() == F::KIND);
        assert!(found.is_none(), "unexpected: {found:?}");
    }

    /// The next frame that comes, with state kept up; none after `limit`, or once closed.
    pub async fn next(&mut self, limit: Duration) -> Option<ChatServerFrame> {
        if self.closed.is_some() {
            return None;
        }
        match self.socket.next(limit).await? {
            Arrival::Closed { at, code } => {
                (self.last_at, self.closed) = (at, Some(code));
                None
            }
            Arrival::Text { at, text } => {
                self.last_at = at;
                Some(self.take(&text))
            }
        }
    }

    /// Reads until the server closes, and returns its close code; none where the socket just broke.
    ///
    /// # Panics
    /// When `limit` passes first.
    pub async fn expect_close(&mut self, limit: Duration) -> Option<u16> {
        let deadline = now() + i64::try_from(limit.as_millis()).unwrap();
        loop {
            if let Some(code) = self.closed {
                return code;
            }
            let Some(frame) = self.next(left(deadline)).await else {
                assert!(self.closed.is_some(), "not closed within {limit:?}");
                continue;
            };
            self.skipped.push_back(frame);
        }
    }

    /// Forgets the frames that were skipped, so that only new ones are found.
    pub fn forget(&mut self) {
        self.skipped.clear();
    }

    /// Closes with a close frame (1000).
    pub async fn close(mut self) -> Option<u16> {
        self.socket.close(1000).await;
        self.expect_close(SOON).await
    }

    /// Breaks the TCP connection without a close frame.
    pub async fn cut(self) {
        self.socket.cut().await;
    }

    fn on(url: &str, socket: Socket) -> Self {
        Self {
            url: url.to_owned(),
            socket,
            ticket: String::new(),
            device_id: String::new(),
            welcome: None,
            cursors: BTreeMap::new(),
            last_at: now(),
            next_id: 1,
            skipped: VecDeque::new(),
            closed: None,
        }
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

    /// A recovered room goes on from its cursor; any other stands where the server says.
    fn enter(&mut self, room: &chat::RoomView) {
        let known = self.cursors.get(&room.room);
        if room.recovered && known.is_some() {
            return;
        }
        // A `room` frame about a change does not move what messages have moved already.
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
            panic!("a message of a room that was never told: {message:?}");
        };
        assert_eq!(
            message.seq,
            cursor.seq + 1,
            "a gap or a repeat: {message:?}"
        );
        cursor.seq = message.seq;
    }

    #[track_caller]
    fn fail(&self, kind: &str, limit: Duration) -> ! {
        let seen: Vec<_> = self.skipped.iter().map(ChatServerFrame::kind).collect();
        match self.closed {
            Some(code) => panic!("closed with {code:?} before {kind}; unread: {seen:?}"),
            None => panic!("no {kind} within {limit:?}; unread: {seen:?}"),
        }
    }
}

/// A server frame that [`ChatPeer::expect`] can wait for.
pub trait PickChat: Sized {
    /// Its `type`.
    const KIND: &'static str;

    /// The frame, if it is of this type.
    ///
    /// # Errors
    /// The frame as it came, if it is of another type.
    fn pick(frame: ChatServerFrame) -> Result<Self, ChatServerFrame>;
}

macro_rules! pick {
    ($($variant:ident: $body:ty = $kind:literal,)+) => { $(
        impl PickChat for $body {
            const KIND: &'static str = $kind;

            fn pick(frame: ChatServerFrame) -> Result<Self, ChatServerFrame> {
                match frame {
                    ChatServerFrame::$variant(body) => Ok(body),
                    other => Err(other),
                }
            }
        }
    )+ };
}

pick! {
    Welcome: Welcome = "welcome",
    Sent: Sent = "sent",
    Message: Message = "message",
    Read: chat::Read = "read",
    Delivered: chat::Delivered = "delivered",
    TypingBy: chat::TypingBy = "typing",
    Presence: chat::Presence = "presence",
    RoomView: chat::RoomView = "room",
    Removed: chat::Removed = "removed",
    Heads: chat::Heads = "heads",
    Messages: chat::Messages = "messages",
    GoingAway: chat::GoingAway = "going_away",
    Pong: chat::Pong = "pong",
    Accepted: chat::Accepted = "ok",
    ErrorBody: ErrorBody = "error",
}

fn left(deadline: UnixMs) -> Duration {
    Duration::from_millis(deadline.since(now()).max(0).unsigned_abs())
}
