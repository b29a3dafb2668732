//! A broker with a store of a few lines: it commits what the broker asks for, and keeps what each one was sent.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chat_core::{
    Deletion, FrameDelivery, Input, MessageRef, MissedRange, Origin, Output, ReadRequest, Room,
    RoomBroker, Settings, SyncCursor, WriteOutcome, WriteRequest,
};
use wire::chat::{
    AskPresence, ChatClientFrame, ChatServerFrame, Cursor, Message, PresenceState, Send, Welcome,
};
use wire::{CloseCode, ConnectionId, ErrorCode, FrameId, UnixMs};

use crate::frames::{at, room};

pub(crate) struct Harness {
    broker: RoomBroker,
    now: UnixMs,
    stored: Vec<Message>,
    sent: BTreeMap<ConnectionId, Vec<ChatServerFrame>>,
    closed: BTreeMap<ConnectionId, CloseCode>,
    last_id: u64,
}

impl Harness {
    pub(crate) fn with_room(room: &str, members: &[&str]) -> Self {
        let mut chat = Self::holding(50_000);
        chat.room(room, members);
        chat
    }

    pub(crate) fn holding(max_rooms: usize) -> Self {
        Self {
            broker: RoomBroker::new(Settings {
                max_rooms,
                ..Settings::default()
            }),
            now: at(0),
            stored: Vec::new(),
            sent: BTreeMap::new(),
            closed: BTreeMap::new(),
            last_id: 0,
        }
    }

    /// A room that was there before.
    pub(crate) fn room(&mut self, id: &str, members: &[&str]) {
        let room = room(id, members);
        let as_of = self.broker.version();
        self.handle(Input::Loaded { room, as_of });
    }

    /// A room that is opened, or that has these members from now on.
    pub(crate) fn open(&mut self, id: &str, members: &[&str]) {
        let room = room(id, members);
        let known = self.broker.room(&room.id);
        let changed = known.is_none_or(|known| room.differs_from(known));
        self.handle(Input::Written(WriteOutcome::RoomOpened { room, changed }));
    }

    /// A room that is closed, or opened again.
    pub(crate) fn close(&mut self, id: &str, members: &[&str], closed: bool) {
        let room = Room {
            closed,
            ..room(id, members)
        };
        let changed = true;
        self.told(WriteOutcome::RoomOpened { room, changed });
    }

    pub(crate) fn told(&mut self, outcome: WriteOutcome) {
        self.handle(Input::Written(outcome));
    }

    /// Whether the broker would have a message of `from` stored now.
    pub(crate) fn may_append(&self, room: &str, from: &str) -> Result<(), ErrorCode> {
        self.broker.check_append(&room.into(), &from.into())
    }

    pub(crate) fn hello(&mut self, user: &str) -> ConnectionId {
        self.hello_with(user, &[]).0
    }

    pub(crate) fn hello_only(&mut self, user: &str, only: &[&str]) -> ConnectionId {
        let only = only.iter().map(|room| (*room).into()).collect();
        self.enter(user, Some(only), BTreeMap::new()).0
    }

    pub(crate) fn hello_with(
        &mut self,
        user: &str,
        cursors: &[(&str, Cursor)],
    ) -> (ConnectionId, Vec<Output>) {
        let cursors = cursors
            .iter()
            .map(|(room, cursor)| ((*room).into(), cursor.clone()));
        self.enter(user, None, cursors.collect())
    }

    fn enter(
        &mut self,
        user: &str,
        only: Option<BTreeSet<wire::RoomId>>,
        cursors: BTreeMap<wire::RoomId, Cursor>,
    ) -> (ConnectionId, Vec<Output>) {
        self.last_id += 1;
        let connection = ConnectionId(self.last_id);
        let user = user.into();
        let left = self.handle(Input::Hello {
            connection,
            user,
            only,
            cursors,
        });
        (connection, left)
    }

    pub(crate) fn frame(
        &mut self,
        connection: ConnectionId,
        id: u64,
        frame: ChatClientFrame,
    ) -> Vec<Output> {
        self.handle(Input::Frame {
            connection,
            id: Some(FrameId::Number(id)),
            frame,
        })
    }

