//! Sessions with their two participants, and the rooms that they share.

use std::collections::BTreeSet;

use scheduler_core::{BookedSession, Match, StateFilter};
use wire::{Participant, RoomId, SessionId, UnixMs, UserId};

use super::StoreFuture;

/// Reads committed sessions.
pub(crate) trait SessionQueries: Send + Sync {
    /// One session, of any application.
    fn find(&self, id: SessionId) -> StoreFuture<'_, Option<BookedSession>>;

    /// Sessions of an application, or of a person, by start, then id, both rising.
    fn list(&self, filter: SessionFilter) -> StoreFuture<'_, Vec<BookedSession>>;

    /// Sessions that are neither ended nor cancelled, of every application, by id; those after `after`, at
    /// most `limit`.
    fn open(&self, after: Option<SessionId>, limit: u32) -> StoreFuture<'_, Vec<BookedSession>>;

    /// Rooms of a person, the newest first, at most `limit`: those of matches in force, and those of sessions that no
    /// match has booked.
    fn rooms_of(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<SessionRoom>>;
}

/// Reads and writes sessions within a unit of work. The lock of a session stands for all that belongs to it: its
/// participants, its jobs beside their claims, its questions, its timeline.
pub(crate) trait SessionRepository: Send {
    /// One session, of any application; locked.
    fn find<'a>(&'a mut self, id: &'a SessionId) -> StoreFuture<'a, Option<BookedSession>>;

    /// The session that a room belongs to; locked. That of a match belongs to none.
    fn find_by_room<'a>(&'a mut self, room: &'a RoomId) -> StoreFuture<'a, Option<BookedSession>>;

    /// Those of these sessions that are there and can be read, as they are committed and not locked.
    fn snapshots<'a>(&'a mut self, ids: &'a [&'a SessionId])
    -> StoreFuture<'a, Vec<BookedSession>>;

    /// Locks those of these sessions that are there, one after the other in the order of their ids.
    fn lock<'a>(&'a mut self, ids: &'a BTreeSet<&'a SessionId>) -> StoreFuture<'a, ()>;

    /// Adds a session with its participants, who must be known people. An id that is there already is an
    /// error.
    fn insert<'a>(&'a mut self, session: &'a BookedSession) -> StoreFuture<'a, ()>;

    /// Overwrites revision, terms, record and cancellation, and what is indexed of them.
    fn update<'a>(&'a mut self, session: &'a BookedSession) -> StoreFuture<'a, ()>;

    /// Gives a participant another generation.
    fn regenerate<'a>(
        &'a mut self,
        session: &'a SessionId,
        user: &'a UserId,
        generation: u32,
    ) -> StoreFuture<'a, ()>;

    /// Deletes a session with its participants, jobs, notifications, questions and timeline. People stay.
    fn erase<'a>(&'a mut self, id: &'a SessionId) -> StoreFuture<'a, ()>;
}

/// Whose sessions to list.
#[derive(Debug, Clone)]
pub(crate) enum SessionsOf {
    Application(String),
    /// Those in which this person takes part.
    Person(UserId),
}

/// Which sessions to list; `None` leaves a condition out.
#[derive(Debug, Clone)]
pub(crate) struct SessionFilter {
    pub(crate) whose: SessionsOf,
    /// Starting at or after this.
    pub(crate) from: Option<UnixMs>,
    /// Starting earlier than this.
    pub(crate) to: Option<UnixMs>,
    /// In one state.
    pub(crate) state: Option<StateFilter>,
    /// Later in the order than this start and id.
    pub(crate) after: Option<(UnixMs, SessionId)>,
    /// At most so many.
    pub(crate) limit: u32,
}

/// A chat room and its two members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionRoom {
    pub(crate) id: RoomId,
    pub(crate) members: Vec<Participant>,
    /// Of what the other services are told of it, which is the session's where it is of one.
    pub(crate) revision: u64,
    /// True where the person was removed by an operator from the session that the room belongs to.
    pub(crate) kicked: bool,
}

impl SessionRoom {
    /// The room of a session, for one of its two.
    pub(crate) fn of_session(session: &BookedSession, user: &UserId) -> Self {
        Self {
            id: session.room_id.clone(),
            members: session.members(),
            revision: match session.match_id {
                Some(_) => Match::ROOM_OPENED,
                None => session.revision,
            },
            kicked: session.record.is_kicked(user),
        }
    }
}
