//! Deleting rows by their age, a batch at a time: the last row of the batch is found by an index, and what stands up to it
//! there goes by the same index. No list of keys is deleted by: MariaDB would look through the whole table for it.

use scheduler_core::SweptTable;
use storage::{WriteTransaction, query};
use wire::UnixMs;

use super::unit_of_work::SqlUnitOfWork;
use crate::store::{RetentionRepository, StoreError, StoreFuture};

impl RetentionRepository for SqlUnitOfWork {
    fn sweep(&mut self, table: SweptTable, cutoff: UnixMs, limit: u32) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let mut swept = 0;
            for rows in statements(table) {
                let left = limit - u32::try_from(swept).unwrap_or(limit).min(limit);
                if left > 0 {
                    swept += rows.sweep(&mut self.tx, cutoff, left).await?;
                }
            }
            Ok(swept)
        })
    }
}

/// Statements for rows of one table.
enum AgedRows {
    /// An index has them in the order of their moment. `?1` is the cutoff; in `up_to` `?1` and `?2` are the moment and
    /// the key of the last row of the batch, and `?3` is the cutoff where `asks_twice`.
    ByMoment {
        last: &'static str,
        up_to: &'static str,
        asks_twice: bool,
        rest: &'static str,
    },
    /// Their ids are UUIDv7, which begin with the moment: the primary key has them in its order, but for rows that were made in
    /// one and the same. `?1` is the cutoff, `?2` the id up to which rows go. Where the clock of tests has run ahead, ids
    /// are older than their rows, which stay until they are old themselves.
    ById {
        last: &'static str,
        up_to: &'static str,
    },
    /// Answers to idempotency keys, whose primary key has three columns.
    Answers,
}

macro_rules! by_moment {
    ($table:literal, $at:literal, $key:literal) => {
        by_moment!($table, $at, $key, "", "", false)
    };
    ($table:literal, $at:literal, $key:literal, $and:literal) => {
        by_moment!($table, $at, $key, $and, $and, false)
    };
    ($table:literal, $at:literal, $key:literal, $and:literal, $and_up_to:literal, $asks_twice:literal) => {
        AgedRows::ByMoment {
            last: concat!(
                "SELECT ",
                $at,
                ", ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $at,
                " < ?1",
                $and,
                " ORDER BY ",
                $at,
                ", ",
                $key,
                " LIMIT 1 OFFSET ?2"
            ),
            up_to: concat!(
                "DELETE FROM ",
                $table,
                " WHERE ",
                $at,
                " <= ?1 AND (",
                $at,
                " < ?1 OR ",
                $key,
                " <= ?2)",
                $and_up_to
            ),
            asks_twice: $asks_twice,
            rest: concat!("DELETE FROM ", $table, " WHERE ", $at, " < ?1", $and),
        }
    };
}

macro_rules! by_id {
    ($table:literal, $at:literal) => {
        by_id!($table, $at, "")
    };
    ($table:literal, $at:literal, $and:literal) => {
        AgedRows::ById {
            last: concat!(
                "SELECT id FROM ",
                $table,
                " WHERE id < ?2 AND ",
                $at,
                " < ?1",
                $and,
                " ORDER BY id LIMIT 1 OFFSET ?3"
            ),
            up_to: concat!(
                "DELETE FROM ",
                $table,
                " WHERE id <= ?2 AND ",
                $at,
                " < ?1",
                $and
            ),
        }
    };
}

static ACCOUNT_TOKENS: [AgedRows; 1] = [by_moment!("account_tokens", "expires_at", "hash")];
static INVITES: [AgedRows; 1] = [by_moment!("invites", "expires_at", "hash")];
static LOGINS: [AgedRows; 1] = [by_moment!("logins", "expires_at", "id")];
static DELIVERIES: [AgedRows; 1] = [by_moment!(
    "deliveries",
    "created_at",
    "id",
    " AND state <> 'pending'"
)];
static MAIL_ADDRESSES: [AgedRows; 1] = [by_moment!("mail_addresses", "day_at", "address_hash")];
/// An index has those of each state by id.
static DUE_JOBS: [AgedRows; 4] = [
    by_id!("due_jobs", "due_at", " AND state = 'done'"),
    by_id!("due_jobs", "due_at", " AND state = 'missed'"),
    by_id!("due_jobs", "due_at", " AND state = 'cancelled'"),
    by_id!("due_jobs", "due_at", " AND state = 'failed'"),
];
static MAILS: [AgedRows; 1] = [by_moment!(
    "mails",
    "created_at",
    "id",
    " AND state <> 'due'"
)];
static NOTIFICATIONS: [AgedRows; 1] = [by_id!("notifications", "created_at")];
static REPORTS: [AgedRows; 1] = [by_id!("reports", "created_at")];
static ANSWERS: [AgedRows; 1] = [AgedRows::Answers];
/// One that has been claimed stands in `gifts`, too, and is found there by this row.
static ADDRESSED_GIFTS: [AgedRows; 2] = [
    by_moment!(
        "addressed_gifts",
        "sent_at",
        "gift_id",
        " AND fate = 'waiting' AND opens_at < ?1",
        " AND fate = 'waiting' AND opens_at < ?3",
        true
    ),
    by_moment!(
        "addressed_gifts",
        "sent_at",
        "gift_id",
        " AND fate = 'withdrawn' AND opens_at < ?1",
        " AND fate = 'withdrawn' AND opens_at < ?3",
        true
    ),
];