    /// Sends and commits; says who was not there.
    pub(crate) fn say(
        &mut self,
        connection: ConnectionId,
        room: &str,
        client_id: &str,
        body: &str,
    ) -> Vec<String> {
        let frame = Send {
            room: room.into(),
            client_id: client_id.into(),
            body: body.into(),
            ttl_ms: None,
        };
        let left = self.frame(connection, 1, frame.into());
        self.commit(left)
    }

    /// Does what the broker asked for; says whom messages did not reach.
    pub(crate) fn commit(&mut self, outputs: Vec<Output>) -> Vec<String> {
        let mut absent = Vec::new();
        for output in outputs {
            let input = match output {
                Output::Persist(WriteRequest::Append { origin, draft }) => {
                    let message = self.append(draft);
                    let origin = Some(origin);
                    Input::Written(WriteOutcome::Stored { message, origin })
                }
                Output::Persist(WriteRequest::Delete { origin, deletion }) => {
                    Input::Written(self.delete(origin, deletion))
                }
                Output::Persist(WriteRequest::MovePosition { origin, update }) => {
                    let own = self.stored.iter().filter(|message| {
                        (&message.room, &message.from) == (&update.room, &update.user)
                            && message.seq <= update.seq
                    });
                    let (sent_read, origin) = (own.count() as u64, Some(origin));
                    Input::Written(WriteOutcome::PositionMoved {
                        update,
                        sent_read,
                        origin,
                    })
                }
                Output::Read(ReadRequest::CatchUp { connection, missed }) => {
                    let messages = self.missed(&missed);
                    let sent = self.sent.entry(connection).or_default();
                    sent.extend(messages.into_iter().map(ChatServerFrame::from));
                    Input::CaughtUp { connection }
                }
                Output::Persist(WriteRequest::NoteUnsent { user, .. }) => {
                    absent.push(user.to_string());
                    continue;
                }
                Output::Persist(WriteRequest::NoteUnread { users, .. }) => {
                    absent.extend(users.iter().map(ToString::to_string));
                    continue;
                }
                Output::Deliver(_)
                | Output::Close { .. }
                | Output::Read(ReadRequest::History { .. }) => continue,
            };
            let left = self.handle(input);
            absent.extend(self.commit(left));
        }
        absent
    }

    /// A connection ends of which these messages were not written; of which of them nobody took any.
    pub(crate) fn dies_with(&mut self, connection: ConnectionId, seqs: &[u64]) -> Vec<u64> {
        let unsent = self
            .stored
            .iter()
            .filter(|message| seqs.contains(&message.seq));
        let messages = unsent.map(|message| Arc::new(MessageRef::from(message)));
        let messages = messages.collect();
        let mut noted = Vec::new();
        for output in self.handle(Input::Unsent {
            connection,
            messages,
        }) {
            let Output::Persist(WriteRequest::NoteUnsent { messages, .. }) = output else {
                panic!("{output:?}");
            };
            noted.extend(messages.iter().map(|message| message.seq));
        }
        self.gone(connection, false);
        noted
    }

    pub(crate) fn gone(&mut self, connection: ConnectionId, clean: bool) {
        self.handle(Input::Gone { connection, clean });
    }

    /// Who is to be remembered as active, since this was last asked.
    pub(crate) fn take_active(&mut self) -> Vec<(String, UnixMs)> {
        let active = self.broker.take_active().into_iter();
        active.map(|(user, at)| (user.0, at)).collect()
    }

    /// Asks how people are, some of whom were last active when the store says so.
    pub(crate) fn ask_presence(
        &mut self,
        connection: ConnectionId,
        frame: AskPresence,
        last_active: &[(&str, UnixMs)],
    ) {
        let last_active = last_active.iter();
        let last_active = last_active.map(|(user, at)| ((*user).into(), *at));
        self.handle(Input::AskedPresence {
            connection,
            id: Some(1.into()),
            frame,
            last_active: last_active.collect(),
        });
    }

    pub(crate) fn tick(&mut self, now: UnixMs) {
        self.now = now;
        self.handle(Input::Tick);
    }

    pub(crate) fn next_deadline(&self) -> Option<UnixMs> {
        self.broker.next_deadline()
    }

    pub(crate) fn knows(&self, room: &str) -> bool {
        self.broker.knows(&room.into())
    }

