//! What a client's frame does.

use std::collections::BTreeMap;

use wire::chat::{
    Accepted, AskPresence, ChatClientFrame, History, MarkDelivered, MarkRead, Ping, Pong,
    PresenceState, Send, SetStatus, Typing, TypingBy,
};
use wire::visible_text::clean_body;
use wire::{ConnectionId, ErrorBody, ErrorCode, FrameId, RoomId, UnixMs, UserId};

use super::RoomBroker;
use super::closing::offline;
use crate::text::check_id;
use crate::{
    HistoryPage, MessageDraft, Origin, Output, PositionKind, PositionUpdate, PresenceTracker,
    ReadRequest, Room, WriteRequest, is_ttl,
};

/// What the frame gets instead. Boxed: it is seldom, and large beside a success.
pub(super) type ErrorReply = Box<ErrorBody>;

/// An error with its sentence.
pub(super) fn error(code: ErrorCode, id: Option<FrameId>) -> ErrorReply {
    Box::new(ErrorBody::new(code, sentence(code)).for_frame(id))
}

fn sentence(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::NotAMember => "You are not in that room.",
        ErrorCode::RoomClosed => "That room takes no more messages.",
        ErrorCode::Conflict => "That client_id already stands for another message.",
        ErrorCode::BadCursor => "Name one of before and after.",
        ErrorCode::BadText => "That is no text for a message.",
        ErrorCode::StorageUnavailable => "It could not be stored. Try again.",
        ErrorCode::NotFound => "There is no such message.",
        ErrorCode::Forbidden => "That message is another's.",
        ErrorCode::StorageFull => "There is no room left to store it.",
        ErrorCode::AlreadyJoined => "This socket has said hello already.",
        _ => "That can't be done.",
    }
}

fn invalid(field: &str, id: Option<FrameId>) -> ErrorReply {
    Box::new(ErrorBody::invalid_field(field).for_frame(id))
}

impl<P: PresenceTracker> RoomBroker<P> {
    pub(super) fn frame(
        &mut self,
        now: UnixMs,
        connection: ConnectionId,
        id: Option<FrameId>,
        frame: ChatClientFrame,
        out: &mut Vec<Output>,
    ) {
        self.frame_with(now, connection, id, (frame, BTreeMap::new()), out);
    }

    /// The same, with when people were last active of whom the frame asks.
    pub(super) fn frame_with(
        &mut self,
        now: UnixMs,
        connection: ConnectionId,
        id: Option<FrameId>,
        (frame, last_active): (ChatClientFrame, BTreeMap<UserId, UnixMs>),
        out: &mut Vec<Output>,
    ) {
        let Some(user) = self.connections.get(&connection).map(|c| c.user.clone()) else {
            return;
        };
        if !matches!(
            frame,
            ChatClientFrame::Ping(_) | ChatClientFrame::MarkDelivered(_)
        ) {
            self.presence.active(now, &user);
        }
        let origin = Origin {
            connection,
            id: id.clone(),
        };
        let outcome = match frame {
            ChatClientFrame::Hello(_) => Err(error(ErrorCode::AlreadyJoined, id)),
            ChatClientFrame::Send(frame) => self.on_send(origin, user, frame, out),
            ChatClientFrame::MarkRead(MarkRead { room, seq }) => self.on_position(
                origin,
                PositionUpdate {
                    room,
                    user,
                    kind: PositionKind::Read,
                    seq,
                },
                out,
            ),
            ChatClientFrame::MarkDelivered(MarkDelivered { room, seq }) => self.on_position(
                origin,
                PositionUpdate {
                    room,
                    user,
                    kind: PositionKind::Delivered,
                    seq,
                },
                out,
            ),
            ChatClientFrame::Typing(frame) => self.on_typing(now, origin, user, frame, out),
            ChatClientFrame::History(frame) => self.on_history(origin, frame, out),
            ChatClientFrame::DeleteMessage(frame) => self.on_delete(origin, user, frame, out),
            ChatClientFrame::AskPresence(frame) => {
                self.on_ask_presence(origin, &user, (frame, &last_active), out)
            }
            ChatClientFrame::SetStatus(frame) => self.on_status(origin, &user, frame, out),
            ChatClientFrame::Ping(Ping { sent_at }) => {
                let pong = Pong {
                    sent_at,
                    server_now: now,
                };
                self.send(vec![connection], pong.into(), out);
                Ok(())
            }
        };
        if let Err(body) = outcome {
            self.send(vec![connection], (*body).into(), out);
        }
    }

    fn on_send(
        &mut self,
        origin: Origin,
        from: UserId,
        frame: Send,
        out: &mut Vec<Output>,
    ) -> Result<(), ErrorReply> {
        let id = || origin.id.clone();
        check_id(&frame.client_id).map_err(|_| invalid("client_id", id()))?;
        self.room_for(&origin, &frame.room)?;
        let Send {
            room,
            client_id,
            body,
            ttl_ms,
        } = frame;
        if ttl_ms.is_some_and(|ttl_ms| !is_ttl(ttl_ms)) {
            return Err(invalid("ttl_ms", id()));
        }
        let body = clean_body(&body).map_err(|bad| {
            let mut body = error(ErrorCode::BadText, id());
            body.reason = Some(bad.code().to_owned());
            body
        })?;
        let draft = MessageDraft {
            room,
            from,
            client_id,
            body,
            ttl_ms,
        };
        out.push(WriteRequest::Append { origin, draft }.into());
        Ok(())
    }

