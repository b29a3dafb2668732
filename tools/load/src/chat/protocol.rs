//! How the frames of each kind of chat server are written and read. No sockets here.

mod centrifugo;
mod rendezvous;
mod socket_io;

use std::collections::VecDeque;

use super::entry::ChatEntry;

/// As what it counts when a server lets us in, and the room is not there.
pub(crate) const NOT_WELCOMED: &str = "room_not_welcomed";

/// The protocol of one kind of chat server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChatServerProtocol {
    /// That of Rendezvous: `docs/PROTOCOL.md`.
    Rendezvous,
    /// Centrifugo's JSON, of its server 6.x.
    Centrifugo,
    /// Socket.IO's, of its server 4.x, over Engine.IO 4.
    SocketIo,
}

/// How far an end is: with it one comes back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ChatCursor {
    /// The room's, for Rendezvous and Centrifugo; the private id of the connection, for Socket.IO.
    pub(crate) epoch: String,
    /// The last `seq` that it has.
    pub(crate) seq: u64,
    /// Socket.IO's own mark of that message.
    pub(crate) offset: Option<String>,
}

/// What a server's frame means to the generator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChatEvent {
    /// To be sent back at once: the next step of coming in, or a sign of life.
    Answer(String),
    /// The server has let us into the room.
    Entered {
        epoch: String,
        /// The room's last `seq`.
        last_seq: u64,
        /// The cursor that we came with is good: all that was missed follows.
        recovered: bool,
        /// How often to send a sign of life, in milliseconds; none where the server asks for none.
        ping_ms: Option<u64>,
    },
    /// A message of ours is taken, and what that promises is the server's own.
    Acked { number: u64, seq: Option<u64> },
    /// A message of the room.
    Delivered {
        seq: u64,
        /// The writer's own number of it; none where it is not one of this run's.
        number: Option<u64>,
        /// The text is the one that was sent.
        intact: bool,
        offset: Option<String>,
    },
    /// Something was refused.
    Refused { code: String },
}

/// What a frame was read into, in order.
pub(crate) type ChatEvents = VecDeque<ChatEvent>;

impl ChatServerProtocol {
    /// The subprotocol to ask for.
    pub(crate) fn subprotocol(self) -> Option<&'static str> {
        (self == ChatServerProtocol::Rendezvous).then_some(wire::CHAT_SUBPROTOCOL)
    }

    /// The first frame, where it is the client's.
    pub(crate) fn hello(self, entry: &ChatEntry, cursor: Option<&ChatCursor>) -> Option<String> {
        match self {
            ChatServerProtocol::Rendezvous => Some(rendezvous::hello(entry, cursor)),
            ChatServerProtocol::Centrifugo => Some(centrifugo::connect(entry)),
            ChatServerProtocol::SocketIo => None,
        }
    }

    /// Message `number` of the room.
    pub(crate) fn send(self, entry: &ChatEntry, number: u64) -> String {
        match self {
            ChatServerProtocol::Rendezvous => rendezvous::send(entry, number),
            ChatServerProtocol::Centrifugo => centrifugo::publish(entry, number),
            ChatServerProtocol::SocketIo => socket_io::send(entry, number),
        }
    }

    /// A sign of life, where the client is the one to give it.
    pub(crate) fn ping(self, sent_at: i64) -> Option<String> {
        (self == ChatServerProtocol::Rendezvous).then(|| rendezvous::ping(sent_at))
    }

    /// Whether what was missed comes before the server says that we are in.
    pub(crate) fn tells_missed_first(self) -> bool {
        self == ChatServerProtocol::SocketIo
    }

    /// Reads one frame of the server for an end that came in as `entry` with `cursor`.
    pub(crate) fn read(
        self,
        text: &str,
        entry: &ChatEntry,
        cursor: Option<&ChatCursor>,
        events: &mut ChatEvents,
    ) {
        match self {
            ChatServerProtocol::Rendezvous => rendezvous::read(text, entry, events),
            ChatServerProtocol::Centrifugo => centrifugo::read(text, entry, cursor, events),
            ChatServerProtocol::SocketIo => socket_io::read(text, entry, cursor, events),
        }
    }
}

/// The key of message `number`, which its writer gives it.
fn client_id(number: u64) -> String {
    format!("m{number}")
}

/// The number of a message with this key.
fn number_of(client_id: &str) -> Option<u64> {
    client_id.strip_prefix('m')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An entry of any protocol.
    pub(super) fn entry() -> ChatEntry {
        ChatEntry {
            url: "ws://127.0.0.1:1".to_owned(),
            ticket: Some("t".into()),
            device: "d".to_owned(),
            room: "r1".into(),
            body: "Hi".into(),
        }
    }

    /// What is read into `text` by somebody who came with `cursor`.
    pub(super) fn read(
        protocol: ChatServerProtocol,
        text: &str,
        cursor: Option<&ChatCursor>,
    ) -> Vec<ChatEvent> {
        let mut events = ChatEvents::new();
        protocol.read(text, &entry(), cursor, &mut events);
        events.into()
    }

    #[test]
    fn lod_32_a_message_is_known_by_its_writers_number() {
        assert_eq!(number_of(&client_id(17)), Some(17));
        assert_eq!(number_of("17"), None);
        assert_eq!(number_of("mx"), None);
    }
}
