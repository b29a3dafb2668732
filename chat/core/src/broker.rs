//! Who is connected, and who is told of what: one state machine for all rooms in memory.
//!
//! What it knows of rooms is what was committed, in the order of the commits; it never runs ahead of the
//! store. Frames of one connection leave in the order in which they must be read.
//!
//! Anybody may read a room from the store and bring it in, at any time. Two rules keep that exact, with one
//! store actor that writes a room:
//!
//! - From before a write until all that follows from it is written, the room [stays](Input::WriteBegun) in
//!   memory. A read that saw what nobody has been told yet finds the room there, and is ignored.
//! - A room is [taken](Input::Loaded) only if nothing was told of it since the read began. A read that missed
//!   what was told meanwhile is ignored, and done again.

mod changes;
mod closing;
mod connections;
mod enter;
mod feed;
mod frames;
mod outcomes;
mod presence;
mod rooms;
mod unsent;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wire::chat::ChatServerFrame;
use wire::{CloseCode, ConnectionId, ErrorCode, Participant, RoomId, UnixMs, UserId};

use crate::{
    FrameDelivery, Input, LocalPresence, Output, PresenceTracker, Room, Settings, WriteOutcome,
};
use connections::{ClientConnection, ConnectedUser, DeliveryMode};
use rooms::LoadedRooms;

/// All rooms in memory and everybody who is connected.
#[derive(Debug)]
pub struct RoomBroker<P = LocalPresence> {
    settings: Settings,
    rooms: LoadedRooms,
    users: HashMap<UserId, ConnectedUser>,
    connections: BTreeMap<ConnectionId, ClientConnection>,
    presence: P,
    /// Connections that asked to be told of a person's presence.
    watchers: HashMap<UserId, BTreeSet<ConnectionId>>,
    /// Rooms with new messages since the last `heads`.
    changed: BTreeSet<RoomId>,
    heads_at: Option<UnixMs>,
}

impl RoomBroker {
    /// An empty one that knows of no other process.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let presence = LocalPresence::new(settings.offline_grace_ms);
        Self::with_presence(settings, presence)
    }
}

impl<P: PresenceTracker> RoomBroker<P> {
    /// An empty one that asks `presence` who is online.
    #[must_use]
    pub fn with_presence(settings: Settings, presence: P) -> Self {
        Self {
            rooms: LoadedRooms::new(settings.max_rooms),
            settings,
            users: HashMap::new(),
            connections: BTreeMap::new(),
            presence,
            watchers: HashMap::new(),
            changed: BTreeSet::new(),
            heads_at: None,
        }
    }

    /// Takes what happened and says what is to be done. What is due at `now` comes first.
    pub fn handle(&mut self, now: UnixMs, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        self.run_due(now, &mut out);
        match input {
            Input::Hello {
                connection,
                user,
                only,
                cursors,
            } => {
                self.hello(now, connection, user, only, &cursors, &mut out);
            }
            Input::LongPoll {
                connection,
                user,
                only,
            } => {
                let request = ClientConnection::long_poll(user, only);
                self.add_connection(now, connection, request, &mut out);
            }
            Input::Frame {
                connection,
                id,
                frame,
            } => {
                self.frame(now, connection, id, frame, &mut out);
            }
            Input::AskedPresence {
                connection,
                id,
                frame,
                last_active,
            } => {
                let asked = (frame.into(), last_active);
                self.frame_with(now, connection, id, asked, &mut out);
            }
            Input::CaughtUp { connection } => self.caught_up(now, connection, &mut out),
            Input::Unsent {
                connection,
                messages,
            } => self.unsent(connection, &messages, &mut out),
            Input::Gone { connection, clean } => self.gone(now, connection, clean, &mut out),
            Input::Loaded { room, as_of } => self.loaded(room, as_of),
            Input::WriteBegun(rooms) => self.rooms.keep(rooms),
            Input::WriteDone(rooms) => self.rooms.release(&rooms),
            Input::Posted { post, readers } => self.posted(&post, &readers, &mut out),
            Input::Written(outcome) => self.written(now, outcome, &mut out),
            Input::Tick => {}
        }
        out
    }

    fn written(&mut self, now: UnixMs, outcome: WriteOutcome, out: &mut Vec<Output>) {
        match outcome {
            WriteOutcome::Stored { message, origin } => self.stored(now, message, origin, out),
            WriteOutcome::PositionMoved {
                update,
                sent_read,
                origin,
            } => self.moved(&update, sent_read, origin, out),
            WriteOutcome::Deleted {
                deletion,
                changes,
                is_new,
                origin,
            } => {
                let change = (changes, is_new);
                self.deleted(deletion, change, origin, out);
            }
            WriteOutcome::TextsExpired { room, changes } => self.texts_expired(&room, changes),
            WriteOutcome::RoomOpened { room, changed } => self.opened(now, room, changed, out),
            WriteOutcome::BlocksChanged => self.rooms.outdate_reads(),
            WriteOutcome::UserErased { user } => self.erased(&user, out),
            WriteOutcome::Refused {
                origin,
                code,
                retry_after_ms,
            } => {
                let mut body = frames::error(code, origin.id);
                body.retry_after_ms = retry_after_ms;
                self.send(vec![origin.connection], (*body).into(), out);
            }
        }
    }