    /// What somebody who polls and was at `since` is told, and where they are then.
    pub(crate) fn news(
        &self,
        user: &str,
        since: Option<&SyncCursor>,
    ) -> (Vec<ChatServerFrame>, SyncCursor) {
        let plan = self.broker.news(self.now, &user.into(), None, since);
        (plan.frames, plan.cursor)
    }

    pub(crate) fn stored(&self) -> &[Message] {
        &self.stored
    }

    /// What a connection was sent since last asked.
    pub(crate) fn took(&mut self, connection: ConnectionId) -> Vec<ChatServerFrame> {
        self.sent.remove(&connection).unwrap_or_default()
    }

    pub(crate) fn forget(&mut self) {
        self.sent.clear();
    }

    pub(crate) fn closed(&self, connection: ConnectionId) -> Option<CloseCode> {
        self.closed.get(&connection).copied()
    }

    pub(crate) fn welcome(&mut self, connection: ConnectionId) -> Welcome {
        let frames = self.took(connection);
        match frames.into_iter().next() {
            Some(ChatServerFrame::Welcome(welcome)) => welcome,
            other => panic!("no welcome but {other:?}"),
        }
    }

    /// The `seq` of the messages that a connection was sent since last asked.
    pub(crate) fn messages(&mut self, connection: ConnectionId) -> Vec<u64> {
        let seq = |frame| match frame {
            ChatServerFrame::Message(message) => Some(message.seq),
            _ => None,
        };
        self.took(connection).into_iter().filter_map(seq).collect()
    }

    pub(crate) fn presences(&mut self, connection: ConnectionId) -> Vec<(String, PresenceState)> {
        let told = |frame| match frame {
            ChatServerFrame::Presence(one) => Some((one.user_id.to_string(), one.state)),
            _ => None,
        };
        self.took(connection).into_iter().filter_map(told).collect()
    }

    fn handle(&mut self, input: Input) -> Vec<Output> {
        let mut left = Vec::new();
        for output in self.broker.handle(self.now, input) {
            match output {
                Output::Deliver(FrameDelivery { to, frame }) => {
                    for connection in to {
                        self.sent.entry(connection).or_default().push(frame.clone());
                    }
                }
                Output::Close { connection, code } => {
                    self.closed.entry(connection).or_insert(code);
                }
                other => left.push(other),
            }
        }
        left
    }

    fn append(&mut self, draft: chat_core::MessageDraft) -> Message {
        let same = |m: &&Message| {
            m.room == draft.room && m.from == draft.from && m.client_id == draft.client_id
        };
        if let Some(known) = self.stored.iter().find(same) {
            return known.clone();
        }
        let seq = self.stored.iter().filter(|m| m.room == draft.room).count() as u64 + 1;
        let message = Message {
            room: draft.room,
            seq,
            message_id: format!("m-{}", self.stored.len()),
            from: draft.from,
            client_id: draft.client_id,
            body: draft.body,
            sent_at: self.now + i64::try_from(self.stored.len()).unwrap(),
            expires_at: chat_core::expiry(self.now, draft.ttl_ms),
            deleted: false,
            corrupt: false,
        };
        self.stored.push(message.clone());
        message
    }

    fn delete(&mut self, origin: Origin, deletion: Deletion) -> WriteOutcome {
        let mut stored = self.stored.iter_mut();
        let found = stored.find(|m| (&m.room, m.seq) == (&deletion.room, deletion.seq));
        let message = found.expect("the broker knows how far the room is");
        if message.from != deletion.user {
            return WriteOutcome::Refused {
                origin,
                code: ErrorCode::Forbidden,
                retry_after_ms: None,
            };
        }
        let is_new = !message.deleted;
        (message.deleted, message.body) = (true, String::new());
        let deleted = self.stored.iter().filter(|m| m.deleted);
        let changes = deleted.filter(|m| m.room == deletion.room).count() as u64;
        WriteOutcome::Deleted {
            deletion,
            changes,
            is_new,
            origin: Some(origin),
        }
    }

    pub(crate) fn missed(&self, missed: &[MissedRange]) -> Vec<Message> {
        let span = |one: &MissedRange| {
            let (room, range) = (one.room.clone(), one.after + 1..=one.through);
            let inside = self
                .stored
                .iter()
                .filter(move |m| m.room == room && range.contains(&m.seq));
            inside.cloned().collect::<Vec<_>>()
        };
        missed.iter().flat_map(span).collect()
    }
}
