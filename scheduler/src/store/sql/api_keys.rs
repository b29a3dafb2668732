//! API keys, by their hashes.

use storage::{FromRow, Row, query};
use wire::UnixMs;

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::scope::Scope;
use crate::store::{ApiKey, ApiKeyQueries, ApiKeyRepository, StoreError, StoreFuture, StoredKey};

impl ApiKeyQueries for SqlStore {
    fn find(&self, hash: String) -> StoreFuture<'_, Option<StoredKey>> {
        Box::pin(async move {
            let row: Option<ApiKeyRow> = query(
                "SELECT hash, application, scope, created_at, last_used_at FROM api_keys \
                 WHERE hash = ?1",
            )
            .bind(hash)
            .fetch_optional(&mut self.db.read().await?)
            .await?;
            row.map(ApiKeyRow::into_key).transpose()
        })
    }

    fn list(&self) -> StoreFuture<'_, Vec<StoredKey>> {
        Box::pin(async {
            let rows: Vec<ApiKeyRow> = query(
                "SELECT hash, application, scope, created_at, last_used_at FROM api_keys \
                 ORDER BY application, created_at",
            )
            .fetch_all(&mut self.db.read().await?)
            .await?;
            rows.into_iter().map(ApiKeyRow::into_key).collect()
        })
    }
}

impl ApiKeyRepository for SqlUnitOfWork {
    fn add<'a>(&'a mut self, hash: &'a str, key: &'a ApiKey, now: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query(
                "INSERT INTO api_keys (hash, application, scope, created_at) \
                 VALUES (?1, ?2, ?3, ?4)",
            )
            .bind(hash)
            .bind(&key.name)
            .bind(key.scope.name())
            .bind(now)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn mark_used<'a>(&'a mut self, hash: &'a str, now: UnixMs) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("UPDATE api_keys SET last_used_at = ?1 WHERE hash = ?2")
                .bind(now)
                .bind(hash)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn revoke<'a>(&'a mut self, hash: &'a str) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let revoked = query("DELETE FROM api_keys WHERE hash = ?1")
                .bind(hash)
                .execute(&mut self.tx)
                .await?;
            Ok(revoked == 1)
        })
    }

    fn revoke_others<'a>(&'a mut self, hash: &'a str, key: &'a ApiKey) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            query("DELETE FROM api_keys WHERE hash <> ?1 AND application = ?2 AND scope = ?3")
                .bind(hash)
                .bind(&key.name)
                .bind(key.scope.name())
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }
}

struct ApiKeyRow {
    hash: String,
    application: String,
    scope: String,
    created_at: UnixMs,
    last_used_at: Option<UnixMs>,
}

impl FromRow for ApiKeyRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            hash: row.get("hash")?,
            application: row.get("application")?,
            scope: row.get("scope")?,
            created_at: row.get("created_at")?,
            last_used_at: row.get("last_used_at")?,
        })
    }
}

impl ApiKeyRow {
    fn into_key(self) -> Result<StoredKey, StoreError> {
        let scope = Scope::from_name(&self.scope).ok_or_else(|| unreadable("a key"))?;
        Ok(StoredKey {
            hash: self.hash,
            key: ApiKey {
                name: self.application,
                scope,
            },
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use storage::DatabaseUrl;

    use super::*;
    use crate::store::SchedulerStore as _;
    use crate::store::sql::SqlStore;

    #[tokio::test]
    async fn sch_83_a_key_from_before_there_were_scopes_is_an_applications() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scheduler.db");
        let events = sqlx::migrate!("../migrations/events/sqlite");
        let scheduler = sqlx::migrate!("../migrations/scheduler/sqlite");
        let old = [&events.migrations[0], &scheduler.migrations[0]].map(Clone::clone);
        let old = sqlx::migrate::Migrator::with_migrations(old.into());
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

        let store = SqlStore::open(&DatabaseUrl::sqlite(&path).into())
            .await
            .unwrap();
        let key = store
            .api_keys()
            .find("h".into())
            .await
            .unwrap()
            .unwrap()
            .key;
        assert_eq!((key.name.as_str(), key.scope), ("shop", Scope::App));
        store.close().await;
    }
}
