//! Gifts to addresses.

use scheduler_core::{AddressedFate, AddressedGift, EmailAddress, GiftContent};
use storage::{FromRow, Row, SqlConnection, query};
use wire::{GiftId, GiftKind, Participant, UnixMs, UserId};

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::store::{
    AddressedGiftQueries, AddressedGiftRepository, ClaimableGift, StoreError, StoreFuture,
};

/// A query of whole gifts to addresses, with the present names of their givers.
macro_rules! select_addressed {
    ($rest:literal) => {
        concat!(
            "SELECT a.gift_id, a.giver_id, giver.name AS giver_name, a.email, a.kind, a.letter, a.times, \
             a.sent_at, a.opens_at, a.fate FROM addressed_gifts a JOIN users giver ON giver.id = a.giver_id ",
            $rest
        )
    };
}

/// A query of those that wait for an address that somebody else than their giver has shown to be theirs.
macro_rules! select_claimable {
    ($rest:literal) => {
        concat!(
            "SELECT a.gift_id, a.giver_id, c.user_id FROM addressed_gifts a \
             JOIN accounts c ON c.email_key = a.email_key \
             WHERE a.fate = 'waiting' AND c.email_verified = 1 AND c.user_id <> a.giver_id AND ",
            $rest
        )
    };
}

impl AddressedGiftQueries for SqlStore {
    fn find(&self, id: GiftId) -> StoreFuture<'_, Option<AddressedGift>> {
        Box::pin(async move { find(&mut self.db.read().await?, &id).await })
    }

    fn list(
        &self,
        giver: UserId,
        before: Option<GiftId>,
        limit: u32,
    ) -> StoreFuture<'_, Vec<AddressedGift>> {
        Box::pin(async move {
            let rows: Vec<AddressedRow> = query(select_addressed!(
                "WHERE a.giver_id = ?1 AND a.fate = 'waiting' \
                 AND (?2 IS NULL OR a.gift_id < ?2) ORDER BY a.gift_id DESC LIMIT ?3"
            ))
            .bind(giver.as_str())
            .bind(before.as_ref().map(GiftId::as_str))
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            rows.into_iter().map(AddressedRow::into_gift).collect()
        })
    }

    fn claimable_by(&self, user: UserId, limit: u32) -> StoreFuture<'_, Vec<ClaimableGift>> {
        Box::pin(async move {
            let rows: Vec<ClaimableRow> = query(select_claimable!(
                "c.user_id = ?1 ORDER BY a.gift_id LIMIT ?2"
            ))
            .bind(user.as_str())
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|ClaimableRow(gift)| gift).collect())
        })
    }

    fn claimable_since(&self, sent_at: UnixMs, limit: u32) -> StoreFuture<'_, Vec<ClaimableGift>> {
        Box::pin(async move {
            let rows: Vec<ClaimableRow> = query(select_claimable!(
                "a.sent_at > ?1 ORDER BY a.sent_at, a.gift_id LIMIT ?2"
            ))
            .bind(sent_at)
            .bind(limit)
            .fetch_all(&mut self.db.read().await?)
            .await?;
            Ok(rows.into_iter().map(|ClaimableRow(gift)| gift).collect())
        })
    }
}

impl AddressedGiftRepository for SqlUnitOfWork {
    fn find<'a>(&'a mut self, id: &'a GiftId) -> StoreFuture<'a, Option<AddressedGift>> {
        Box::pin(find(&mut self.tx, id))
    }

    fn has_sealed_special<'a>(
        &'a mut self,
        giver: &'a UserId,
        to: &'a EmailAddress,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async {
            let found: Option<(String,)> = query(
                "SELECT a.gift_id FROM addressed_gifts a LEFT JOIN gifts g ON g.id = a.gift_id \
                 WHERE a.giver_id = ?1 AND a.email_key = ?2 AND a.kind = 'special' AND (a.fate = 'waiting' \
                 OR (a.fate = 'claimed' AND g.opened_at IS NULL AND g.fate <> 'withdrawn')) LIMIT 1",
            )
            .bind(giver.as_str())
            .bind(to.key())
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(found.is_some())
        })
    }

    fn is_blocked<'a>(
        &'a mut self,
        giver: &'a UserId,
        to: &'a EmailAddress,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async {
            let found: Option<(String,)> = query(
                "SELECT c.user_id FROM accounts c JOIN blocks b ON b.by_id = c.user_id \
                 WHERE c.email_key = ?1 AND c.email_verified = 1 AND b.user_id = ?2",
            )
            .bind(to.key())
            .bind(giver.as_str())
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(found.is_some())
        })
    }

    fn insert<'a>(&'a mut self, gift: &'a AddressedGift) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO addressed_gifts (gift_id, giver_id, email, email_key, kind, letter, times, \
                 sent_at, opens_at, fate) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )
            .bind(gift.id.as_str())
            .bind(gift.giver.user_id.as_str())
            .bind(gift.to.text())
            .bind(gift.to.key())
            .bind(gift.content.kind.name())
            .bind(&gift.content.letter)
            .bind(serde_json::to_string(&gift.content.times)?)
            .bind(gift.sent_at)
            .bind(gift.content.opens_at)
            .bind(gift.fate.name())
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn update<'a>(&'a mut self, gift: &'a AddressedGift) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "UPDATE addressed_gifts SET letter = ?1, times = ?2, fate = ?3 WHERE gift_id = ?4",
            )
            .bind(&gift.content.letter)
            .bind(serde_json::to_string(&gift.content.times)?)
            .bind(gift.fate.name())
            .bind(gift.id.as_str())
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

async fn find(
    connection: &mut dyn SqlConnection,
    id: &GiftId,
) -> Result<Option<AddressedGift>, StoreError> {
    let row: Option<AddressedRow> = query(select_addressed!("WHERE a.gift_id = ?1"))
        .bind(id.as_str())
        .fetch_optional(connection)
        .await?;
    row.map(AddressedRow::into_gift).transpose()
}

/// A whole gift to an address, still as text and numbers.
struct AddressedRow(Row);

impl FromRow for AddressedRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(row))
    }
}

impl AddressedRow {
    fn into_gift(self) -> Result<AddressedGift, StoreError> {
        let Self(row) = self;
        let (kind, fate, times): (String, String, String) =
            (row.get("kind")?, row.get("fate")?, row.get("times")?);
        let email: String = row.get("email")?;
        let unreadable = || unreadable("a gift to an address");
        Ok(AddressedGift {
            id: GiftId(row.get("gift_id")?),
            giver: Participant {
                user_id: UserId(row.get("giver_id")?),
                name: row.get("giver_name")?,
            },
            to: EmailAddress::parse(&email).ok_or_else(unreadable)?,
            content: GiftContent {
                kind: GiftKind::from_name(&kind).ok_or_else(unreadable)?,
                letter: row.get("letter")?,
                opens_at: row.get("opens_at")?,
                times: serde_json::from_str(&times)?,
            },
            sent_at: row.get("sent_at")?,
            fate: AddressedFate::from_name(&fate).ok_or_else(unreadable)?,
        })
    }
}

struct ClaimableRow(ClaimableGift);

impl FromRow for ClaimableRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(ClaimableGift {
            id: GiftId(row.get("gift_id")?),
            giver: UserId(row.get("giver_id")?),
            receiver: UserId(row.get("user_id")?),
        }))
    }
}
