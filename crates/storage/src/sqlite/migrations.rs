//! Bringing a file's tables up to date.

use sqlx::Connection as _;
use sqlx::SqliteConnection;
use sqlx::migrate::Migrate as _;

use super::transaction::BEGIN;
use crate::catalog::CatalogQueries;
use crate::migrations::{MigrationStatus, TABLE, migrate_error};
use crate::{DatabaseUrl, OpenError, Schema};

const CATALOG: CatalogQueries = CatalogQueries {
    has_migrations: "SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'",
    other_table: "SELECT min(name) FROM sqlite_schema \
         WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '_sqlx_migrations'",
};

/// Applies those that are missing, all of them in one transaction: a process that is killed leaves what was there,
/// and a second one waits.
pub(super) async fn run(
    connection: &mut SqliteConnection,
    database: &DatabaseUrl,
    schema: Schema,
) -> Result<(), OpenError> {
    if progress(connection, database, schema).await?.is_complete() {
        return Ok(());
    }
    let failed = |error: sqlx::Error| OpenError::Migrate {
        database: database.clone(),
        source: error.into(),
    };
    let mut transaction = connection.begin_with(BEGIN).await.map_err(failed)?;
    let created = transaction.ensure_migrations_table(TABLE).await;
    created.map_err(|error| migrate_error(database, error))?;
    // Another process may have done it meanwhile.
    let progress = progress(&mut transaction, database, schema).await?;
    for migration in progress.missing() {
        let applied = transaction.apply(TABLE, migration).await;
        applied.map_err(|error| migrate_error(database, error))?;
    }
    transaction.commit().await.map_err(failed)
}

/// What is missing.
pub(super) async fn progress(
    connection: &mut SqliteConnection,
    database: &DatabaseUrl,
    schema: Schema,
) -> Result<MigrationStatus, OpenError> {
    let known = &schema.migrations().sqlite;
    let refused = |source| OpenError::Connect {
        database: database.clone(),
        source,
    };
    MigrationStatus::read(connection, database, schema, known, &CATALOG, refused).await
}