    fn on_position(
        &mut self,
        origin: Origin,
        mut update: PositionUpdate,
        out: &mut Vec<Output>,
    ) -> Result<(), ErrorReply> {
        match self
            .room_for(&origin, &update.room)?
            .reach(&update.user, update.kind, update.seq)
        {
            Some(seq) => {
                update.seq = seq;
                out.push(WriteRequest::MovePosition { origin, update }.into());
            }
            None => self.accept(origin, out),
        }
        Ok(())
    }

    fn on_typing(
        &mut self,
        now: UnixMs,
        origin: Origin,
        user: UserId,
        frame: Typing,
        out: &mut Vec<Output>,
    ) -> Result<(), ErrorReply> {
        let room = self.room_for(&origin, &frame.room)?;
        if room.closed {
            return Err(error(ErrorCode::RoomClosed, origin.id));
        }
        let to = self.audience(room, |_, member| member != &user);
        let every = self.settings.typing_every_ms;
        let fresh = self.rooms.get_mut(&frame.room).is_some_and(|loaded| {
            loaded.typing.retain(|_, at| now.since(*at) < every);
            loaded.typing.insert(user.clone(), now).is_none()
        });
        if fresh {
            let told = TypingBy {
                room: frame.room,
                user_id: user,
            };
            self.send(to, told.into(), out);
        }
        self.accept(origin, out);
        Ok(())
    }

    fn on_history(
        &mut self,
        origin: Origin,
        frame: History,
        out: &mut Vec<Output>,
    ) -> Result<(), ErrorReply> {
        let room = self.room_for(&origin, &frame.room)?;
        let connection = self.connections.get(&origin.connection);
        let member = connection.and_then(|connection| room.member(&connection.user));
        let min_seq = member.map_or(room.min_seq, |member| room.min_seq_for(member));
        let last_seq = room.last_seq;
        let page = HistoryPage::asked(frame.before, frame.after, frame.limit)
            .ok_or_else(|| error(ErrorCode::BadCursor, origin.id.clone()))?;
        let page = page.not_below(min_seq, last_seq);
        let Origin { connection, id } = origin;
        let request = ReadRequest::History {
            connection,
            id,
            room: frame.room,
            page,
            min_seq,
            last_seq,
        };
        out.push(request.into());
        Ok(())
    }

    fn on_ask_presence(
        &mut self,
        origin: Origin,
        user: &UserId,
        (frame, last_active): (AskPresence, &BTreeMap<UserId, UnixMs>),
        out: &mut Vec<Output>,
    ) -> Result<(), ErrorReply> {
        if frame.users.len() > self.settings.max_watched {
            return Err(invalid("users", origin.id));
        }
        for other in frame.users {
            // A stranger looks like one who is not there.
            let together = self.are_together(user, &other, origin.connection);
            let mut told = match together {
                true => self.presence.presence(&other),
                false => offline(&other),
            };
            if together {
                let stored = last_active.get(&other).copied();
                told.last_active_at = told.last_active_at.max(stored);
            }
            self.send(vec![origin.connection], told.into(), out);
            if frame.subscribe && together {
                self.watch(origin.connection, other);
            }
        }
        self.accept(origin, out);
        Ok(())
    }

    fn watch(&mut self, id: ConnectionId, user: UserId) {
        let max = self.settings.max_watched;
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if connection.watching.len() < max {
            connection.watching.insert(user.clone());
            self.watchers.entry(user).or_default().insert(id);
        }
    }

    fn on_status(
        &mut self,
        origin: Origin,
        user: &UserId,
        frame: SetStatus,
        out: &mut Vec<Output>,
    ) -> Result<(), ErrorReply> {
        let away = match frame.state {
            PresenceState::Online => false,
            PresenceState::Away => true,
            PresenceState::Offline => return Err(invalid("state", origin.id)),
        };
        if let Some(connection) = self.connections.get_mut(&origin.connection)
            && connection.away != away
        {
            connection.away = away;
            self.presence.set_away(user, away);
        }
        self.announce(user, out);
        self.accept(origin, out);
        Ok(())
    }

    /// `ok`, for a frame that asked for an answer by its `id`.
    pub(super) fn accept(&mut self, origin: Origin, out: &mut Vec<Output>) {
        if let Some(id) = origin.id {
            self.send(vec![origin.connection], Accepted { id }.into(), out);
        }
    }

    pub(super) fn room_for(&self, origin: &Origin, room: &RoomId) -> Result<&Room, ErrorReply> {
        let refusal = || error(ErrorCode::NotAMember, origin.id.clone());
        let connection = self
            .connections
            .get(&origin.connection)
            .ok_or_else(refusal)?;
        self.room_of(&connection.user, connection.only(), room)
            .map_err(|_| refusal())
    }
}
