//! What applications say of themselves.

use scheduler_core::ApplicationProfile;
use storage::query;

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{ApplicationQueries, ApplicationRepository, StoreError, StoreFuture};

impl ApplicationQueries for SqlStore {
    fn find(&self, id: String) -> StoreFuture<'_, Option<ApplicationProfile>> {
        Box::pin(async move {
            let row: Option<(String, u64)> =
                query("SELECT body, revision FROM applications WHERE id = ?1")
                    .bind(id)
                    .fetch_optional(&mut self.db.read().await?)
                    .await?;
            row.map(application).transpose()
        })
    }

    fn list(&self) -> StoreFuture<'_, Vec<ApplicationProfile>> {
        Box::pin(async move {
            let rows: Vec<(String, u64)> =
                query("SELECT body, revision FROM applications ORDER BY id")
                    .fetch_all(&mut self.db.read().await?)
                    .await?;
            rows.into_iter().map(application).collect()
        })
    }
}

impl ApplicationRepository for SqlUnitOfWork {
    fn find<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, Option<ApplicationProfile>> {
        Box::pin(async move {
            let row: Option<(String, u64)> =
                query("SELECT body, revision FROM applications WHERE id = ?1 FOR UPDATE")
                    .bind(id)
                    .fetch_optional(&mut self.tx)
                    .await?;
            row.map(application).transpose()
        })
    }

    fn insert<'a>(&'a mut self, application: &'a ApplicationProfile) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("INSERT INTO applications (id, revision, body) VALUES (?1, ?2, ?3)")
                .bind(&application.said.id)
                .bind(application.revision)
                .bind(serde_json::to_string(&application.said)?)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn update<'a>(&'a mut self, application: &'a ApplicationProfile) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("UPDATE applications SET revision = ?1, body = ?2 WHERE id = ?3")
                .bind(application.revision)
                .bind(serde_json::to_string(&application.said)?)
                .bind(&application.said.id)
                .execute(&mut self.tx)
                .await?;
            Ok(())
        })
    }
}

fn application((body, revision): (String, u64)) -> Result<ApplicationProfile, StoreError> {
    Ok(ApplicationProfile {
        said: serde_json::from_str(&body)?,
        revision,
    })
}
