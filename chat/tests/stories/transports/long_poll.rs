//! By long poll: `GET /v1/sync` for what comes, `POST` for what is sent.

use std::collections::VecDeque;

use serde_json::Value;
use testkit::SOON;
use tokio::time::timeout;
use wire::ChatRoomGrant;
use wire::chat::Message;

use super::client::{Answer, ChatClient, Stored};
use super::room_requests::RoomRequests;
use crate::server::Server;

pub(super) struct LongPollClient {
    requests: RoomRequests,
    cursor: String,
    frames: VecDeque<Value>,
    last_seq: u64,
}

impl LongPollClient {
    pub(super) async fn open(server: &Server, ticket: &str, room: &ChatRoomGrant) -> Self {
        let requests = RoomRequests::new(server, ticket, room);
        let first = requests.http.get(&requests.at("/v1/sync")).await.body;
        Self {
            last_seq: requests.last_seq(&first["frames"][0]["rooms"]),
            cursor: first["cursor"].as_str().unwrap().to_owned(),
            requests,
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
                let answer = self.requests.http.get(&self.requests.at(&query)).await;
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
}

impl ChatClient for LongPollClient {
    fn send<'a>(&'a mut self, client_id: &'a str, body: &'a str) -> Answer<'a, Stored> {
        self.requests.send(client_id, body)
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
        self.requests.read(seq)
    }

    fn sees_read<'a>(&'a mut self, user: &'a str, seq: u64) -> Answer<'a, ()> {
        Box::pin(async move {
            let of_user = |frame: &Value| frame["type"] == "read" && frame["user_id"] == user;
            self.expect(|frame| of_user(frame) && frame["seq"].as_u64() >= Some(seq))
                .await;
        })
    }

    fn send_nonsense(&mut self) -> Answer<'_, String> {
        self.requests.send_nonsense()
    }
}
