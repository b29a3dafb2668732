//! By STOMP: a subscription to the room, and one to the rooms for positions.

use wire::ChatRoomGrant;
use wire::chat::Message;
use wire::stomp::{StompCommand, StompFrame};
use wire::{RoomId, UnixMs};

use super::client::{Answer, ChatClient, Stored};
use super::plain_http::has_read;
use crate::server::Server;
use crate::stomp::peer::{ERRORS, StompPeer};

pub(super) struct StompClient {
    peer: Option<StompPeer>,
    url: String,
    ticket: String,
    room: RoomId,
    last_seq: u64,
    receipts: u64,
}

impl StompClient {
    pub(super) async fn open(server: &Server, ticket: &str, room: &ChatRoomGrant) -> Self {
        let url = server.stomp_url();
        let mut client = Self {
            peer: Some(StompPeer::connect(&url, ticket).await),
            url,
            ticket: ticket.to_owned(),
            room: room.id.clone(),
            last_seq: 0,
            receipts: 0,
        };
        client.subscribe(&[]).await;
        client
    }

    fn peer(&mut self) -> &mut StompPeer {
        self.peer.as_mut().expect("it is connected")
    }

    async fn subscribe(&mut self, after: &[(&str, &str)]) {
        let topic = format!("/topic/rooms/{}", self.room);
        let own = [("id", "t"), ("destination", topic.as_str())];
        let headers: Vec<(&str, &str)> = own.iter().chain(after).copied().collect();
        // A stranger is refused, which a story is told when it sends.
        self.peer()
            .send(StompCommand::Subscribe, &headers, "")
            .await;
        self.peer()
            .subscribe("rooms", "/user/queue/rooms", &[])
            .await;
        if after.is_empty() && self.peer().count(|frame| frame.header("code").is_some()) == 0 {
            let room = serde_json::from_slice(&self.peer().message("rooms").await.body);
            let room: serde_json::Value = room.unwrap();
            self.last_seq = room["last_seq"].as_u64().unwrap();
        } else if after.is_empty() {
            self.peer().refusal().await;
        }
    }

    async fn outcome(&mut self, receipt: &str) -> StompFrame {
        let of_frame = |frame: &StompFrame| frame.header("receipt-id") == Some(receipt);
        self.peer().expect("an answer", of_frame).await
    }
}

impl ChatClient for StompClient {
    fn send<'a>(&'a mut self, client_id: &'a str, body: &'a str) -> Answer<'a, Stored> {
        Box::pin(async move {
            self.receipts += 1;
            let (to, receipt) = (
                format!("/app/rooms/{}", self.room),
                self.receipts.to_string(),
            );
            let headers = [
                ("destination", to.as_str()),
                ("client-id", client_id),
                ("receipt", &receipt),
            ];
            self.peer().send(StompCommand::Send, &headers, body).await;
            let answer = self.outcome(&receipt).await;
            let word = |name: &str| answer.header(name).unwrap().to_owned();
            match answer.command {
                StompCommand::Receipt => Ok((word("seq").parse().unwrap(), word("message-id"))),
                _ => Err(word("code")),
            }
        })
    }

    fn receive(&mut self) -> Answer<'_, Message> {
        Box::pin(async move {
            let frame = self.peer().message("t").await;
            let word = |name: &str| frame.header(name).unwrap().to_owned();
            let message = Message {
                room: self.room.clone(),
                seq: word("seq").parse().unwrap(),
                message_id: word("message-id"),
                from: word("from").into(),
                client_id: word("client-id"),
                sent_at: UnixMs(word("sent-at").parse().unwrap()),
                body: String::from_utf8(frame.body.clone()).unwrap(),
                expires_at: frame
                    .header("expires-at")
                    .map(|at| UnixMs(at.parse().unwrap())),
                deleted: frame.header("deleted").is_some(),
                corrupt: frame.header("corrupt").is_some(),
            };
            assert_eq!(message.seq, self.last_seq + 1);
            self.last_seq += 1;
            message
        })
    }

    fn read(&mut self, seq: u64) -> Answer<'_, ()> {
        Box::pin(async move {
            let to = format!("/app/rooms/{}/read", self.room);
            let headers = [("destination", to.as_str()), ("receipt", "read")];
            self.peer()
                .send(StompCommand::Send, &headers, &seq.to_string())
                .await;
            self.peer().receipt("read").await;
        })
    }

    fn sees_read<'a>(&'a mut self, user: &'a str, seq: u64) -> Answer<'a, ()> {
        Box::pin(async move {
            loop {
                let frame = self.peer().message("rooms").await;
                if has_read(&serde_json::from_slice(&frame.body).unwrap(), user, seq) {
                    return;
                }
            }
        })
    }

    fn send_nonsense(&mut self) -> Answer<'_, String> {
        Box::pin(async move {
            self.peer().socket.send_text("SEND\n{\n\n\0").await;
            let frame = self.peer().expect("a refusal", |frame| {
                frame.header("destination") == Some(ERRORS)
            });
            frame.await.header("code").unwrap().to_owned()
        })
    }

    fn cut(&mut self) -> Answer<'_, ()> {
        Box::pin(async move {
            let peer = self.peer.take().expect("it is connected");
            peer.socket.cut().await;
        })
    }

    fn resume(&mut self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.peer = Some(StompPeer::connect(&self.url, &self.ticket).await);
            let after = self.last_seq.to_string();
            self.subscribe(&[("after", &after)]).await;
        })
    }
}
