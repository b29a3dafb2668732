//! Over plain HTTP: what there is, asked for again and again.

use serde_json::Value;
use testkit::{SOON, until};
use wire::ChatRoomGrant;
use wire::chat::{Message, Messages};

use super::client::{Answer, ChatClient, Stored};
use super::room_requests::RoomRequests;
use crate::server::Server;

pub(super) struct HttpClient {
    requests: RoomRequests,
    last_seq: u64,
}

impl HttpClient {
    pub(super) async fn open(server: &Server, ticket: &str, room: &ChatRoomGrant) -> Self {
        let requests = RoomRequests::new(server, ticket, room);
        let rooms = requests.http.get(&requests.at("/v1/rooms")).await.body;
        Self {
            last_seq: requests.last_seq(&rooms["items"]),
            requests,
        }
    }
}

impl ChatClient for HttpClient {
    fn send<'a>(&'a mut self, client_id: &'a str, body: &'a str) -> Answer<'a, Stored> {
        self.requests.send(client_id, body)
    }

    fn receive(&mut self) -> Answer<'_, Message> {
        Box::pin(async move {
            let next = self
                .requests
                .of_room(&format!("messages?after={}&limit=1", self.last_seq));
            let found = until("the next message", SOON, async || {
                let page: Messages = self.requests.http.get(&next).await.json(200);
                page.messages.into_iter().next()
            });
            let message = found.await;
            assert_eq!(message.seq, self.last_seq + 1);
            self.last_seq += 1;
            message
        })
    }

    fn read(&mut self, seq: u64) -> Answer<'_, ()> {
        self.requests.read(seq)
    }

    fn sees_read<'a>(&'a mut self, user: &'a str, seq: u64) -> Answer<'a, ()> {
        Box::pin(async move {
            let rooms = self.requests.at("/v1/rooms");
            until("a position", SOON, async || {
                let rooms = self.requests.http.get(&rooms).await.body;
                let room = self.requests.find(&rooms["items"])?;
                has_read(room, user, seq).then_some(())
            })
            .await;
        })
    }

    fn send_nonsense(&mut self) -> Answer<'_, String> {
        self.requests.send_nonsense()
    }
}

/// True where a ROOM says that a member has read up to `seq`.
pub(super) fn has_read(room: &Value, user: &str, seq: u64) -> bool {
    let members = room["members"].as_array().into_iter().flatten();
    let mut of_user = members.filter(|member| member["user_id"] == user);
    of_user.any(|member| member["read_seq"].as_u64() >= Some(seq))
}
