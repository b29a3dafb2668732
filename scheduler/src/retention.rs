//! Deletes what is too old: table by table, in small transactions with a pause between, so that nobody waits long.
//!
//! Two nodes that sweep at once do no harm: of what both find each row is deleted by one, and the other one's deletion finds
//! less. Sessions are not swept here: each has a job that erases it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use scheduler_core::{RetentionSettings, SWEEP_ROWS, SweptTable};
use service::{Shutdown, clock};
use storage::{Database, Inbox, Outbox};
use wire::UnixMs;

use crate::commands::{prune_audit, sweep};
use crate::store::{SchedulerStore, StoreError};

/// Between two transactions: whoever waits for the store is let in.
const PAUSE: Duration = Duration::from_millis(20);
/// A sweep that takes longer is broken off, and goes on with the next one: less than a run may take before another node
/// takes its task over.
const LONGEST_SWEEP_MS: i64 = 10 * 60_000;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// What is swept, and when it is too old.
#[derive(Clone)]
pub(crate) struct RetentionSweep {
    pub(crate) store: Arc<dyn SchedulerStore>,
    pub(crate) outbox: Outbox,
    pub(crate) database: Database,
    pub(crate) settings: RetentionSettings,
    /// Of the audit log.
    pub(crate) audit_days: u32,
    pub(crate) audit_rows: u32,
    pub(crate) shutdown: Shutdown,
}

impl RetentionSweep {
    /// Deletes what is too old at `now`. What fails is left to the next sweep, and stops no other table's.
    pub(crate) async fn run(&self, now: UnixMs) -> Result<(), StoreError> {
        let store = &*self.store;
        let ends_at = clock::steady() + LONGEST_SWEEP_MS;
        let mut failed = None;
        for table in SweptTable::ALL.iter().copied() {
            let cutoff = table.cutoff(now, &self.settings);
            let batch = || sweep(store, table, cutoff, SWEEP_ROWS);
            failed = self
                .drain(table.name(), ends_at, batch)
                .await
                .err()
                .or(failed);
        }
        let before = now - i64::from(self.audit_days) * DAY_MS;
        let batch = || prune_audit(store, before, self.audit_rows, SWEEP_ROWS);
        failed = self.drain("audit", ends_at, batch).await.err().or(failed);
        let batch = async || Ok(self.outbox.prune_some(now, SWEEP_ROWS).await?);
        failed = self.drain("outbox", ends_at, batch).await.err().or(failed);
        let batch = async || Ok(Inbox::prune_some(&self.database, now, SWEEP_ROWS).await?);
        failed = self.drain("inbox", ends_at, batch).await.err().or(failed);
        failed.map_or(Ok(()), Err)
    }

