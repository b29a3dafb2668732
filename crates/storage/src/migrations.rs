//! Bringing a database's tables up to date: by one process at a time, from wherever an earlier one was stopped, and
//! never from what a newer version has made of them.

use std::time::Duration;

use sqlx::migrate::{AppliedMigration, Migrate, MigrateError, Migration, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use crate::catalog::CatalogQueries;
use crate::server::{Driver, ServerConnection};
use crate::{DatabaseUrl, Error, OpenError, Schema, SqlConnection, query};

/// Where the applied ones are recorded; sqlx's own name.
pub(crate) const TABLE: &str = "_sqlx_migrations";
/// Longest wait for another process that is migrating the same database.
const LOCK_LIMIT: Duration = Duration::from_secs(60);

/// A migration that has not been applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingMigration {
    /// Its place in the sequence of its service.
    pub version: i64,
    /// What it does, in a few words.
    pub description: String,
}

impl From<&Migration> for PendingMigration {
    fn from(migration: &Migration) -> Self {
        Self {
            version: migration.version,
            description: migration.description.to_string(),
        }
    }
}

/// What has and has not been done to one database.
pub(crate) struct MigrationStatus {
    missing: Vec<Migration>,
    was_cut_short: bool,
    /// None was ever begun.
    is_untouched: bool,
}

impl MigrationStatus {
    /// Compares what is recorded with what this version knows. `refused` is what becomes of an error of the catalog.
    ///
    /// # Errors
    /// [`OpenError::Newer`], [`OpenError::Foreign`] and [`OpenError::Occupied`].
    pub(crate) async fn read<C: Migrate + SqlConnection>(
        connection: &mut C,
        database: &DatabaseUrl,
        schema: Schema,
        known: &Migrator,
        catalog: &CatalogQueries,
        refused: impl Fn(Error) -> OpenError,
    ) -> Result<Self, OpenError> {
        // Before the record: what another process makes meanwhile is in the record by the time that its tables are seen.
        let (other,): (Option<String>,) = query(catalog.other_table)
            .fetch_one(connection)
            .await
            .map_err(&refused)?;
        let (records,): (i64,) = query(catalog.has_migrations)
            .fetch_one(connection)
            .await
            .map_err(&refused)?;
        let status = match records {
            0 => Self::none(known),
            _ => Self::recorded(connection, database, schema, known).await?,
        };
        // On some databases our tables would be taken to be there already, and on the others be made beside those of
        // another program.
        match other {
            Some(table) if status.is_untouched => Err(OpenError::Occupied {
                database: database.clone(),
                table,
            }),
            _ => Ok(status),
        }
    }

    async fn recorded<C: Migrate + SqlConnection>(
        connection: &mut C,
        database: &DatabaseUrl,
        schema: Schema,
        known: &Migrator,
    ) -> Result<Self, OpenError> {
        let failed = |error: MigrateError| migrate_error(database, error);
        let mut applied = connection
            .list_applied_migrations(TABLE)
            .await
            .map_err(failed)?;
        let dirty = connection.dirty_version(TABLE).await.map_err(failed)?;
        applied.retain(|done| Some(done.version) != dirty);
        check(connection, database, schema, known, &applied).await?;
        Ok(Self::after(known, &applied, dirty.is_some()))
    }

    /// Of a database that holds nothing.
    pub(crate) fn none(known: &Migrator) -> Self {
        Self::after(known, &[], false)
    }

