//! Sessions, their participants and their rooms.

use std::collections::BTreeSet;

use scheduler_core::{BookedParticipant, BookedSession, Match};
use storage::{SqlConnection, Statement, Value, query};
use wire::{RoomId, SessionId, UserId};

use super::SqlStore;
use super::matches::in_force;
use super::session_rows::{BookedSessionRow, select_sessions};
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{
    SessionFilter, SessionQueries, SessionRepository, SessionRoom, SessionsOf, StoreError,
    StoreFuture,
};

/// What is said of the sessions to list, beside whose they are.
macro_rules! list_sessions {
    ($whose:literal) => {
        select_sessions!(
            $whose,
            " AND (?2 IS NULL OR s.starts_at >= ?2) AND (?3 IS NULL OR s.starts_at < ?3) \
             AND (?4 IS NULL OR s.starts_at > ?4 OR (s.starts_at = ?4 AND s.id > ?5)) \
             AND (?6 IS NULL OR s.status = ?6) \
             AND (?7 IS NULL OR s.lobby_opens_at > ?7) \
             AND (?8 IS NULL OR s.lobby_opens_at <= ?8) \
             ORDER BY s.starts_at, s.id LIMIT ?9"
        )
    };
}

const OF_APPLICATION: &str = list_sessions!("WHERE s.application = ?1");
const OF_PERSON: &str =
    list_sessions!("WHERE s.id IN (SELECT p.session_id FROM participants p WHERE p.user_id = ?1)");

impl SessionQueries for SqlStore {
    fn find(&self, id: SessionId) -> StoreFuture<'_, Option<BookedSession>> {
        Box::pin(async move {
            let mut connection = self.db.read().await?;
            find(&mut connection, &id).await
        })
    }

    fn list(&self, filter: SessionFilter) -> StoreFuture<'_, Vec<BookedSession>> {
        Box::pin(async move {
            let after = filter.after.as_ref();
            let (statement, whose) = match &filter.whose {
                SessionsOf::Application(name) => (OF_APPLICATION, name.as_str()),
                SessionsOf::Person(user) => (OF_PERSON, user.as_str()),
            };
            let rows: Vec<BookedSessionRow> = query(statement)
                .bind(whose)
                .bind(filter.from)
                .bind(filter.to)
                .bind(after.map(|(at, _)| *at))
                .bind(after.map(|(_, id)| id.as_str()))
                .bind(filter.state.map(|state| state.status.name()))
                .bind(filter.state.and_then(|state| state.opens_after))
                .bind(filter.state.and_then(|state| state.opens_by))
                .bind(filter.limit)
                .fetch_all(&mut self.db.read().await?)
                .await?;
            rows.into_iter()
                .map(BookedSessionRow::into_session)
                .collect()
        })
    }

    fn open(&self, after: Option<SessionId>, limit: u32) -> StoreFuture<'_, Vec<BookedSession>> {
        Box::pin(async move {
            let rows: Vec<BookedSessionRow> = query(select_sessions!(
                "WHERE s.status IN ('booked', 'live') AND (?1 IS NULL OR s.id > ?1) \
                 ORDER BY s.id LIMIT ?2"
            ))
            .bind(after.as_ref().map(SessionId::as_str))
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            rows.into_iter()
                .map(BookedSessionRow::into_session)
                .collect()
        })
    }

    fn rooms_of(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<SessionRoom>> {
        Box::pin(async move {
            let mut connection = self.db.read().await?;
            let rows: Vec<BookedSessionRow> = query(select_sessions!(
                "WHERE (a.user_id = ?1 OR b.user_id = ?1) AND ms.match_id IS NULL \
                 ORDER BY s.id DESC LIMIT ?2"
            ))
            .bind(user.as_str())
            .bind(limit)
            .fetch_all(&mut connection)
            .await?;
            let matches = in_force(&mut connection, &user, None, limit).await?;
            let mut rooms: Vec<_> = matches.into_iter().map(room_of_match).collect();
            for row in rows {
                rooms.push(room_of_session(row.into_session()?, &user));
            }
            // The ids of both rise with time.
            rooms.sort_by(|(one, _), (other, _)| other.cmp(one));
            rooms.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            Ok(rooms.into_iter().map(|(_, room)| room).collect())
        })
    }
}

impl SessionRepository for SqlUnitOfWork {
    fn find<'a>(&'a mut self, id: &'a SessionId) -> StoreFuture<'a, Option<BookedSession>> {
        Box::pin(async {
            let lock = query("SELECT id FROM sessions WHERE id = ?1 FOR UPDATE").bind(id.as_str());
            find_locked(&mut self.tx, lock).await
        })
    }

    fn find_by_room<'a>(&'a mut self, room: &'a RoomId) -> StoreFuture<'a, Option<BookedSession>> {
        Box::pin(async {
            let lock = query("SELECT id FROM sessions WHERE room_id = ?1 FOR UPDATE");
            find_locked(&mut self.tx, lock.bind(room.as_str())).await
        })
    }

