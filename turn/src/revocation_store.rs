//! Which credentials are revoked, on disk: an event is answered once this is durable, and a relay that starts
//! again knows them.

use std::path::Path;

use storage::{Database, FromRow, Inbox, OpenError, Row, Schema, query};
use wire::{Event, EventBatch, EventType, SessionFact, UnixMs};

/// Most that are read at a start: as many as the core remembers, those that last longest.
const MOST: i64 = 65_536;

/// One person's credentials for a session, or everybody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revocation {
    /// Id of the session.
    pub(crate) session: String,
    /// Id of the person; `None` for all.
    pub(crate) person: Option<String>,
    /// When the last of these credentials has run out.
    pub(crate) until: UnixMs,
}

impl Revocation {
    /// What an event revokes, of credentials that are good for `life_ms`; `None` for one that revokes nothing,
    /// or makes no sense.
    pub(crate) fn of(event: &Event, life_ms: i64) -> Option<Self> {
        let person = match EventType::from_name(&event.kind)? {
            EventType::SessionEnded | EventType::SessionCancelled => None,
            EventType::UserKicked => {
                let fact: SessionFact = serde_json::from_value(event.data.clone()).ok()?;
                Some(fact.user_id?.0)
            }
            _ => return None,
        };
        Some(Self {
            session: event.subject.clone(),
            person,
            until: event.occurred_at + life_ms,
        })
    }
}

impl FromRow for Revocation {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        let (session, person, until): (String, String, UnixMs) = FromRow::from_row(row)?;
        Ok(Self {
            session,
            person: (!person.is_empty()).then_some(person),
            until,
        })
    }
}

/// The relay's database. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct RevocationStore {
    database: Database,
}

impl RevocationStore {
    /// Opens `turn.db` of the data directory, making it where it is not there.
    pub(crate) async fn open(data_dir: &Path) -> Result<Self, OpenError> {
        let database = Database::open_file(&data_dir.join("turn.db"), Schema::turn()).await?;
        Ok(Self { database })
    }

    /// Those that have not run out.
    pub(crate) async fn load(&self, now: UnixMs) -> Result<Vec<Revocation>, storage::Error> {
        let mut connection = self.database.read().await?;
        query(
            "SELECT session, person, until FROM revocations WHERE until > ?1
             ORDER BY until DESC LIMIT ?2",
        )
        .bind(now)
        .bind(MOST)
        .fetch_all(&mut connection)
        .await
    }

    /// Commits what the events of a batch revoke, and gives it; nothing for those that came before.
    pub(crate) async fn take(
        &self,
        batch: &EventBatch,
        life_ms: i64,
        now: UnixMs,
    ) -> Result<Vec<Revocation>, storage::Error> {
        let mut transaction = self.database.begin().await?;
        let mut taken = Vec::new();
        for event in &batch.events {
            if !Inbox::take(&mut transaction, event, now).await? {
                continue;
            }
            let revocation = Revocation::of(event, life_ms);
            taken.extend(revocation.filter(|revocation| revocation.until > now));
        }
        for revocation in &taken {
            query(
                "INSERT INTO revocations (session, person, until) VALUES (?1, ?2, ?3)
                 ON CONFLICT (session, person) DO UPDATE SET
                     until = GREATEST(revocations.until, excluded.until)",
            )
            .bind(&revocation.session)
            .bind(revocation.person.as_deref().unwrap_or_default())
            .bind(revocation.until)
            .execute(&mut transaction)
            .await?;
        }
        Inbox::advance(&mut transaction, batch, now).await?;
        transaction.commit().await?;
        Ok(taken)
    }

    /// Forgets what has run out.
    pub(crate) async fn prune(&self, now: UnixMs) -> Result<(), storage::Error> {
        let over = query("DELETE FROM revocations WHERE until <= ?1").bind(now);
        self.database.execute(over).await?;
        Inbox::prune(&self.database, now).await?;
        Ok(())
    }

    /// Whether a row could be written, which readiness asks.
    pub(crate) async fn probe(&self) -> Result<(), String> {
        self.database.probe_writable().await
    }

    /// Closes every connection.
    pub(crate) async fn close(&self) {
        self.database.close().await;
    }
}