    /// Runs `batch` until it finds less than a whole one.
    async fn drain<Fut>(
        &self,
        table: &'static str,
        ends_at: UnixMs,
        batch: impl Fn() -> Fut,
    ) -> Result<(), StoreError>
    where
        Fut: Future<Output = Result<u64, StoreError>>,
    {
        loop {
            let swept = batch().await.inspect_err(|error| {
                tracing::warn!(%error, table, "old rows could not be deleted; they go with the next sweep");
            })?;
            metrics::counter!("retention_rows_total", "table" => table).increment(swept);
            if swept < u64::from(SWEEP_ROWS) || self.shutdown.is_started() {
                return Ok(());
            }
            if clock::steady() >= ends_at {
                metrics::counter!("retention_cut_short_total", "table" => table).increment(1);
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use storage::testing::{TestDatabase, TestEngine, patient};
    use storage::{Value, query};

    use super::*;
    use crate::config::{Limits, StoreLocation};
    use crate::store::sql::SqlStore;

    const NOW: UnixMs = UnixMs(1_900_000_000_000);
    /// More than two batches.
    const MANY: i64 = 1_100;

    /// An insert of one row whose moment is `?1`, under an id of that moment, `?2`; and the table's age in days.
    const TABLES: &[(&str, i64, &str)] = &[
        (
            "account_tokens",
            0,
            "INSERT INTO account_tokens (expires_at, hash, user_id, kind, email) VALUES (?1, ?2, 'u', 'reset', 'a@x')",
        ),
        (
            "addressed_gifts",
            400,
            "INSERT INTO addressed_gifts (sent_at, gift_id, giver_id, email, email_key, kind, letter, times, opens_at, fate) VALUES (?1, ?2, 'u', 'a@x', 'a@x', 'plain', 'Hi', '[]', ?1, 'waiting')",
        ),
        (
            "audit",
            400,
            "INSERT INTO audit (at, id, actor, action, subject) VALUES (?1, ?2, 'x', 'y', 'z')",
        ),
        (
            "deliveries",
            30,
            "INSERT INTO deliveries (created_at, id, idempotency_key, channel, kind, application, state, attempts, term, due_at) VALUES (?1, ?2, ?2, 'push', 'k', 'shop', 'sent', 1, 1, ?1)",
        ),
        (
            "due_jobs",
            30,
            "INSERT INTO due_jobs (due_at, id, subject_kind, subject_id, revision, kind, before_ms, user_id, state) VALUES (?1, ?2, 'room', ?2, 1, 'k', 0, 'u', 'done')",
        ),
        (
            "idempotency",
            1,
            "INSERT INTO idempotency (created_at, \"key\", application, scope, fingerprint, answer) VALUES (?1, ?2, 'shop', 'book', 'f', '{}')",
        ),
        (
            "inbox",
            30,
            "INSERT INTO inbox (received_at, event_id) VALUES (?1, ?2)",
        ),
        (
            "invites",
            0,
            "INSERT INTO invites (expires_at, hash, created_at) VALUES (?1, ?2, 1)",
        ),
        (
            "logins",
            0,
            "INSERT INTO logins (expires_at, id, user_id, hash, created_at, last_used_at) VALUES (?1, ?2, 'u', ?2, 1, 1)",
        ),
        (
            "mail_addresses",
            365,
            "INSERT INTO mail_addresses (day_at, address_hash, sent) VALUES (?1, ?2, 1)",
        ),
        (
            "mails",
            2,
            "INSERT INTO mails (created_at, id, kind, address, address_key, locale, due_at, attempts, state) VALUES (?1, ?2, 'reset', 'a@x', 'a@x', 'en', 1, 1, 'sent')",
        ),
        (
            "notifications",
            180,
            "INSERT INTO notifications (created_at, id, user_id, kind, cause) VALUES (?1, ?2, 'u', 'k', ?2)",
        ),
        (
            "reports",
            400,
            "INSERT INTO reports (created_at, id, by_id, user_id, reason) VALUES (?1, ?2, 'u', 'u', 'spam')",
        ),
    ];

    /// As a UUIDv7 of that moment.
    fn id(at: UnixMs, number: i64) -> String {
        format!(
            "{:08x}-{:04x}-7000-8000-{number:012}",
            at.0 >> 16,
            at.0 & 0xffff
        )
    }

    async fn sweep() -> (TestDatabase, SqlStore, RetentionSweep) {
        let place = TestDatabase::create(TestEngine::Sqlite).await;
        let place = place.expect("a file is always there");
        let location = StoreLocation {
            database: place.url().clone(),
            options: patient(),
        };
        let store = SqlStore::open(&location).await.unwrap();
        let limits = Limits::default();
        let sweep = RetentionSweep {
            store: Arc::new(store.clone()),
            outbox: Outbox::new(store.database().clone()),
            database: store.database().clone(),
            settings: RetentionSettings::default(),
            audit_days: limits.audit_days,
            audit_rows: limits.audit_rows,
            shutdown: Shutdown::new(),
        };
        (place, store, sweep)
    }

    #[tokio::test]
    async fn sch_339_nothing_older_than_its_limit_stays_and_nothing_younger_goes() {
        let (_place, store, sweep) = sweep().await;
        let mut work = store.database().begin().await.unwrap();
        for person in [
            "INSERT INTO users (id, application, external_id, name, created_at) VALUES ('u', 'people', 'u', 'U', 1)",
            "INSERT INTO accounts (user_id, email, email_key, email_verified, password, discoverable, notify) VALUES ('u', 'a@x', 'a@x', 1, 'p', 0, '{}')",
        ] {
            query(person).execute(&mut work).await.unwrap();
        }
        for &(name, days, insert) in TABLES {
            let limit = NOW - days * DAY_MS;
            let ages = [limit - 1, limit, limit + 3_600_000];
            let many = (0..MANY)
                .map(|number| limit - 1 - number % 7)
                .filter(|_| name == "invites");
            for (number, at) in (0..).zip(ages.into_iter().chain(many)) {
                let values: [Value<'_>; 2] = [at.into(), id(at, number).into()];
                let [at, id] = values;
                query(insert)
                    .bind(at)
                    .bind(id)
                    .execute(&mut work)
                    .await
                    .unwrap();
            }
        }
        work.commit().await.unwrap();
        sweep.run(NOW).await.unwrap();

        let mut left = BTreeMap::new();
        let mut connection = store.database().read().await.unwrap();
        for &(name, _, insert) in TABLES {
            let moment = insert.split(['(', ',']).nth(1).unwrap();
            let text: &'static str = format!("SELECT count(*), min({moment}) FROM {name}").leak();
            let found: (i64, UnixMs) = query(text).fetch_one(&mut connection).await.unwrap();
            left.insert(name, found);
        }
        for &(name, days, _) in TABLES {
            assert_eq!(left[name], (2, NOW - days * DAY_MS), "{name}");
        }
    }
}
