//! Matches of people.

use scheduler_core::{BookedSession, Match, Pair, Proposal};
use storage::{FromRow, Row, SqlConnection, query};
use wire::{MatchId, Participant, ProposalId, RoomId, SessionId, UserId};

use super::SqlStore;
use super::proposals;
use super::session_rows::{BookedSessionRow, select_sessions};
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{MatchQueries, MatchRepository, StoreError, StoreFuture};

/// A query of whole matches, with the present names of both.
macro_rules! select_matches {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.application, m.low_id, low.name AS low_name, m.high_id, high.name AS high_name, \
             m.room_id, m.created_at, m.ended_at FROM matches m \
             JOIN users low ON low.id = m.low_id JOIN users high ON high.id = m.high_id ",
            $rest
        )
    };
}

impl MatchQueries for SqlStore {
    fn find(&self, id: MatchId) -> StoreFuture<'_, Option<Match>> {
        Box::pin(async move { find(&mut self.db.read().await?, &id).await })
    }

    fn list(
        &self,
        user: UserId,
        before: Option<MatchId>,
        limit: u32,
    ) -> StoreFuture<'_, Vec<Match>> {
        Box::pin(async move { in_force(&mut self.db.read().await?, &user, before, limit).await })
    }

    fn find_proposal(&self, id: ProposalId) -> StoreFuture<'_, Option<Proposal>> {
        Box::pin(async move { proposals::find(&mut self.db.read().await?, &id).await })
    }

    fn open_proposals(&self, matches: Vec<MatchId>) -> StoreFuture<'_, Vec<Proposal>> {
        Box::pin(async move { proposals::open(&mut self.db.read().await?, &matches).await })
    }

    fn open_sessions(&self, matches: Vec<MatchId>) -> StoreFuture<'_, Vec<BookedSession>> {
        Box::pin(async move {
            let rows: Vec<BookedSessionRow> = query(select_sessions!(
                "WHERE ms.match_id IN (?1..) AND s.status IN ('booked', 'live') ORDER BY s.starts_at, s.id"
            ))
            .bind_list(matches.iter().map(MatchId::as_str))
            .fetch_all(&mut self.db.read().await?)
            .await?;
            rows.into_iter()
                .map(BookedSessionRow::into_session)
                .collect()
        })
    }
}

impl MatchRepository for SqlUnitOfWork {
    fn find<'a>(&'a mut self, id: &'a MatchId) -> StoreFuture<'a, Option<Match>> {
        Box::pin(find(&mut self.tx, id))
    }

    fn find_in_force<'a>(&'a mut self, pair: &'a Pair) -> StoreFuture<'a, Option<Match>> {
        Box::pin(async {
            let row: Option<MatchRow> = query(select_matches!(
                "WHERE m.low_id = ?1 AND m.high_id = ?2 AND m.in_force = 1"
            ))
            .bind(pair.low().as_str())
            .bind(pair.high().as_str())
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(row.map(|MatchRow(found)| found))
        })
    }

