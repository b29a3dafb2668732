//! Over plain HTTP: what there is, asked for again and again.

use serde_json::{Value, json};
use testkit::{Http, RawSocket, SOON, until};
use wire::ChatRoomGrant;
use wire::chat::{Message, Messages};

use super::client::{Answer, ChatClient, Stored};
use crate::server::Server;

pub(super) struct HttpClient {
    http: Http,
    url: String,
    room: String,
    ticket: String,
    last_seq: u64,
}

impl HttpClient {
    pub(super) async fn open(server: &Server, ticket: &str, room: &ChatRoomGrant) -> Self {
        let http = Http::bearer(ticket);
        let rooms = http.get(&server.url("/v1/rooms")).await.body;
        let items = rooms["items"].as_array().unwrap().iter();
        let found = items.clone().find(|item| item["room"] == json!(room.id));
        Self {
            last_seq: found.map_or(0, |room| room["last_seq"].as_u64().unwrap()),
            http,
            url: server.url(""),
            room: room.id.to_string(),
            ticket: ticket.to_owned(),
        }
    }

    fn of_room(&self, rest: &str) -> String {
        format!("{}/v1/rooms/{}/{rest}", self.url, self.room)
    }
}

impl ChatClient for HttpClient {
    fn send<'a>(&'a mut self, client_id: &'a str, body: &'a str) -> Answer<'a, Stored> {
        Box::pin(async move {
            let messages = self.of_room("messages");
            post(&self.http, &messages, client_id, body).await
        })
    }

    fn receive(&mut self) -> Answer<'_, Message> {
        Box::pin(async move {
            let next = self.of_room(&format!("messages?after={}&limit=1", self.last_seq));
            let found = until("the next message", SOON, async || {
                let page: Messages = self.http.get(&next).await.json(200);
                page.messages.into_iter().next()
            });
            let message = found.await;
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
            let rooms = format!("{}/v1/rooms", self.url);
            until("a position", SOON, async || {
                let rooms = self.http.get(&rooms).await.body;
                let items = rooms["items"].as_array()?;
                let room = items.iter().find(|room| room["room"] == json!(self.room))?;
                has_read(room, user, seq).then_some(())
            })
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

/// True where a ROOM says that a member has read up to `seq`.
pub(super) fn has_read(room: &Value, user: &str, seq: u64) -> bool {
    let members = room["members"].as_array().into_iter().flatten();
    let mut of_user = members.filter(|member| member["user_id"] == user);
    of_user.any(|member| member["read_seq"].as_u64() >= Some(seq))
}

pub(super) async fn post(http: &Http, messages: &str, client_id: &str, body: &str) -> Stored {
    let posted = json!({"client_id": client_id, "body": body});
    let answer = http.post(messages, posted).await;
    let word = |field: &str| answer.body[field].as_str().unwrap().to_owned();
    match answer.status {
        200 | 201 => Ok((answer.body["seq"].as_u64().unwrap(), word("message_id"))),
        _ => Err(word("code")),
    }
}

pub(super) async fn post_nonsense(messages: &str, ticket: &str) -> String {
    let path = messages.splitn(4, '/').last().unwrap();
    let mut raw = RawSocket::connect(messages).await;
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {ticket}\r\n\
         Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{{"
    );
    raw.send(request.as_bytes()).await;
    let (_, answer) = raw.answer().await;
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let problem: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
    problem["code"].as_str().unwrap().to_owned()
}
