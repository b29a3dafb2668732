//! Answers to idempotency keys.

use scheduler_core::{IdempotencyKey, StoredAnswer};
use storage::{SqlConnection, query};
use wire::UnixMs;

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{IdempotencyQueries, IdempotencyRepository, StoreError, StoreFuture};

impl IdempotencyQueries for SqlStore {
    fn find(
        &self,
        application: String,
        key: IdempotencyKey,
    ) -> StoreFuture<'_, Option<StoredAnswer>> {
        Box::pin(async move {
            let mut connection = self.db.read().await?;
            find(&mut connection, &application, &key).await
        })
    }
}

impl IdempotencyRepository for SqlUnitOfWork {
    fn find<'a>(
        &'a mut self,
        application: &'a str,
        key: &'a IdempotencyKey,
    ) -> StoreFuture<'a, Option<StoredAnswer>> {
        Box::pin(find(&mut self.tx, application, key))
    }

    fn insert<'a>(&'a mut self, answer: &'a StoredAnswer) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO idempotency (application, scope, \"key\", fingerprint, answer, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .bind(&answer.application)
            .bind(&answer.key.scope)
            .bind(&answer.key.key)
            .bind(&answer.key.fingerprint)
            .bind(serde_json::to_string(&answer.answer)?)
            .bind(answer.at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

async fn find(
    connection: &mut dyn SqlConnection,
    application: &str,
    key: &IdempotencyKey,
) -> Result<Option<StoredAnswer>, StoreError> {
    let found: Option<(String, String, UnixMs)> = query(
        "SELECT fingerprint, answer, created_at FROM idempotency \
         WHERE application = ?1 AND scope = ?2 AND \"key\" = ?3",
    )
    .bind(application)
    .bind(&key.scope)
    .bind(&key.key)
    .fetch_optional(connection)
    .await?;
    let Some((fingerprint, answer, at)) = found else {
        return Ok(None);
    };
    Ok(Some(StoredAnswer {
        application: application.to_owned(),
        key: IdempotencyKey {
            fingerprint,
            ..key.clone()
        },
        answer: serde_json::from_str(&answer)?,
        at,
    }))
}
