//! Who of a connection gets which room's messages, each once and in order.

use std::collections::BTreeMap;

use wire::RoomId;
use wire::chat::Message;

use super::encoding;

/// The subscriptions to rooms of one connection.
#[derive(Debug, Default)]
pub(super) struct TopicSubscriptions(BTreeMap<RoomId, Vec<Topic>>);

/// One of them.
#[derive(Debug)]
struct Topic {
    id: String,
    /// The last `seq` that it was sent, or does not want; `None` while it is read what it missed.
    last: Option<u64>,
}

impl TopicSubscriptions {
    /// Adds one that gets what comes after `last`; `None` for one that is still to be read what it missed.
    pub(super) fn add(&mut self, room: RoomId, id: String, last: Option<u64>) {
        self.0.entry(room).or_default().push(Topic { id, last });
    }

    /// From here on it gets what comes after `last`.
    pub(super) fn go_live(&mut self, room: &RoomId, id: &str, last: u64) {
        let topics = self.0.get_mut(room);
        let topic = topics.and_then(|topics| topics.iter_mut().find(|topic| topic.id == id));
        if let Some(topic) = topic {
            topic.last = Some(last);
        }
    }

    pub(super) fn has(&self, room: &RoomId) -> bool {
        self.0.contains_key(room)
    }

    pub(super) fn remove(&mut self, room: &RoomId, id: &str) {
        if let Some(topics) = self.0.get_mut(room) {
            topics.retain(|topic| topic.id != id);
            if topics.is_empty() {
                self.0.remove(room);
            }
        }
    }

    /// Ends those of a room, and says which they were.
    pub(super) fn end(&mut self, room: &RoomId) -> Vec<String> {
        let topics = self.0.remove(room).unwrap_or_default();
        topics.into_iter().map(|topic| topic.id).collect()
    }

    /// The frames of a message: one for each that has not read it already.
    pub(super) fn tell(&mut self, message: &Message, out: &mut Vec<String>) {
        for topic in self.0.get_mut(&message.room).into_iter().flatten() {
            if topic.last.is_some_and(|last| last < message.seq) {
                topic.last = Some(message.seq);
                out.push(encoding::message(message, &topic.id));
            }
        }
    }
}
