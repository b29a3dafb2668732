//! Coming in, catching up, and going.

use std::collections::{BTreeMap, BTreeSet};

use wire::chat::{ChatServerFrame, Cursor, Message, Welcome};
use wire::{ConnectionId, RoomId, UnixMs, UserId};

use super::RoomBroker;
use super::connections::{Connection, DeliveryMode};
use crate::recovery::{Recovery, recover};
use crate::{MissedRange, Output};

impl RoomBroker {
    pub(super) fn hello(
        &mut self,
        now: UnixMs,
        id: ConnectionId,
        user: UserId,
        only: Option<BTreeSet<RoomId>>,
        cursors: &BTreeMap<RoomId, Cursor>,
        out: &mut Vec<Output>,
    ) {
        let (welcome, missed) = self.welcome(now, &user, only.as_ref(), cursors);
        let stage = match missed.is_empty() {
            true => DeliveryMode::Live,
            false => DeliveryMode::CatchingUp { loaded: Vec::new() },
        };
        out.push(Output::Send {
            to: vec![id],
            frame: welcome.into(),
        });
        if !missed.is_empty() {
            out.push(Output::CatchUp {
                connection: id,
                missed,
            });
        }
        self.add_connection(now, id, Connection::socket(user.clone(), only, stage), out);
        self.tell_who_is_there(id, &user, out);
    }

    /// The answer to `hello`, and what follows it.
    pub(crate) fn welcome(
        &self,
        now: UnixMs,
        user: &UserId,
        only: Option<&BTreeSet<RoomId>>,
        cursors: &BTreeMap<RoomId, Cursor>,
    ) -> (Welcome, Vec<MissedRange>) {
        let mut budget = self.settings.max_missed_total;
        let mut missed = Vec::new();
        let mut views = Vec::new();
        for room in self
            .rooms_of(user, only)
            .into_iter()
            .take(self.settings.welcome_rooms)
        {
            let recovery = recover(cursors.get(&room.id), room, budget);
            if let Recovery::From(after) = recovery
                && after < room.last_seq
            {
                budget -= room.last_seq - after;
                missed.push(MissedRange {
                    room: room.id.clone(),
                    after,
                    through: room.last_seq,
                });
            }
            views.extend(room.view(user, recovery != Recovery::ReadHistory));
        }
        let welcome = Welcome {
            rooms: views,
            user_id: user.clone(),
            server_now: now,
            ping_ms: self.settings.ping_ms,
            timeout_ms: self.settings.timeout_ms,
        };
        (welcome, missed)
    }

    pub(super) fn add_connection(
        &mut self,
        now: UnixMs,
        id: ConnectionId,
        connection: Connection,
        out: &mut Vec<Output>,
    ) {
        let user = connection.user.clone();
        self.connections.insert(id, connection);
        let person = self.users.entry(user.clone()).or_default();
        person.connections.insert(id);
        person.last_active_at = Some(now);
        if let Some(until) = person.grace_until.take() {
            self.graces.remove(&(until, user.clone()));
        }
        self.announce(&user, out);
    }

    pub(super) fn caught_up(
        &mut self,
        id: ConnectionId,
        messages: Vec<Message>,
        out: &mut Vec<Output>,
    ) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let DeliveryMode::CatchingUp { loaded } = &mut connection.stage else {
            return;
        };
        let loaded = std::mem::take(loaded);
        connection.stage = DeliveryMode::Live;
        let missed = messages.into_iter().map(ChatServerFrame::from);
        let frames = missed.chain(loaded);
        out.extend(frames.map(|frame| Output::Send {
            to: vec![id],
            frame,
        }));
    }

    pub(super) fn gone(
        &mut self,
        now: UnixMs,
        id: ConnectionId,
        clean: bool,
        out: &mut Vec<Output>,
    ) {
        let Some(connection) = self.connections.remove(&id) else {
            return;
        };
        for watched in &connection.watching {
            if let Some(watchers) = self.watchers.get_mut(watched) {
                watchers.remove(&id);
                if watchers.is_empty() {
                    self.watchers.remove(watched);
                }
            }
        }
        let user = connection.user;
        let Some(person) = self.users.get_mut(&user) else {
            return;
        };
        person.connections.remove(&id);
        if person.connections.is_empty() && !clean {
            let until = now + self.settings.offline_grace_ms;
            person.grace_until = Some(until);
            self.graces.insert((until, user.clone()));
        }
        self.announce(&user, out);
        self.forget_if_idle(&user);
    }

    pub(super) fn forget_if_idle(&mut self, user: &UserId) {
        if self
            .users
            .get(user)
            .is_some_and(|person| person.is_forgettable())
        {
            self.users.remove(user);
        }
    }
}
