//! Who wrote what to a room of the chat, and what was promised about it: every message that was
//! acknowledged must be stored, once, as it was acknowledged.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use testkit::{ChatPeer, Http};
use wire::chat::{ChatServerFrame, Message, Send, Sent};
use wire::{ErrorCode, RoomId};

/// Longest wait for an answer: a disk that takes 2 s for each commit is slow, not dead.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);
/// Messages of one page over HTTP, the most that there are.
const PAGE: usize = 200;

/// What was acknowledged, by the writer's own key. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct AcknowledgedMessages(Arc<Mutex<BTreeMap<String, (u64, String)>>>);

impl AcknowledgedMessages {
    /// Notes an answer. A second answer to the same key must be the first again.
    ///
    /// # Panics
    /// When it is another one.
    pub fn note(&self, client_id: &str, sent: &Sent) {
        let answer = (sent.seq, sent.message_id.clone());
        let mut acknowledged = self.0.lock().unwrap();
        let first = acknowledged
            .entry(client_id.to_owned())
            .or_insert_with(|| answer.clone());
        assert_eq!(*first, answer, "{client_id} was answered otherwise before");
    }

    /// How many were acknowledged.
    ///
    /// # Panics
    /// When a writer panicked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// True where nothing was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the whole room and compares; how many messages are stored.
    ///
    /// # Panics
    /// When a place is empty, a key stands twice, or an acknowledged message is not there as promised.
    pub async fn check(&self, base: &str, ticket: &str, room: &RoomId) -> usize {
        let stored = read_room(base, ticket, room).await;
        let mut by_key = BTreeMap::new();
        for (index, message) in stored.iter().enumerate() {
            assert_eq!(message.seq, index as u64 + 1, "a gap: {message:?}");
            assert!(!message.corrupt, "its chain does not hold: {message:?}");
            let place = (message.seq, message.message_id.clone());
            let twice = by_key.insert(message.client_id.clone(), place);
            assert!(twice.is_none(), "twice: {message:?}");
        }
        for (client_id, promised) in self.0.lock().unwrap().iter() {
            let found = by_key.get(client_id);
            assert_eq!(found, Some(promised), "{client_id} was acknowledged");
        }
        stored.len()
    }
}

/// Every message of a room, in order.
///
/// # Panics
/// When the chat does not answer.
pub async fn read_room(base: &str, ticket: &str, room: &RoomId) -> Vec<Message> {
    let http = Http::bearer(ticket);
    let mut stored: Vec<Message> = Vec::new();
    loop {
        let after = stored.last().map_or(0, |message| message.seq);
        let url = format!("{base}/v1/rooms/{room}/messages?after={after}&limit={PAGE}");
        let page: Value = http.get(&url).await.json(200);
        let messages: Vec<Message> = serde_json::from_value(page["messages"].clone()).unwrap();
        let is_last = messages.len() < PAGE;
        stored.extend(messages);
        if is_last {
            return stored;
        }
    }
}

/// Somebody who writes one message after another, and sends again what has no answer.
#[derive(Debug)]
pub struct MessageWriter {
    /// What it was refused with so far.
    pub refusals: Vec<ErrorCode>,
    name: String,
    ticket: String,
    room: RoomId,
    acknowledged: AcknowledgedMessages,
    peer: Option<ChatPeer>,
    unanswered: VecDeque<String>,
    written: u32,
}

impl MessageWriter {
    /// One with a name of its own and a ticket for the room.
    #[must_use]
    pub fn new(
        name: &str,
        ticket: &str,
        room: &RoomId,
        acknowledged: &AcknowledgedMessages,
    ) -> Self {
        Self {
            refusals: Vec::new(),
            name: name.to_owned(),
            ticket: ticket.to_owned(),
            room: room.clone(),
            acknowledged: acknowledged.clone(),
            peer: None,
            unanswered: VecDeque::new(),
            written: 0,
        }
    }

    /// Connects, anew if it was connected.
    pub async fn connect(&mut self, url: &str) {
        self.peer = Some(ChatPeer::hello(url, &self.ticket, &self.name).await);
    }

    /// Writes until the connection breaks.
    ///
    /// # Panics
    /// When it is not connected, or there is neither an answer nor an end.
    pub async fn write_on(&mut self) {
        while self.write_one().await.is_some() {}
    }

    /// Writes one message, first those without an answer; whether it was acknowledged, and none where
    /// the connection broke.
    ///
    /// # Panics
    /// When it is not connected, or there is neither an answer nor an end.
    pub async fn write_one(&mut self) -> Option<bool> {
        if self.unanswered.is_empty() {
            self.written += 1;
            let client_id = format!("{}-{}", self.name, self.written);
            self.unanswered.push_back(client_id);
        }
        let client_id = self.unanswered[0].clone();
        let peer = self.peer.as_mut().expect("connected");
        peer.send_numbered(Send {
            room: self.room.clone(),
            client_id: client_id.clone(),
            body: format!("This is {client_id}."),
            ttl_ms: None,
        })
        .await;
        loop {
            match peer.next(ANSWER_LIMIT).await? {
                ChatServerFrame::Sent(sent) => {
                    self.acknowledged.note(&client_id, &sent);
                    self.unanswered.pop_front();
                    return Some(true);
                }
                ChatServerFrame::ErrorBody(error) => {
                    self.refusals.push(error.code);
                    return Some(false);
                }
                _ => {}
            }
        }
    }
}
