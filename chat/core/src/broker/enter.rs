//! Coming in, catching up, and going.

use std::collections::{BTreeMap, BTreeSet};

use wire::chat::{ChatServerFrame, Cursor, Welcome};
use wire::{ConnectionId, RoomId, UnixMs, UserId};

use super::RoomBroker;
use super::connections::{ClientConnection, ConnectedUser, DeliveryMode};
use crate::recovery::{Recovery, recover};
use crate::{
    FrameDelivery, MissedRange, Output, PresenceTracker, ReadRequest, without_expired_text,
};

impl<P: PresenceTracker> RoomBroker<P> {
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
        let mode = match missed.is_empty() {
            true => DeliveryMode::Live,
            false => DeliveryMode::CatchingUp { queued: Vec::new() },
        };
        let (to, frame) = (vec![id], welcome.into());
        out.push(FrameDelivery { to, frame }.into());
        if !missed.is_empty() {
            let connection = id;
            out.push(ReadRequest::CatchUp { connection, missed }.into());
        }
        self.add_connection(
            now,
            id,
            ClientConnection::socket(user.clone(), only, mode),
            out,
        );
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
            let recovery = recover(cursors.get(&room.id), room, user, budget);
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
            views.extend(room.view(now, user, recovery != Recovery::ReadHistory));
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
        connection: ClientConnection,
        out: &mut Vec<Output>,
    ) {
        let user = connection.user.clone();
        self.connections.insert(id, connection);
        let connections = &mut self.users.entry(user.clone()).or_default().connections;
        connections.reserve_exact(1);
        connections.push(id);
        self.presence.connected(now, &user);
        self.announce(&user, out);
    }

    pub(super) fn caught_up(&mut self, now: UnixMs, id: ConnectionId, out: &mut Vec<Output>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let DeliveryMode::CatchingUp { queued } = &mut connection.mode else {
            return;
        };
        let queued = std::mem::take(queued);
        let queued = queued.into_iter().map(|frame| match frame {
            ChatServerFrame::Message(message) => without_expired_text(message, now).into(),
            other => other,
        });
        connection.mode = DeliveryMode::Live;
        let send = |frame| FrameDelivery {
            to: vec![id],
            frame,
        };
        out.extend(queued.map(send).map(Output::from));
    }

    pub(super) fn gone(
        &mut self,
        now: UnixMs,
        id: ConnectionId,
        clean: bool,
        out: &mut Vec<Output>,
    ) {
        let Some(ClientConnection { user, away, .. }) = self.remove_connection(id) else {
            return;
        };
        self.presence.disconnected(now, &user, away, clean);
        self.announce(&user, out);
        self.forget_if_idle(&user);
    }

    pub(super) fn remove_connection(&mut self, id: ConnectionId) -> Option<ClientConnection> {
        let connection = self.connections.remove(&id)?;
        for watched in &connection.watching {
            if let Some(watchers) = self.watchers.get_mut(watched) {
                watchers.remove(&id);
                if watchers.is_empty() {
                    self.watchers.remove(watched);
                }
            }
        }
        if let Some(known) = self.users.get_mut(&connection.user) {
            known.connections.retain(|other| *other != id);
        }
        Some(connection)
    }

    pub(super) fn forget_if_idle(&mut self, user: &UserId) {
        let is_idle =
            |known: &ConnectedUser| known.rooms.is_empty() && known.connections.is_empty();
        if self.users.get(user).is_none_or(is_idle) && !self.presence.is_here(user) {
            self.users.remove(user);
            self.presence.forget(user);
        }
    }
}