    fn snapshots<'a>(
        &'a mut self,
        ids: &'a [&'a SessionId],
    ) -> StoreFuture<'a, Vec<BookedSession>> {
        Box::pin(async {
            let rows: Vec<BookedSessionRow> = query(select_sessions!("WHERE s.id IN (?1..)"))
                .bind_list(ids.iter().map(|id| id.as_str()))
                .fetch_all(&mut self.tx)
                .await?;
            let readable = rows.into_iter().filter_map(|row| row.into_session().ok());
            Ok(readable.collect())
        })
    }

    fn lock<'a>(&'a mut self, ids: &'a BTreeSet<&'a SessionId>) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("SELECT id FROM sessions WHERE id IN (?1..) ORDER BY id FOR UPDATE")
                .bind_list(ids.iter().map(|id| id.as_str()))
                .fetch_all::<(String,)>(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn insert<'a>(&'a mut self, session: &'a BookedSession) -> StoreFuture<'a, ()> {
        Box::pin(async {
            insert(&mut self.tx, session).await?;
            insert_participants(&mut self.tx, session).await?;
            insert_match(&mut self.tx, session).await
        })
    }

    fn update<'a>(&'a mut self, session: &'a BookedSession) -> StoreFuture<'a, ()> {
        Box::pin(update(&mut self.tx, session))
    }

    fn regenerate<'a>(
        &'a mut self,
        session: &'a SessionId,
        user: &'a UserId,
        generation: u32,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE participants SET generation = ?1 WHERE session_id = ?2 AND user_id = ?3")
                .bind(generation)
                .bind(session.as_str())
                .bind(user.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn erase<'a>(&'a mut self, id: &'a SessionId) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("DELETE FROM due_jobs WHERE subject_kind = 'session' AND subject_id = ?1")
                .bind(id.as_str())
                .execute(&mut self.tx)
                .await?;
            // Participants, notifications, questions and timeline go with it, by their foreign keys.
            query("DELETE FROM sessions WHERE id = ?1")
                .bind(id.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }
}

/// A room, by the id of what opened it.
type OpenedRoom = (String, SessionRoom);

fn room_of_session(session: BookedSession, user: &UserId) -> OpenedRoom {
    let room = SessionRoom::of_session(&session, user);
    (session.id.0, room)
}

/// Whoever is removed from one session of a match keeps the room, which is not that session's.
fn room_of_match(found: Match) -> OpenedRoom {
    let room = SessionRoom {
        members: found.participants.into(),
        revision: Match::ROOM_OPENED,
        kicked: false,
        id: found.room_id,
    };
    (found.id.0, room)
}

/// The session whose row `lock` selects and locks. The query of whole sessions joins its people, whose rows a lock
/// would take as well.
async fn find_locked(
    connection: &mut dyn SqlConnection,
    lock: Statement<'_>,
) -> Result<Option<BookedSession>, StoreError> {
    let Some((id,)) = lock.fetch_optional(connection).await? else {
        return Ok(None);
    };
    find(connection, &SessionId(id)).await
}

async fn find(
    connection: &mut dyn SqlConnection,
    id: &SessionId,
) -> Result<Option<BookedSession>, StoreError> {
    let row: Option<BookedSessionRow> = query(select_sessions!("WHERE s.id = ?1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    row.map(BookedSessionRow::into_session).transpose()
}

async fn insert(
    connection: &mut dyn SqlConnection,
    session: &BookedSession,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO sessions (id, application, revision, room_id, status, starts_at, \
         lobby_opens_at, terms, record, cancelled, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .bind(session.id.as_str())
    .bind(&session.application)
    .bind(session.revision)
    .bind(own_room(session))
    .bind(session.status().stored().name())
    .bind(session.terms.starts_at)
    .bind(session.terms.lobby_opens_at())
    .bind(serde_json::to_string(&session.terms)?)
    .bind(serde_json::to_string(&session.record)?)
    .bind(session.cancelled)
    .bind(session.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The room that the session alone has. One that a match has booked has none, and its own id stands there.
fn own_room(session: &BookedSession) -> &str {
    match &session.match_id {
        Some(_) => session.id.as_str(),
        None => session.room_id.as_str(),
    }
}

async fn insert_match(
    connection: &mut dyn SqlConnection,
    session: &BookedSession,
) -> Result<(), StoreError> {
    let Some(of) = &session.match_id else {
        return Ok(());
    };
    query("INSERT INTO match_sessions (session_id, match_id) VALUES (?1, ?2)")
        .bind(session.id.as_str())
        .bind(of.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

async fn insert_participants(
    connection: &mut dyn SqlConnection,
    session: &BookedSession,
) -> Result<(), StoreError> {
    let row = |(position, person): (i64, &BookedParticipant)| -> [Value<'_>; 5] {
        [
            session.id.as_str().into(),
            position.into(),
            person.user_id.0.clone().into(),
            person.name.clone().into(),
            person.generation.into(),
        ]
    };
    query(
        "INSERT INTO participants (session_id, position, user_id, name, generation) VALUES ?rows",
    )
    .bind_rows((0_i64..).zip(&session.participants).map(row))
    .execute(connection)
    .await?;
    Ok(())
}

async fn update(
    connection: &mut dyn SqlConnection,
    session: &BookedSession,
) -> Result<(), StoreError> {
    query(
        "UPDATE sessions SET revision = ?1, status = ?2, starts_at = ?3, lobby_opens_at = ?4, \
         terms = ?5, record = ?6, cancelled = ?7 WHERE id = ?8",
    )
    .bind(session.revision)
    .bind(session.status().stored().name())
    .bind(session.terms.starts_at)
    .bind(session.terms.lobby_opens_at())
    .bind(serde_json::to_string(&session.terms)?)
    .bind(serde_json::to_string(&session.record)?)
    .bind(session.cancelled)
    .bind(session.id.as_str())
    .execute(connection)
    .await?;
    Ok(())
}