    fn after(known: &Migrator, applied: &[AppliedMigration], was_cut_short: bool) -> Self {
        let is_missing = |one: &&Migration| applied.iter().all(|done| done.version != one.version);
        Self {
            missing: known.iter().filter(is_missing).cloned().collect(),
            was_cut_short,
            is_untouched: applied.is_empty() && !was_cut_short,
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }

    pub(crate) fn missing(&self) -> &[Migration] {
        &self.missing
    }

    pub(crate) fn pending(&self) -> Vec<PendingMigration> {
        self.missing.iter().map(Into::into).collect()
    }
}

/// Refuses a database of a newer version, of another service, and of another program.
async fn check(
    connection: &mut dyn SqlConnection,
    database: &DatabaseUrl,
    schema: Schema,
    known: &Migrator,
    applied: &[AppliedMigration],
) -> Result<(), OpenError> {
    let of_version = |done: &AppliedMigration| {
        let mut known = known.iter();
        known.find(|one| one.version == done.version)
    };
    let is_ours =
        |done: &AppliedMigration| of_version(done).is_some_and(|one| one.checksum == done.checksum);
    let Some(other) = applied.iter().find(|done| !is_ours(done)) else {
        return Ok(());
    };
    let database = database.clone();
    if !applied.iter().any(is_ours) {
        let table = TABLE.to_owned();
        return Err(OpenError::Occupied { database, table });
    }
    if of_version(other).is_some() {
        return Err(OpenError::Foreign {
            database,
            version: other.version,
            schema: schema.name(),
        });
    }
    let versions = known.iter().map(|migration| migration.version);
    Err(OpenError::Newer {
        database,
        version: other.version,
        description: description(connection, other.version).await,
        newest: versions.max().unwrap_or_default(),
    })
}

async fn description(connection: &mut dyn SqlConnection, version: i64) -> String {
    let found = query("SELECT description FROM _sqlx_migrations WHERE version = ?1")
        .bind(version)
        .fetch_optional::<(String,)>(connection)
        .await;
    match found {
        Ok(Some((description,))) => description,
        _ => "nothing is said of it".to_owned(),
    }
}

/// Applies those of `schema` that are missing in a server's database.
pub(crate) async fn run<D: Driver>(
    connection: &mut D::Connection,
    database: &DatabaseUrl,
    schema: Schema,
) -> Result<(), OpenError> {
    // Where nothing is missing nobody is waited for.
    if progress::<D>(connection, database, schema)
        .await?
        .is_complete()
    {
        return Ok(());
    }
    let failed = |error| refused(database, error);
    let locked = tokio::time::timeout(LOCK_LIMIT, D::lock(connection)).await;
    locked
        .map_err(|elapsed| failed(Error::Busy(elapsed.into())))?
        .map_err(failed)?;
    let migrated = run_locked::<D>(connection, database, schema).await;
    D::unlock(connection).await.map_err(failed)?;
    migrated
}

/// What is missing in a server's database.
pub(crate) async fn progress<D: Driver>(
    connection: &mut D::Connection,
    database: &DatabaseUrl,
    schema: Schema,
) -> Result<MigrationStatus, OpenError> {
    let refused = |error| refused(database, error);
    let known = D::migrations(schema);
    MigrationStatus::read(connection, database, schema, known, &D::CATALOG, refused).await
}

async fn run_locked<D: Driver>(
    connection: &mut D::Connection,
    database: &DatabaseUrl,
    schema: Schema,
) -> Result<(), OpenError> {
    let failed = |error: MigrateError| migrate_error(database, error);
    connection
        .ensure_migrations_table(TABLE)
        .await
        .map_err(failed)?;
    // Another process may have done it meanwhile.
    let progress = progress::<D>(connection, database, schema).await?;
    let adapted = D::adapted(connection)
        .await
        .map_err(|error| refused(database, error))?;
    if progress.was_cut_short {
        let forgotten = connection.command(FORGET_CUT_SHORT).await;
        forgotten.map_err(|error| refused(database, error))?;
    }
    for migration in progress.missing() {
        let migration = adapt(migration, adapted);
        connection.apply(TABLE, &migration).await.map_err(failed)?;
        tracing::info!(%database, version = migration.version, "migrated");
    }
    Ok(())
}

/// A migration that was cut short is made again, whole: each can be, after any part of it.
const FORGET_CUT_SHORT: &str = "DELETE FROM _sqlx_migrations WHERE success = FALSE";

/// The migration as this server understands it. It stays the same migration: its checksum is that of the file.
fn adapt(migration: &Migration, adapted: Option<[&str; 2]>) -> Migration {
    let Some([name, replacement]) = adapted else {
        return migration.clone();
    };
    let text = migration.sql.as_str().replace(name, replacement);
    Migration {
        sql: AssertSqlSafe(text).into_sql_str(),
        ..migration.clone()
    }
}

pub(crate) fn migrate_error(database: &DatabaseUrl, error: MigrateError) -> OpenError {
    refused(database, sqlx::Error::from(error).into())
}

fn refused(database: &DatabaseUrl, source: Error) -> OpenError {
    OpenError::Migrate {
        database: database.clone(),
        source,
    }
}