    /// How many rooms were let go of so far, because there were more than [`Settings::max_rooms`].
    #[must_use]
    pub fn rooms_let_go(&self) -> u64 {
        self.rooms.let_go()
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<UnixMs> {
        let grace = self.presence.next_deadline();
        grace.into_iter().chain(self.heads_at).min()
    }

    /// Rises with each outcome that is told. A read that begins now is [as of](Input::Loaded) it.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.rooms.version()
    }

    /// Who did something since this was last asked and is to be remembered, and when.
    pub fn take_active(&mut self) -> Vec<(UserId, UnixMs)> {
        self.presence.take_active()
    }

    /// True where a read as of then is not taken, and is to be done again.
    #[must_use]
    pub fn is_outdated(&self, room: &RoomId, as_of: u64) -> bool {
        !self.knows(room) && !self.rooms.is_current(room, as_of)
    }

    /// True for a room in memory.
    #[must_use]
    pub fn knows(&self, room: &RoomId) -> bool {
        self.rooms.get(room).is_some()
    }

    /// True for a room in memory that all of them belong to.
    #[must_use]
    pub fn has_members(&self, room: &RoomId, users: &[Participant]) -> bool {
        let is_member = |room: &Room| {
            users
                .iter()
                .all(|user| room.member(&user.user_id).is_some())
        };
        self.rooms.get(room).is_some_and(is_member)
    }

    /// The room as everybody has been told, if it is in memory.
    #[must_use]
    pub fn room(&self, room: &RoomId) -> Option<&Room> {
        self.rooms.get(room)
    }

    /// The room, for a member whose ticket reaches it.
    ///
    /// # Errors
    /// `not_a_member`, also where there is no such room: strangers learn nothing.
    pub fn room_of(
        &self,
        user: &UserId,
        only: Option<&BTreeSet<RoomId>>,
        room: &RoomId,
    ) -> Result<&Room, ErrorCode> {
        let reached = only.is_none_or(|only| only.contains(room));
        let room = self.rooms.get(room).filter(|_| reached);
        room.filter(|room| room.member(user).is_some())
            .ok_or(ErrorCode::NotAMember)
    }

    /// Whether a message may still be stored, now that all before it are.
    ///
    /// # Errors
    /// `room_closed`, unless it is a repeat; `not_a_member` for who is none any more.
    pub fn check_append(&self, room: &RoomId, from: &UserId) -> Result<(), ErrorCode> {
        match self.room_of(from, None, room)?.closed {
            true => Err(ErrorCode::RoomClosed),
            false => Ok(()),
        }
    }

    /// The rooms of a person that are in memory and that the ticket reaches, the newest first.
    #[must_use]
    pub fn rooms_of(&self, user: &UserId, only: Option<&BTreeSet<RoomId>>) -> Vec<&Room> {
        let Some(person) = self.users.get(user) else {
            return Vec::new();
        };
        let mut rooms: Vec<&Room> = person
            .rooms
            .iter()
            .filter_map(|room| self.room_of(user, only, room).ok())
            .collect();
        rooms.sort_by(|a, b| b.active_at.cmp(&a.active_at).then_with(|| b.id.cmp(&a.id)));
        rooms
    }

    pub(crate) fn small_room(&self) -> usize {
        self.settings.small_room
    }

    pub(crate) fn max_sync_messages(&self) -> u64 {
        self.settings.max_sync_messages
    }

    fn run_due(&mut self, now: UnixMs, out: &mut Vec<Output>) {
        while let Some(user) = self.presence.take_expired(now) {
            self.announce(&user, out);
            self.forget_if_idle(&user);
        }
        if self.heads_at.is_some_and(|at| at <= now) {
            self.heads_at = None;
            self.send_heads(out);
        }
    }

    /// Sends to live connections, and keeps it for those that are still catching up.
    fn send(&mut self, to: Vec<ConnectionId>, frame: ChatServerFrame, out: &mut Vec<Output>) {
        let max_queued = self.settings.max_queued_frames;
        let mut now_to = Vec::with_capacity(to.len());
        for connection in to {
            match self.connections.get_mut(&connection).map(|c| &mut c.mode) {
                Some(DeliveryMode::CatchingUp { queued }) if queued.len() < max_queued => {
                    queued.push(frame.clone());
                }
                Some(DeliveryMode::CatchingUp { .. }) => {
                    let code = CloseCode::SlowConsumer;
                    out.push(Output::Close { connection, code });
                }
                Some(DeliveryMode::Live | DeliveryMode::WakeOnly) => now_to.push(connection),
                None => {}
            }
        }
        if !now_to.is_empty() {
            out.push(FrameDelivery { to: now_to, frame }.into());
        }
    }

    /// Each connection of a room's members that reaches the room.
    fn audience(
        &self,
        room: &Room,
        mut wanted: impl FnMut(ConnectionId, &UserId) -> bool,
    ) -> Vec<ConnectionId> {
        let mut to = Vec::new();
        for member in &room.members {
            let Some(person) = self.users.get(&member.user_id) else {
                continue;
            };
            for id in &person.connections {
                let reaches = self
                    .connections
                    .get(id)
                    .is_some_and(|c| c.reaches(&room.id));
                if reaches && wanted(*id, &member.user_id) {
                    to.push(*id);
                }
            }
        }
        to
    }
}
