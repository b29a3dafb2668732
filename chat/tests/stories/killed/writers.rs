//! Four writers at once while chat is killed again and again, on each kind of message store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use chat::MessagesUrl;
use testkit::{ANN, BO, BookedRoom, ChatPeer, Http, MongoServer, SOON, TicketSigner};
use wire::ChatRoomGrant;
use wire::chat::{ChatServerFrame, Message, Send, Sent};

use super::Victim;
use crate::server::{config, generous};

/// How often it is killed; `CHAT_KILLS` asks for more.
const KILLS: u64 = 4;
/// What each writer has under way at the moment of a kill, at least.
const BURST: u64 = 15;
/// Nothing new is written by who has so many messages without an answer: over many rounds they would be all that is sent.
const MAX_OPEN: usize = 60;
/// Longest wait for everything of one round.
const ROUND_LIMIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn cht_106_kill_9_under_four_writers_with_messages_in_sqlite() {
    under_four_writers("").await;
}

#[tokio::test]
async fn cht_106_kill_9_under_four_writers_with_messages_on_secantus() {
    if let Some(messages) = MongoServer::Secantus.new_database() {
        under_four_writers(&messages).await;
    }
}

#[tokio::test]
async fn cht_106_kill_9_under_four_writers_with_messages_on_ferret() {
    if let Some(messages) = MongoServer::Ferret.new_database() {
        under_four_writers(&messages).await;
    }
}

async fn under_four_writers(messages: &str) {
    let signer = TicketSigner::start().await;
    let data = tempfile::tempdir().unwrap();
    let BookedRoom(room) = BookedRoom::new();
    let mut writers: Vec<Writer> = (0..4).map(Writer::new).collect();
    let kills = std::env::var("CHAT_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    for round in 0..kills {
        let mut victim = Victim::start(data.path(), signer.url(), messages).await;
        let url = victim.url();
        let mut peers = Vec::new();
        for writer in &writers {
            let ticket = signer.chat(writer.user, std::slice::from_ref(&room));
            let device = format!("w{}", writer.number);
            peers.push(ChatPeer::hello(&url, &ticket, &device).await);
        }
        let entered = writers.iter_mut().zip(peers);
        let writing = entered.map(|(writer, peer)| writer.write_until_cut(peer, &room, round));
        let killing = async {
            // A moment that is another in each round, amid what the writers have under way.
            tokio::time::sleep(Duration::from_millis(5 + 37 * round % 56)).await;
            victim.kill();
        };
        let all = async { tokio::join!(futures_util::future::join_all(writing), killing) };
        tokio::time::timeout(ROUND_LIMIT, all)
            .await
            .expect("the round ends");
    }
    let victim = Victim::start(data.path(), signer.url(), messages).await;
    let url = victim.url();
    for writer in &mut writers {
        let ticket = signer.chat(writer.user, std::slice::from_ref(&room));
        writer.send_the_rest(&url, ticket, &room).await;
    }
    let http = Http::bearer(&signer.chat(BO, std::slice::from_ref(&room)));
    let stored = history(&http, &victim, &room).await;
    check(&writers, &stored);
    is_whole(data.path(), messages, stored.len() as u64).await;
}

/// Each message is bound to the one before it.
async fn is_whole(data: &Path, messages: &str, count: u64) {
    let config = config(data, "", generous());
    let messages = match messages {
        "" => config.messages,
        url => MessagesUrl::parse(url).unwrap(),
    };
    let report = chat::verify(&config.rooms, &messages, &config.database_options).await;
    let report = report.unwrap();
    assert_eq!((report.messages, report.faults), (count, 0), "{report:?}");
}

