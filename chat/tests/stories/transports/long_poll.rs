//! By long poll: `GET /v1/sync` for what comes, `POST` for what is sent.

use std::collections::VecDeque;

use serde_json::{Value, json};
use testkit::{Http, SOON};
use tokio::time::timeout;
use wire::ChatRoomGrant;
use wire::chat::Message;

use super::client::{Answer, ChatClient, Stored};
use super::plain_http::{post, post_nonsense};
use crate::server::Server;

pub(super) struct LongPollClient {
    http: Http,
    url: String,
    room: String,
    ticket: String,
    cursor: String,
    frames: VecDeque<Value>,
    last_seq: u64,
}

impl LongPollClient {
    pub(super) async fn open(server: &Server, ticket: &str, room: &ChatRoomGrant) -> Self {
        let http = Http::bearer(ticket);
        let first = http.get(&server.url("/v1/sync")).await.body;
        let rooms = first["frames"][0]["rooms"].as_array().unwrap();
        let found = rooms.iter().find(|item| item["room"] == json!(room.id));
        Self {
            last_seq: found.map_or(0, |room| room["last_seq"].as_u64().unwrap()),
            cursor: first["cursor"].as_str().unwrap().to_owned(),
            http,
            url: server.url(""),
            room: room.id.to_string(),
            ticket: ticket.to_owned(),
            frames: VecDeque::new(),
        }
    }

    /// The first frame, kept or to come, that is `wanted`.
    async fn expect(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            loop {
                if let Some(at) = self.frames.iter().position(&wanted) {
                    return self.frames.remove(at).unwrap();
                }
                let query = format!("/v1/sync?cursor={}&timeout_ms=5000", self.cursor);
                let answer = self.http.get(&format!("{}{query}", self.url)).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                answer.body["cursor"]
                    .as_str()
                    .unwrap()
                    .clone_into(&mut self.cursor);
                let frames = answer.body["frames"].as_array().unwrap();
                self.frames.extend(frames.iter().cloned());
            }
        };
        timeout(SOON, found).await.expect("a frame comes soon")
    }

    fn of_room(&self, rest: &str) -> String {
        format!("{}/v1/rooms/{}/{rest}", self.url, self.room)
    }
}

impl ChatClient for LongPollClient {
    fn send<'a>(&'a mut self, client_id: &'a str, body: &'a str) -> Answer<'a, Stored> {
        Box::pin(async move {
            let messages = self.of_room("messages");
            post(&self.http, &messages, client_id, body).await
        })
    }

    fn receive(&mut self) -> Answer<'_, Message> {
        Box::pin(async move {
            let frame = self.expect(|frame| frame["type"] == "message").await;
            let message: Message = serde_json::from_value(frame).unwrap();
            assert_eq!(message.seq, self.last_seq + 1);
            self.last_seq += 1;
            message
        })
    }

    fn read(&mut self, seq: u64) -> Answer<'_, ()> {
        Box::pin(async move {
            let read = self.of_room("read");
            let answer = self.http.put(&read, json!({"seq": seq})).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        })
    }

    fn sees_read<'a>(&'a mut self, user: &'a str, seq: u64) -> Answer<'a, ()> {
        Box::pin(async move {
            let of_user = |frame: &Value| frame["type"] == "read" && frame["user_id"] == user;
            self.expect(|frame| of_user(frame) && frame["seq"].as_u64() >= Some(seq))
                .await;
        })
    }

    fn send_nonsense(&mut self) -> Answer<'_, String> {
        Box::pin(async move { post_nonsense(&self.of_room("messages"), &self.ticket).await })
    }

    fn cut(&mut self) -> Answer<'_, ()> {
        Box::pin(async {})
    }

    fn resume(&mut self) -> Answer<'_, ()> {
        Box::pin(async {})
    }
}
