//! `rendezvous migrate`: brings the tables of every database of the configuration up to date, as each service does at its
//! own start. Beside running services, or while nothing runs; of several at once, one does it and the others wait.

use serde_json::{Value, json};
use storage::{Database, DatabaseOptions, DatabaseUrl, PendingMigration};

use crate::cli::MigrateArgs;
use crate::config::{Settings, Store};
use crate::failure::Failure;
use crate::output;

/// What a database needed.
struct MigrationOutcome {
    store: Store,
    missing: Vec<PendingMigration>,
}

/// Goes through the databases, and prints what each needed. One that can't be used ends it: those after it are as they were.
///
/// # Errors
/// When a database can't be reached or can't be used, or a migration fails.
pub(crate) async fn run(settings: &Settings, args: &MigrateArgs) -> Result<(), Failure> {
    let options = settings.database.options()?;
    let mut outcomes = Vec::new();
    let mut failed = None;
    for store in settings.stores()? {
        match one(store, &options, &settings.chat.accepted_loss, args.dry_run).await {
            Ok(outcome) if args.json => outcomes.push(outcome),
            Ok(outcome) => output::line(&line(&outcome, args.dry_run)).await,
            Err(failure) => {
                failed = Some(failure);
                break;
            }
        }
    }
    if args.json {
        let databases: Vec<Value> = outcomes.iter().map(as_json).collect();
        let all = json!({ "dry_run": args.dry_run, "databases": databases });
        output::line(&format!("{all:#}")).await;
    }
    failed.map_or(Ok(()), Err)
}

async fn one(
    store: Store,
    options: &DatabaseOptions,
    accepted_loss: &[String],
    dry: bool,
) -> Result<MigrationOutcome, Failure> {
    let refused = |error| Failure::of_store(&error);
    let pending = Database::pending(&store.url, options, store.schema).await;
    let missing = pending.map_err(refused)?;
    if !dry {
        refuse_lost_tail(&store.url, accepted_loss).await?;
        // Also where nothing is missing: it shows that the service can open it.
        let opened = Database::open(&store.url, options, store.schema).await;
        opened.map_err(refused)?.close().await;
    }
    Ok(MigrationOutcome { store, missing })
}

/// Of messages that were acknowledged and are gone nothing may be left to find once a file was opened.
///
/// # Errors
/// When messages of the file are gone and that was not accepted, or nobody can say.
pub(crate) async fn refuse_lost_tail(
    database: &DatabaseUrl,
    accepted_loss: &[String],
) -> Result<(), Failure> {
    let Some(file) = database.file() else {
        return Ok(());
    };
    let lost = chat::find_lost_tail(file).await;
    match lost.map_err(|error| Failure::crash(format!("{database}: {error}")))? {
        Some(lost) if !lost.is_accepted(accepted_loss) => Err(Failure::config(lost.to_string())),
        Some(_) | None => Ok(()),
    }
}

fn line(outcome: &MigrationOutcome, dry: bool) -> String {
    let MigrationOutcome { store, missing } = outcome;
    let names: Vec<String> = missing.iter().map(named).collect();
    let what = match (names.is_empty(), dry) {
        (true, _) => "up to date".to_owned(),
        (false, true) => format!("would apply {}", names.join(", ")),
        (false, false) => format!("applied {}", names.join(", ")),
    };
    format!("{:<13}  {}  {what}", store.name, store.url)
}

fn named(migration: &PendingMigration) -> String {
    format!("{} ({})", migration.version, migration.description)
}

fn as_json(outcome: &MigrationOutcome) -> Value {
    let migrations = outcome
        .missing
        .iter()
        .map(|one| json!({ "version": one.version, "description": one.description }));
    json!({
        "store": outcome.store.name,
        "database": outcome.store.url.to_string(),
        "migrations": migrations.collect::<Vec<_>>(),
    })
}