/// All that was acknowledged is stored as it was said, once, without a gap and in each writer's order.
fn check(writers: &[Writer], stored: &[Message]) {
    let seqs: Vec<u64> = stored.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, (1..=stored.len() as u64).collect::<Vec<_>>(), "dense");
    let by_key: BTreeMap<&str, &Message> =
        stored.iter().map(|m| (m.client_id.as_str(), m)).collect();
    assert_eq!(by_key.len(), stored.len(), "each key once");
    for writer in writers {
        for (key, acknowledged) in &writer.acknowledged {
            let message = by_key[key.as_str()];
            for sent in acknowledged {
                assert_eq!(
                    (sent.seq, &sent.message_id),
                    (message.seq, &message.message_id),
                    "{key}"
                );
            }
        }
        let own = format!("w{}-", writer.number);
        let mine = stored.iter().filter(|m| m.client_id.starts_with(&own));
        let keys: Vec<String> = mine.map(|message| message.client_id.clone()).collect();
        assert_eq!(keys, writer.all_keys(), "in the order of writer {own}");
    }
}

struct Writer {
    number: u64,
    user: &'static str,
    /// How many messages it has written, acknowledged or not.
    written: u64,
    /// Those that it must send again.
    open: BTreeSet<u64>,
    /// Which message each frame of its socket has.
    frames: BTreeMap<u64, u64>,
    acknowledged: BTreeMap<String, Vec<Sent>>,
}

impl Writer {
    fn new(number: u64) -> Self {
        Self {
            number,
            user: if number.is_multiple_of(2) { ANN } else { BO },
            written: 0,
            open: BTreeSet::new(),
            frames: BTreeMap::new(),
            acknowledged: BTreeMap::new(),
        }
    }

    fn key(&self, n: u64) -> String {
        format!("w{}-{n:05}", self.number)
    }

    fn all_keys(&self) -> Vec<String> {
        (0..self.written).map(|n| self.key(n)).collect()
    }

    async fn send(&mut self, peer: &mut ChatPeer, room: &ChatRoomGrant, n: u64) {
        let frame = Send {
            room: room.id.clone(),
            client_id: self.key(n),
            body: "hi".to_owned(),
            ttl_ms: None,
        };
        let id = peer.send_numbered(frame).await;
        self.frames.insert(id, n);
    }

    fn note(&mut self, frame: ChatServerFrame) {
        let ChatServerFrame::Sent(sent) = frame else {
            return;
        };
        let id = sent.id.as_ref().and_then(|id| id.number());
        let Some(n) = id.and_then(|id| self.frames.get(&id).copied()) else {
            return;
        };
        self.open.remove(&n);
        let key = self.key(n);
        self.acknowledged.entry(key).or_default().push(sent);
    }

    /// Sends again what has no answer, then something new, until the socket is cut.
    async fn write_until_cut(&mut self, mut peer: ChatPeer, room: &ChatRoomGrant, round: u64) {
        self.resend(&mut peer, room).await;
        // The burst of a later round is larger, and its answers are under way at the kill.
        for _ in 0..BURST + round % 7 {
            if self.open.len() >= MAX_OPEN {
                break;
            }
            let n = self.written;
            self.written += 1;
            self.open.insert(n);
            self.send(&mut peer, room, n).await;
        }
        while let Some(frame) = peer.next(SOON).await {
            self.note(frame);
        }
    }

    async fn resend(&mut self, peer: &mut ChatPeer, room: &ChatRoomGrant) {
        // A new socket, whose frames are numbered anew.
        self.frames.clear();
        let open: Vec<u64> = self.open.iter().copied().collect();
        for n in open {
            self.send(peer, room, n).await;
        }
    }

    async fn send_the_rest(&mut self, url: &str, ticket: String, room: &ChatRoomGrant) {
        let mut peer = ChatPeer::hello(url, &ticket, "last").await;
        self.resend(&mut peer, room).await;
        while !self.open.is_empty() {
            let frame = peer.next(SOON).await.expect("an answer");
            self.note(frame);
        }
    }
}

async fn history(http: &Http, victim: &Victim, room: &ChatRoomGrant) -> Vec<Message> {
    let mut stored: Vec<Message> = Vec::new();
    loop {
        let after = stored.last().map_or(0, |message| message.seq);
        let page = format!("/v1/rooms/{}/messages?limit=200&after={after}", room.id);
        let page = http.get(&format!("{}{page}", victim.http_url())).await;
        let more: Vec<Message> = serde_json::from_value(page.body["messages"].clone()).unwrap();
        if more.is_empty() {
            return stored;
        }
        stored.extend(more);
    }
}