fn statements(table: SweptTable) -> &'static [AgedRows] {
    match table {
        SweptTable::AccountTokens => &ACCOUNT_TOKENS,
        SweptTable::AddressedGifts => &ADDRESSED_GIFTS,
        SweptTable::Deliveries => &DELIVERIES,
        SweptTable::DueJobs => &DUE_JOBS,
        SweptTable::Idempotency => &ANSWERS,
        SweptTable::Invites => &INVITES,
        SweptTable::Logins => &LOGINS,
        SweptTable::MailAddresses => &MAIL_ADDRESSES,
        SweptTable::Mails => &MAILS,
        SweptTable::Notifications => &NOTIFICATIONS,
        SweptTable::Reports => &REPORTS,
    }
}

impl AgedRows {
    async fn sweep(
        &self,
        tx: &mut WriteTransaction,
        cutoff: UnixMs,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let offset = limit.saturating_sub(1);
        match self {
            Self::ByMoment {
                last,
                up_to,
                asks_twice,
                rest,
            } => {
                let last: Option<(UnixMs, String)> = query(last)
                    .bind(cutoff)
                    .bind(offset)
                    .fetch_optional(tx)
                    .await?;
                let delete = match last {
                    Some((at, key)) if *asks_twice => query(up_to).bind(at).bind(key).bind(cutoff),
                    Some((at, key)) => query(up_to).bind(at).bind(key),
                    None => query(rest).bind(cutoff),
                };
                Ok(delete.execute(tx).await?)
            }
            Self::ById { last, up_to } => {
                let before = first_id_of(cutoff);
                let last: Option<(String,)> = query(last)
                    .bind(cutoff)
                    .bind(&before)
                    .bind(offset)
                    .fetch_optional(tx)
                    .await?;
                let last = last.map_or(before, |(id,)| id);
                Ok(query(up_to).bind(cutoff).bind(last).execute(tx).await?)
            }
            Self::Answers => sweep_answers(tx, cutoff, offset).await,
        }
    }
}

async fn sweep_answers(
    tx: &mut WriteTransaction,
    cutoff: UnixMs,
    offset: u32,
) -> Result<u64, StoreError> {
    let last: Option<(UnixMs, String, String, String)> = query(
        "SELECT created_at, application, scope, \"key\" FROM idempotency WHERE created_at < ?1 \
         ORDER BY created_at, application, scope, \"key\" LIMIT 1 OFFSET ?2",
    )
    .bind(cutoff)
    .bind(offset)
    .fetch_optional(tx)
    .await?;
    let Some((at, application, scope, key)) = last else {
        let rest = query("DELETE FROM idempotency WHERE created_at < ?1").bind(cutoff);
        return Ok(rest.execute(tx).await?);
    };
    let deleted = query(
        "DELETE FROM idempotency WHERE created_at <= ?1 AND \
         (created_at < ?1 OR (application, scope, \"key\") <= (?2, ?3, ?4))",
    )
    .bind(at)
    .bind(application)
    .bind(scope)
    .bind(key)
    .execute(tx)
    .await?;
    Ok(deleted)
}

/// What every UUIDv7 of that moment is above, and every earlier one below.
fn first_id_of(at: UnixMs) -> String {
    let ms = at.0.max(0);
    format!("{:08x}-{:04x}-", ms >> 16, ms & 0xffff)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use scheduler_core::TABLE_AGES;
    use storage::Schema;
    use storage::testing::{TestDatabase, TestEngine};
    use uuid::{ContextV7, Timestamp, Uuid};

    use super::*;

    #[tokio::test]
    async fn sch_338_every_table_of_the_schema_has_an_age_or_a_reason_to_have_none() {
        let place = TestDatabase::create(TestEngine::Sqlite).await;
        let place = place.expect("a file is always there");
        let database = place.open(Schema::scheduler()).await.unwrap();
        let tables: Vec<(String,)> = query(
            "SELECT name FROM sqlite_master WHERE type = 'table' \
             AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx_%' ORDER BY name",
        )
        .fetch_all(&mut database.read().await.unwrap())
        .await
        .unwrap();
        database.close().await;
        let tables: BTreeSet<_> = tables.iter().map(|(name,)| name.as_str()).collect();
        let known: BTreeSet<_> = TABLE_AGES.iter().map(|(name, _)| *name).collect();
        let without: Vec<_> = tables.difference(&known).collect();
        assert!(
            without.is_empty(),
            "say in scheduler/core/src/retention.rs how long they keep rows: {without:?}"
        );
        let gone: Vec<_> = known.difference(&tables).collect();
        assert!(gone.is_empty(), "not in the schema: {gone:?}");
    }

    #[test]
    fn sch_339_an_id_is_below_those_of_a_later_moment_and_above_those_of_an_earlier_one() {
        for ms in [0, 65_535, 65_536, 1_900_000_000_000] {
            let id = |ms: u64| {
                let seconds = ms / 1_000;
                let nanos = u32::try_from(ms % 1_000).unwrap() * 1_000_000;
                let at = Timestamp::from_unix(ContextV7::new(), seconds, nanos);
                Uuid::new_v7(at).to_string()
            };
            let first = first_id_of(UnixMs(i64::try_from(ms).unwrap()));
            assert!(first < id(ms), "{first}");
            assert!(ms == 0 || first > id(ms - 1), "{first}");
        }
    }
}
