//! API keys, by their hashes.

use storage::Database;
use wire::UnixMs;

use super::unreadable;
use crate::scope::Scope;
use crate::store::{ApiKey, StoreError};

#[derive(sqlx::FromRow)]
struct ApiKeyRow {
    application: String,
    scope: String,
    created_at: i64,
}

impl ApiKeyRow {
    fn into_key(self) -> Result<ApiKey, StoreError> {
        let scope = Scope::from_name(&self.scope);
        Ok(ApiKey {
            name: self.application,
            scope: scope.ok_or_else(|| unreadable("a key"))?,
        })
    }
}

pub(super) async fn key(db: &Database, hash: String) -> Result<Option<ApiKey>, StoreError> {
    sqlx::query_as::<_, ApiKeyRow>(
        "SELECT application, scope, created_at FROM api_keys WHERE hash = ?1",
    )
    .bind(hash)
    .fetch_optional(db.readers())
    .await?
    .map(ApiKeyRow::into_key)
    .transpose()
}

pub(super) async fn add(
    db: &Database,
    hash: String,
    key: ApiKey,
    now: UnixMs,
) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "INSERT INTO api_keys (hash, application, scope, created_at) VALUES (?1, ?2, ?3, ?4)",
    )
    .bind(hash)
    .bind(key.name)
    .bind(key.scope.name())
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn void_others(db: &Database, hash: String) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "DELETE FROM api_keys WHERE hash <> ?1 AND (application, scope) = \
         (SELECT application, scope FROM api_keys WHERE hash = ?1)",
    )
    .bind(hash)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn list(db: &Database) -> Result<Vec<(ApiKey, UnixMs)>, StoreError> {
    let rows: Vec<ApiKeyRow> = sqlx::query_as(
        "SELECT application, scope, created_at FROM api_keys ORDER BY application, created_at",
    )
    .fetch_all(db.readers())
    .await?;
    rows.into_iter()
        .map(|row| {
            let created_at = UnixMs(row.created_at);
            Ok((row.into_key()?, created_at))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::SchedulerStore as _;
    use crate::store::sqlite::SqliteStore;

    #[tokio::test]
    async fn sch_83_a_key_from_before_there_were_scopes_is_an_applications() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scheduler.db");
        let mut old = sqlx::migrate!("../migrations/scheduler/sqlite");
        old.migrations.to_mut().truncate(2);
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
        let db = sqlx::SqlitePool::connect_with(options.create_if_missing(true))
            .await
            .unwrap();
        old.run(&db).await.unwrap();
        sqlx::query("INSERT INTO api_keys (hash, application, created_at) VALUES ('h', 'shop', 1)")
            .execute(&db)
            .await
            .unwrap();
        db.close().await;

        let store = SqliteStore::open(&path).await.unwrap();
        let key = store.key("h".into()).await.unwrap().unwrap();
        assert_eq!((key.name.as_str(), key.scope), ("shop", Scope::App));
        store.close().await;
    }
}
