//! Who is connected, and who is told of what: one state machine for all rooms in memory.
//!
//! What it knows of rooms is what was committed, in the order of the commits; it never runs ahead of the
//! store. Frames of one connection leave in the order in which they must be read.

mod commits;
mod connections;
mod enter;
mod frames;
mod presence;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wire::chat::ChatServerFrame;
use wire::{CloseCode, ConnectionId, ErrorCode, Participant, RoomId, UnixMs, UserId};

use crate::{Input, Output, Room, Settings};
use connections::{ConnectedUser, Connection, DeliveryMode};

/// All rooms in memory and everybody who is connected.
#[derive(Debug)]
pub struct RoomBroker {
    settings: Settings,
    rooms: HashMap<RoomId, LoadedRoom>,
    users: HashMap<UserId, ConnectedUser>,
    connections: BTreeMap<ConnectionId, Connection>,
    /// Who asked to be told of whose presence.
    watchers: HashMap<UserId, BTreeSet<ConnectionId>>,
    /// When whose grace is over.
    graces: BTreeSet<(UnixMs, UserId)>,
    /// Rooms with new messages since the last `heads`.
    changed: BTreeSet<RoomId>,
    heads_at: Option<UnixMs>,
    /// Counts uses of rooms, to find the one that is longest unused.
    uses: u64,
    /// Rooms that were let go of because there were too many.
    let_go: u64,
}

/// A room in memory.
#[derive(Debug)]
struct LoadedRoom {
    room: Room,
    used: u64,
    typing: HashMap<UserId, UnixMs>,
}

impl RoomBroker {
    /// An empty one.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            rooms: HashMap::new(),
            users: HashMap::new(),
            connections: BTreeMap::new(),
            watchers: HashMap::new(),
            graces: BTreeSet::new(),
            changed: BTreeSet::new(),
            heads_at: None,
            uses: 0,
            let_go: 0,
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
            Input::Waiting {
                connection,
                user,
                only,
            } => {
                self.add_connection(now, connection, Connection::waiting(user, only), &mut out);
            }
            Input::Frame {
                connection,
                id,
                frame,
            } => {
                self.frame(now, connection, id, frame, &mut out);
            }
            Input::CaughtUp {
                connection,
                messages,
            } => {
                self.caught_up(connection, messages, &mut out);
            }
            Input::Gone { connection, clean } => self.gone(now, connection, clean, &mut out),
            Input::Loaded(room) => self.loaded(room),
            Input::Opened(room) => self.opened(room, &mut out),
            Input::Stored { message, origin } => self.stored(now, message, origin, &mut out),
            Input::PositionMoved { to, origin } => self.moved(&to, origin, &mut out),
            Input::Refused {
                origin,
                code,
                retry_after_ms,
            } => {
                let mut body = frames::error(code, origin.id);
                body.retry_after_ms = retry_after_ms;
                self.send(vec![origin.connection], (*body).into(), &mut out);
            }
            Input::Tick => {}
        }
        out
    }

    /// How many rooms were let go of so far, because there were more than [`Settings::max_rooms`].
    #[must_use]
    pub fn rooms_let_go(&self) -> u64 {
        self.let_go
    }

    /// When [`Input::Tick`] is due.
    #[must_use]
    pub fn next_deadline(&self) -> Option<UnixMs> {
        let grace = self.graces.first().map(|(at, _)| *at);
        grace.into_iter().chain(self.heads_at).min()
    }

    /// True for a room in memory.
    #[must_use]
    pub fn knows(&self, room: &RoomId) -> bool {
        self.rooms.contains_key(room)
    }

    /// True for a room in memory that all of them belong to.
    #[must_use]
    pub fn has_members(&self, room: &RoomId, users: &[Participant]) -> bool {
        self.rooms.get(room).is_some_and(|loaded| {
            users
                .iter()
                .all(|user| loaded.room.member(&user.user_id).is_some())
        })
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
        let loaded = self.rooms.get(room).filter(|_| reached);
        loaded
            .map(|loaded| &loaded.room)
            .filter(|room| room.member(user).is_some())
            .ok_or(ErrorCode::NotAMember)
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

    pub(crate) fn max_sync_messages(&self) -> u64 {
        self.settings.max_sync_messages
    }

    fn run_due(&mut self, now: UnixMs, out: &mut Vec<Output>) {
        while let Some((at, user)) = self.graces.first().cloned()
            && at <= now
        {
            self.graces.remove(&(at, user.clone()));
            self.grace_over(&user, out);
        }
        if self.heads_at.is_some_and(|at| at <= now) {
            self.heads_at = None;
            self.send_heads(out);
        }
    }

    /// Sends to live connections, and keeps it for those that are still catching up.
    fn send(&mut self, to: Vec<ConnectionId>, frame: ChatServerFrame, out: &mut Vec<Output>) {
        let max_held = self.settings.max_held_frames;
        let mut now_to = Vec::with_capacity(to.len());
        for connection in to {
            match self.connections.get_mut(&connection).map(|c| &mut c.stage) {
                Some(DeliveryMode::CatchingUp { loaded }) if loaded.len() < max_held => {
                    loaded.push(frame.clone());
                }
                Some(DeliveryMode::CatchingUp { .. }) => {
                    out.push(Output::Close {
                        connection,
                        code: CloseCode::SlowConsumer,
                    });
                }
                Some(DeliveryMode::Live | DeliveryMode::Waiting) => now_to.push(connection),
                None => {}
            }
        }
        if !now_to.is_empty() {
            out.push(Output::Send { to: now_to, frame });
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
