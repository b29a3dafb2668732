//! API keys, by their hashes.

use storage::{FromRow, Row, query};
use wire::UnixMs;

use super::unit_of_work::SqlUnitOfWork;
use super::{SqlStore, unreadable};
use crate::scope::Scope;
use crate::store::{ApiKey, ApiKeyQueries, ApiKeyRepository, StoreError, StoreFuture};

impl ApiKeyQueries for SqlStore {
    fn find(&self, hash: String) -> StoreFuture<'_, Option<ApiKey>> {
        Box::pin(async move {
            let row: Option<ApiKeyRow> =
                query("SELECT application, scope, created_at FROM api_keys WHERE hash = ?1")
                    .bind(hash)
                    .fetch_optional(&mut self.db.read().await?)
                    .await?;
            row.map(ApiKeyRow::into_key).transpose()
        })
    }

    fn list(&self) -> StoreFuture<'_, Vec<(ApiKey, UnixMs)>> {
        Box::pin(async {
            let rows: Vec<ApiKeyRow> = query(
                "SELECT application, scope, created_at FROM api_keys \
                 ORDER BY application, created_at",
            )
            .fetch_all(&mut self.db.read().await?)
            .await?;
            let listed = |row: ApiKeyRow| {
                let created_at = row.created_at;
                Ok((row.into_key()?, created_at))
            };
            rows.into_iter().map(listed).collect()
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
    application: String,
    scope: String,
    created_at: UnixMs,
}

impl FromRow for ApiKeyRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self {
            application: row.get("application")?,
            scope: row.get("scope")?,
            created_at: row.get("created_at")?,
        })
    }
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

#[cfg(test)]
mod tests {
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

        let store = SqlStore::open(&path).await.unwrap();
        let key = store.api_keys().find("h".into()).await.unwrap().unwrap();
        assert_eq!((key.name.as_str(), key.scope), ("shop", Scope::App));
        store.close().await;
    }
}