    fn matched_with<'a>(
        &'a mut self,
        user: &'a UserId,
        among: &'a [UserId],
    ) -> StoreFuture<'a, Vec<UserId>> {
        Box::pin(async {
            let mut found = Vec::new();
            for statement in [
                "SELECT low_id FROM matches WHERE high_id = ?1 AND low_id IN (?2..) AND in_force = 1",
                "SELECT high_id FROM matches WHERE low_id = ?1 AND high_id IN (?2..) AND in_force = 1",
            ] {
                let others: Vec<(String,)> = query(statement)
                    .bind(user.as_str())
                    .bind_list(among.iter().map(UserId::as_str))
                    .fetch_all(&mut self.tx)
                    .await?;
                found.extend(others.into_iter().map(|(id,)| UserId(id)));
            }
            Ok(found)
        })
    }

    fn find_by_room<'a>(&'a mut self, room: &'a RoomId) -> StoreFuture<'a, Option<Match>> {
        Box::pin(async {
            let row: Option<MatchRow> =
                query(select_matches!("WHERE m.room_id = ?1 AND m.in_force = 1"))
                    .bind(room.as_str())
                    .fetch_optional(&mut self.tx)
                    .await?;
            Ok(row.map(|MatchRow(found)| found))
        })
    }

    fn open_session_ids<'a>(&'a mut self, id: &'a MatchId) -> StoreFuture<'a, Vec<SessionId>> {
        Box::pin(async {
            let ids: Vec<(String,)> = query(
                "SELECT s.id FROM match_sessions ms JOIN sessions s ON s.id = ms.session_id \
                 WHERE ms.match_id = ?1 AND s.status IN ('booked', 'live') ORDER BY s.id",
            )
            .bind(id.as_str())
            .fetch_all(&mut self.tx)
            .await?;
            Ok(ids.into_iter().map(|(id,)| SessionId(id)).collect())
        })
    }

    fn insert<'a>(&'a mut self, made: &'a Match) -> StoreFuture<'a, ()> {
        Box::pin(async {
            let pair = made.pair();
            query(
                "INSERT INTO matches (id, application, low_id, high_id, room_id, created_at, in_force) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)",
            )
            .bind(made.id.as_str())
            .bind(&made.application)
            .bind(pair.low().as_str())
            .bind(pair.high().as_str())
            .bind(made.room_id.as_str())
            .bind(made.created_at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn end<'a>(&'a mut self, ended: &'a Match) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("UPDATE matches SET ended_at = ?1, in_force = NULL WHERE id = ?2")
                .bind(ended.ended_at)
                .bind(ended.id.as_str())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn find_proposal<'a>(&'a mut self, id: &'a ProposalId) -> StoreFuture<'a, Option<Proposal>> {
        Box::pin(proposals::find(&mut self.tx, id))
    }

    fn open_proposal<'a>(&'a mut self, id: &'a MatchId) -> StoreFuture<'a, Option<Proposal>> {
        Box::pin(async {
            let open = proposals::open(&mut self.tx, std::slice::from_ref(id)).await?;
            Ok(open.into_iter().next())
        })
    }

    fn insert_proposal<'a>(&'a mut self, proposal: &'a Proposal) -> StoreFuture<'a, ()> {
        Box::pin(proposals::insert(&mut self.tx, proposal))
    }

    fn update_proposal<'a>(&'a mut self, proposal: &'a Proposal) -> StoreFuture<'a, ()> {
        Box::pin(proposals::update(&mut self.tx, proposal))
    }
}

/// The matches of a person that are in force, the newest first.
pub(super) async fn in_force(
    connection: &mut dyn SqlConnection,
    user: &UserId,
    before: Option<MatchId>,
    limit: u32,
) -> Result<Vec<Match>, StoreError> {
    let rows: Vec<MatchRow> = query(select_matches!(
        "WHERE (m.low_id = ?1 OR m.high_id = ?1) AND m.in_force = 1 \
         AND (?2 IS NULL OR m.id < ?2) ORDER BY m.id DESC LIMIT ?3"
    ))
    .bind(user.as_str())
    .bind(before.as_ref().map(MatchId::as_str))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|MatchRow(found)| found).collect())
}

/// The matches of a person, in force or not, the newest first.
pub(super) async fn all_of(
    connection: &mut dyn SqlConnection,
    user: &UserId,
    limit: u32,
) -> Result<Vec<Match>, StoreError> {
    let rows: Vec<MatchRow> = query(select_matches!(
        "WHERE m.low_id = ?1 OR m.high_id = ?1 ORDER BY m.id DESC LIMIT ?2"
    ))
    .bind(user.as_str())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|MatchRow(found)| found).collect())
}

pub(super) async fn find(
    connection: &mut dyn SqlConnection,
    id: &MatchId,
) -> Result<Option<Match>, StoreError> {
    let row: Option<MatchRow> = query(select_matches!("WHERE m.id = ?1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|MatchRow(found)| found))
}

/// A match, out of the columns that every query of matches selects.
struct MatchRow(Match);

impl FromRow for MatchRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let low = Participant {
            user_id: UserId(row.get("low_id")?),
            name: row.get("low_name")?,
        };
        let high = Participant {
            user_id: UserId(row.get("high_id")?),
            name: row.get("high_name")?,
        };
        Ok(Self(Match {
            id: MatchId(row.get("id")?),
            application: row.get("application")?,
            participants: [low, high],
            room_id: RoomId(row.get("room_id")?),
            created_at: row.get("created_at")?,
            ended_at: row.get("ended_at")?,
        }))
    }
}
