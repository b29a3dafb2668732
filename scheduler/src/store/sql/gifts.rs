//! Gifts of people, and when they may peek.

use scheduler_core::{EmailAddress, Gift, GiftFate, Pair};
use storage::{FromRow, Row, SqlConnection, query};
use wire::{GiftId, GiftKind, MatchId, Participant, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{GiftBox, GiftQueries, GiftQuery, GiftRepository, StoreError, StoreFuture};

/// A query of whole gifts, with the present names of both.
macro_rules! select_gifts {
    ($rest:literal) => {
        concat!(
            "SELECT g.id, g.giver_id, giver.name AS giver_name, g.receiver_id, receiver.name AS receiver_name, \
             g.kind, g.letter, g.times, g.sent_at, g.opens_at, g.opened_at, g.fate, g.match_id, a.email AS sent_to \
             FROM gifts g JOIN users giver ON giver.id = g.giver_id \
             JOIN users receiver ON receiver.id = g.receiver_id \
             LEFT JOIN addressed_gifts a ON a.gift_id = g.id ",
            $rest
        )
    };
}

impl GiftQueries for SqlStore {
    fn find(&self, id: GiftId) -> StoreFuture<'_, Option<Gift>> {
        Box::pin(async move { find(&mut self.db.read().await?, &id).await })
    }

    fn list(&self, wanted: GiftQuery) -> StoreFuture<'_, Vec<Gift>> {
        Box::pin(async move {
            let statement = match wanted.of {
                GiftBox::Received => select_gifts!(
                    "WHERE g.receiver_id = ?1 AND g.fate = 'delivered' \
                     AND (?2 IS NULL OR g.id < ?2) ORDER BY g.id DESC LIMIT ?3"
                ),
                GiftBox::Sent => select_gifts!(
                    "WHERE g.giver_id = ?1 AND g.fate <> 'withdrawn' \
                     AND (?2 IS NULL OR g.id < ?2) ORDER BY g.id DESC LIMIT ?3"
                ),
            };
            let rows = query(statement)
                .bind(wanted.user.as_str())
                .bind(wanted.before.as_ref().map(GiftId::as_str))
                .bind(wanted.limit)
                .fetch_all(&mut self.db.read().await?)
                .await?;
            gifts(rows)
        })
    }

    fn due(&self, now: UnixMs, limit: u32) -> StoreFuture<'_, Vec<Gift>> {
        Box::pin(async move {
            let rows = query(select_gifts!(
                "WHERE g.due_at <= ?1 ORDER BY g.due_at, g.id LIMIT ?2"
            ))
            .bind(now)
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            gifts(rows)
        })
    }
}

impl GiftRepository for SqlUnitOfWork {
    fn find<'a>(&'a mut self, id: &'a GiftId) -> StoreFuture<'a, Option<Gift>> {
        Box::pin(find(&mut self.tx, id))
    }

    fn specials<'a>(&'a mut self, pair: &'a Pair, limit: u32) -> StoreFuture<'a, Vec<Gift>> {
        Box::pin(async move {
            let rows = query(select_gifts!(
                "WHERE ((g.giver_id = ?1 AND g.receiver_id = ?2) OR (g.giver_id = ?2 AND g.receiver_id = ?1)) \
                 AND g.kind = 'special' AND g.match_id IS NULL AND g.fate <> 'withdrawn' \
                 ORDER BY g.id DESC LIMIT ?3"
            ))
            .bind(pair.low().as_str())
            .bind(pair.high().as_str())
            .bind(limit)
            .fetch_all(&mut self.tx)
            .await?;
            gifts(rows)
        })
    }

    fn sealed<'a>(&'a mut self, pair: &'a Pair, limit: u32) -> StoreFuture<'a, Vec<Gift>> {
        Box::pin(async move {
            let rows = query(select_gifts!(
                "WHERE ((g.giver_id = ?1 AND g.receiver_id = ?2) OR (g.giver_id = ?2 AND g.receiver_id = ?1)) \
                 AND g.opened_at IS NULL AND g.fate = 'delivered' ORDER BY g.id DESC LIMIT ?3"
            ))
            .bind(pair.low().as_str())
            .bind(pair.high().as_str())
            .bind(limit)
            .fetch_all(&mut self.tx)
            .await?;
            gifts(rows)
        })
    }

