//! Over a WebSocket.

use testkit::{ChatClientState, ChatPeer, DisconnectedPeer, SOON};
use wire::chat::{ChatServerFrame, MarkRead, Message, Read, Send};
use wire::{ChatRoomGrant, RoomId};

use super::client::{Answer, ChatClient, Stored};
use crate::server::Server;

pub(super) struct WebSocketClient {
    peer: Option<ChatPeer>,
    /// What it comes back with after a cut.
    offline: Option<DisconnectedPeer<ChatClientState>>,
    room: RoomId,
    last_seq: u64,
}

impl WebSocketClient {
    pub(super) async fn open(server: &Server, ticket: &str, room: &ChatRoomGrant) -> Self {
        let peer = ChatPeer::hello(&server.socket_url(), ticket, "device").await;
        Self {
            last_seq: peer.cursors.get(&room.id).map_or(0, |cursor| cursor.seq),
            peer: Some(peer),
            offline: None,
            room: room.id.clone(),
        }
    }

    fn peer(&mut self) -> &mut ChatPeer {
        self.peer.as_mut().expect("it is connected")
    }
}

impl ChatClient for WebSocketClient {
    fn send<'a>(&'a mut self, client_id: &'a str, body: &'a str) -> Answer<'a, Stored> {
        Box::pin(async move {
            let frame = Send {
                room: self.room.clone(),
                client_id: client_id.to_owned(),
                body: body.to_owned(),
                ttl_ms: None,
            };
            answer(self.peer(), frame).await
        })
    }

    fn receive(&mut self) -> Answer<'_, Message> {
        Box::pin(async move {
            let message = self.peer().expect::<Message>(SOON).await;
            assert_eq!(message.seq, self.last_seq + 1);
            self.last_seq += 1;
            message
        })
    }

    fn read(&mut self, seq: u64) -> Answer<'_, ()> {
        Box::pin(async move {
            let room = self.room.clone();
            self.peer().send(MarkRead { room, seq }).await;
        })
    }

    fn sees_read<'a>(&'a mut self, user: &'a str, seq: u64) -> Answer<'a, ()> {
        Box::pin(async move {
            let seen = |read: &Read| read.user_id.as_str() == user && read.seq >= seq;
            while !seen(&self.peer().expect::<Read>(SOON).await) {}
        })
    }

    fn send_nonsense(&mut self) -> Answer<'_, String> {
        Box::pin(async move {
            self.peer().send_text("{").await;
            let error = self.peer().expect::<wire::ErrorBody>(SOON).await;
            serde_json::to_value(error.code)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        })
    }

    /// The peer of the testkit comes back with its cursors.
    fn cut(&mut self) -> Answer<'_, ()> {
        Box::pin(async move {
            let peer = self.peer.take().expect("it is connected");
            assert!(
                !peer
                    .skipped()
                    .any(|frame| matches!(frame, ChatServerFrame::Message(_))),
                "a story reads all before a cut"
            );
            self.offline = Some(peer.cut().await);
        })
    }

    fn resume(&mut self) -> Answer<'_, ()> {
        Box::pin(async move {
            let offline = self.offline.take().expect("it was cut");
            let opened = offline.connect().await;
            let mut peer = opened.unwrap_or_else(|(_, refused)| panic!("{refused:?}"));
            peer.greet_again().await;
            self.peer = Some(peer);
        })
    }
}

async fn answer(peer: &mut ChatPeer, frame: Send) -> Stored {
    let id = peer.send_numbered(frame).await;
    loop {
        match peer.next(SOON).await.expect("an answer") {
            ChatServerFrame::Sent(sent) if sent.id == Some(id.into()) => {
                return Ok((sent.seq, sent.message_id));
            }
            ChatServerFrame::ErrorBody(error) if error.id == Some(id.into()) => {
                let code = serde_json::to_value(error.code).unwrap();
                return Err(code.as_str().unwrap().to_owned());
            }
            other => peer.keep(other),
        }
    }
}
