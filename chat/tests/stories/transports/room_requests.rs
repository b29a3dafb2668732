//! What is asked of one room over HTTP, whatever way its messages come by.

use serde_json::{Value, json};
use testkit::{Http, RawSocket};
use wire::ChatRoomGrant;

use super::client::{Answer, Stored};
use crate::server::Server;

/// One person's requests about one room.
pub(super) struct RoomRequests {
    pub(super) http: Http,
    url: String,
    room: String,
    ticket: String,
}

impl RoomRequests {
    pub(super) fn new(server: &Server, ticket: &str, room: &ChatRoomGrant) -> Self {
        Self {
            http: Http::bearer(ticket),
            url: server.url(""),
            room: room.id.to_string(),
            ticket: ticket.to_owned(),
        }
    }

    /// The address of a path.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The address of what is the room's.
    pub(super) fn of_room(&self, rest: &str) -> String {
        format!("{}/v1/rooms/{}/{rest}", self.url, self.room)
    }

    /// The room among others.
    pub(super) fn find<'a>(&self, rooms: &'a Value) -> Option<&'a Value> {
        let mut rooms = rooms.as_array()?.iter();
        rooms.find(|room| room["room"] == json!(self.room))
    }

    /// Its last `seq` there; 0 where it is not there.
    pub(super) fn last_seq(&self, rooms: &Value) -> u64 {
        let found = self.find(rooms);
        found.map_or(0, |room| room["last_seq"].as_u64().unwrap())
    }

    pub(super) fn send<'a>(&'a self, client_id: &'a str, body: &'a str) -> Answer<'a, Stored> {
        Box::pin(async move {
            let posted = json!({"client_id": client_id, "body": body});
            let answer = self.http.post(&self.of_room("messages"), posted).await;
            let word = |field: &str| answer.body[field].as_str().unwrap().to_owned();
            match answer.status {
                200 | 201 => Ok((answer.body["seq"].as_u64().unwrap(), word("message_id"))),
                _ => Err(word("code")),
            }
        })
    }

    pub(super) fn read(&self, seq: u64) -> Answer<'_, ()> {
        Box::pin(async move {
            let read = self.of_room("read");
            let answer = self.http.put(&read, json!({"seq": seq})).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        })
    }

    pub(super) fn send_nonsense(&self) -> Answer<'_, String> {
        Box::pin(async move {
            let messages = self.of_room("messages");
            let path = messages.splitn(4, '/').last().unwrap();
            let mut raw = RawSocket::connect(&messages).await;
            let ticket = &self.ticket;
            let request = format!(
                "POST /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {ticket}\r\n\
                 Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{{"
            );
            raw.send(request.as_bytes()).await;
            let (_, answer) = raw.answer().await;
            let body = answer.split_once("\r\n\r\n").unwrap().1;
            let problem: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
            problem["code"].as_str().unwrap().to_owned()
        })
    }
}