    fn sent_since<'a>(
        &'a mut self,
        giver: &'a UserId,
        since: UnixMs,
    ) -> StoreFuture<'a, Vec<UnixMs>> {
        Box::pin(async move {
            let times: Vec<(UnixMs,)> = query(
                "SELECT sent_at FROM gifts WHERE giver_id = ?1 AND sent_at > ?2 \
                 UNION ALL SELECT sent_at FROM addressed_gifts \
                 WHERE giver_id = ?1 AND sent_at > ?2 AND fate <> 'claimed' ORDER BY sent_at",
            )
            .bind(giver.as_str())
            .bind(since)
            .fetch_all(&mut self.tx)
            .await?;
            Ok(times.into_iter().map(|(at,)| at).collect())
        })
    }

    fn insert<'a>(&'a mut self, gift: &'a Gift) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO gifts (id, giver_id, receiver_id, kind, letter, times, sent_at, opens_at, \
                 opened_at, due_at, fate, match_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )
            .bind(gift.id.as_str())
            .bind(gift.giver.user_id.as_str())
            .bind(gift.receiver.user_id.as_str())
            .bind(gift.kind.name())
            .bind(&gift.letter)
            .bind(serde_json::to_string(&gift.times)?)
            .bind(gift.sent_at)
            .bind(gift.opens_at)
            .bind(gift.opened_at)
            .bind(due_at(gift))
            .bind(gift.fate.name())
            .bind(gift.match_id.as_ref().map(MatchId::as_str))
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn update<'a>(&'a mut self, gift: &'a Gift) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "UPDATE gifts SET letter = ?1, opened_at = ?2, due_at = ?3, fate = ?4, match_id = ?5 \
                 WHERE id = ?6",
            )
            .bind(&gift.letter)
            .bind(gift.opened_at)
            .bind(due_at(gift))
            .bind(gift.fate.name())
            .bind(gift.match_id.as_ref().map(MatchId::as_str))
            .bind(gift.id.as_str())
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn next_peek<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, Option<UnixMs>> {
        Box::pin(async {
            let found: Option<(UnixMs,)> = query("SELECT next_at FROM peeks WHERE user_id = ?1")
                .bind(user.as_str())
                .fetch_optional(&mut self.tx)
                .await?;
            Ok(found.map(|(at,)| at))
        })
    }

    fn set_next_peek<'a>(&'a mut self, user: &'a UserId, at: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "INSERT INTO peeks (user_id, next_at) VALUES (?1, ?2) \
                 ON CONFLICT (user_id) DO UPDATE SET next_at = excluded.next_at",
            )
            .bind(user.as_str())
            .bind(at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

async fn find(connection: &mut dyn SqlConnection, id: &GiftId) -> Result<Option<Gift>, StoreError> {
    let row: Option<GiftRow> = query(select_gifts!("WHERE g.id = ?1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    row.map(GiftRow::into_gift).transpose()
}

/// When somebody has to note that it is open; never where it was opened or taken back, or opens by being read.
fn due_at(gift: &Gift) -> Option<UnixMs> {
    gift.opens_by_itself().then_some(gift.opens_at)
}

fn gifts(rows: Vec<GiftRow>) -> Result<Vec<Gift>, StoreError> {
    rows.into_iter().map(GiftRow::into_gift).collect()
}

/// A whole gift, still as text and numbers.
struct GiftRow(Row);

impl FromRow for GiftRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(row))
    }
}

impl GiftRow {
    fn into_gift(self) -> Result<Gift, StoreError> {
        let Self(row) = self;
        let (kind, fate, times): (String, String, String) =
            (row.get("kind")?, row.get("fate")?, row.get("times")?);
        let unreadable = || unreadable("a gift");
        let match_id: Option<String> = row.get("match_id")?;
        let sent_to: Option<String> = row.get("sent_to")?;
        let sent_to = sent_to.map(|email| EmailAddress::parse(&email).ok_or_else(unreadable));
        Ok(Gift {
            id: GiftId(row.get("id")?),
            giver: Participant {
                user_id: UserId(row.get("giver_id")?),
                name: row.get("giver_name")?,
            },
            receiver: Participant {
                user_id: UserId(row.get("receiver_id")?),
                name: row.get("receiver_name")?,
            },
            kind: GiftKind::from_name(&kind).ok_or_else(unreadable)?,
            letter: row.get("letter")?,
            times: serde_json::from_str(&times)?,
            sent_to: sent_to.transpose()?,
            sent_at: row.get("sent_at")?,
            opens_at: row.get("opens_at")?,
            opened_at: row.get("opened_at")?,
            fate: GiftFate::from_name(&fate).ok_or_else(unreadable)?,
            match_id: match_id.map(MatchId),
        })
    }
}
