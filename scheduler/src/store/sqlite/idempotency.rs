//! The first answer to each `Idempotency-Key`. What is kept holds no credential: join links are made
//! anew from it, and come out the same.

use sqlx::SqliteConnection;
use storage::Database;
use wire::UnixMs;

use crate::store::{CommandOutcome, IdempotencyKey, StoreError};
use scheduler_core::BookedSession;

pub(super) async fn look_up(
    db: &Database,
    application: String,
    idempotency: IdempotencyKey,
) -> Result<Option<CommandOutcome>, StoreError> {
    let mut connection = db.readers().acquire().await?;
    find(&mut connection, &application, Some(&idempotency)).await
}

/// What the key stands for already.
pub(super) async fn find(
    connection: &mut SqliteConnection,
    application: &str,
    idempotency: Option<&IdempotencyKey>,
) -> Result<Option<CommandOutcome>, StoreError> {
    let Some(idempotency) = idempotency else {
        return Ok(None);
    };
    let found: Option<(String, String, i64)> = sqlx::query_as(
        "SELECT fingerprint, answer, created_at FROM idempotency \
         WHERE application = ?1 AND scope = ?2 AND key = ?3",
    )
    .bind(application)
    .bind(&idempotency.scope)
    .bind(&idempotency.key)
    .fetch_optional(connection)
    .await?;
    Ok(match found {
        None => None,
        Some((fingerprint, ..)) if fingerprint != idempotency.fingerprint => {
            Some(CommandOutcome::KeyReused)
        }
        Some((_, answer, at)) => Some(CommandOutcome::Repeated {
            session: serde_json::from_str(&answer)?,
            at: UnixMs(at),
        }),
    })
}

/// Keeps the answer with the write that it answers.
pub(super) async fn keep(
    connection: &mut SqliteConnection,
    application: &str,
    idempotency: Option<&IdempotencyKey>,
    session: &BookedSession,
    now: UnixMs,
) -> Result<(), StoreError> {
    let Some(idempotency) = idempotency else {
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO idempotency (application, scope, key, fingerprint, answer, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(application)
    .bind(&idempotency.scope)
    .bind(&idempotency.key)
    .bind(&idempotency.fingerprint)
    .bind(serde_json::to_string(session)?)
    .bind(now.0)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn forget(db: &Database, before: UnixMs) -> Result<u64, StoreError> {
    let mut tx = db.begin().await?;
    let forgotten = sqlx::query("DELETE FROM idempotency WHERE created_at < ?1")
        .bind(before.0)
        .execute(&mut *tx)
        .await?
        .rows_affected();
    tx.commit().await?;
    Ok(forgotten)
}
