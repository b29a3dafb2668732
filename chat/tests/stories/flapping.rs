//! Readers that lose their socket again and again while much is sent: each has every message once, in order.

use std::time::Duration;

use chat::MessagesUrl;
use testkit::{ANN, BO, BookedRoom, ChatPeer, Http, MongoServer, SOON, SeededRandom};
use tokio::time::Instant;
use wire::RoomId;
use wire::chat::{ChatServerFrame, Messages, Send, Sent};

use crate::server::{Places, Server};

/// Messages that are sent; as many as `CHAT_FLAPPING_MESSAGES` says, for a long run.
const MESSAGES: u64 = 2_000;
/// And where each of them takes a server a while.
const MESSAGES_ON_A_SERVER: u64 = 500;
/// Until a store that did not answer in time is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// Messages that are on their way at once.
const WINDOW: u64 = 20;

fn count(unless_asked: u64) -> u64 {
    let asked = std::env::var("CHAT_FLAPPING_MESSAGES").ok();
    asked.map_or(unless_asked, |count| {
        count.parse().expect("a number of messages")
    })
}

/// One device, with what it has seen.
struct Reader {
    peer: ChatPeer,
    http: Http,
    history: String,
    room: RoomId,
    seen: u64,
    random: SeededRandom,
}

impl Reader {
    async fn new(server: &Server, room: &wire::ChatRoomGrant, seed: u64) -> Self {
        Self {
            peer: server.peer(BO, room).await,
            http: server.http(BO, room),
            history: server.url(&format!("/v1/rooms/{}/messages", room.id)),
            room: room.id.clone(),
            seen: 0,
            random: SeededRandom::new(seed),
        }
    }

    /// Reads until it has seen `count`, on many sockets; how many those were.
    async fn read(mut self, count: u64) -> u64 {
        let mut sockets = 1;
        loop {
            let cut_at = Instant::now() + Duration::from_millis(20 + self.random.below(181));
            while let Some(left) = cut_at.checked_duration_since(Instant::now()) {
                let Some(frame) = self.peer.next(left).await else {
                    break;
                };
                if let ChatServerFrame::Message(message) = frame {
                    self.take(message.seq);
                }
                if self.seen == count {
                    return sockets;
                }
            }
            self.come_back().await;
            sockets += 1;
        }
    }

    /// With what it has seen as its cursor. Where the server can't recover that, it says so, and the history has it.
    async fn come_back(&mut self) {
        let mut cursor = self.peer.cursors[&self.room].clone();
        cursor.seq = self.seen;
        self.peer.cursors.insert(self.room.clone(), cursor);
        // The old socket breaks with what it did not read yet.
        let opened = self.peer.fork().connect().await;
        self.peer = opened.unwrap_or_else(|(_, refused)| panic!("{refused:?}"));
        self.peer.greet_again().await;
        let welcome = self.peer.welcome.clone().unwrap();
        let view = welcome.rooms.iter().find(|view| view.room == self.room);
        let view = view.expect("the room is there");
        while !view.recovered && self.seen < view.last_seq {
            let url = format!("{}?after={}&limit=200", self.history, self.seen);
            let answer = self.http.get(&url).await;
            // A store that can't keep up says so, and is asked again.
            if answer.status == 503 {
                tokio::time::sleep(ASK_AGAIN).await;
                continue;
            }
            let page: Messages = answer.json(200);
            for message in page.messages {
                if message.seq <= view.last_seq {
                    self.take(message.seq);
                }
            }
        }
    }

    fn take(&mut self, seq: u64) {
        assert_eq!(seq, self.seen + 1, "a gap or a repeat");
        self.seen = seq;
    }
}

#[tokio::test]
async fn cht_170_readers_that_come_and_go_see_each_message_once() {
    see_each_message_once(Server::start().await, count(MESSAGES)).await;
}

#[tokio::test]
async fn cht_170_readers_that_come_and_go_with_messages_on_secantus() {
    with_messages_on(MongoServer::Secantus, count(MESSAGES_ON_A_SERVER)).await;
}

#[tokio::test]
async fn cht_170_readers_that_come_and_go_with_messages_on_ferret() {
    // It looks through a room for each page, and falls behind what is sent: a tenth is enough for it.
    let count = count(10 * MESSAGES_ON_A_SERVER) / 10;
    with_messages_on(MongoServer::Ferret, count).await;
}

async fn with_messages_on(server: MongoServer, count: u64) {
    if let Some(messages) = server.new_database() {
        let places = Places {
            messages: Some(MessagesUrl::parse(&messages).unwrap()),
            ..Places::default()
        };
        let server = Server::with_places(places).await;
        see_each_message_once(server, count).await;
    }
}

async fn see_each_message_once(mut server: Server, count: u64) {
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    let readers = [
        Reader::new(&server, &room, 1).await,
        Reader::new(&server, &room, 2).await,
    ];
    let reading = readers.map(|reader| tokio::spawn(reader.read(count)));
    for first in (0..count).step_by(usize::try_from(WINDOW).unwrap()) {
        let last = count.min(first + WINDOW);
        for n in first..last {
            let send = Send {
                room: room.id.clone(),
                client_id: format!("c-{n}"),
                body: "hi".to_owned(),
                ttl_ms: None,
            };
            ann.send_numbered(send).await;
        }
        for _ in first..last {
            ann.expect::<Sent>(SOON).await;
        }
        ann.forget();
    }
    for reader in reading {
        let limit = 12 * SOON + Duration::from_millis(20 * count);
        let sockets = tokio::time::timeout(limit, reader).await;
        assert!(sockets.expect("all is read").unwrap() > 1);
    }
    server.stop().await;
}
