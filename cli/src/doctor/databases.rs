//! Whether the databases answer, keep what they are told, and have the tables that the services need. Nothing is changed, and
//! no file is made.

use std::time::Instant;

use chat::MessagesUrl;
use chat::store::mongo::{MongoMessages, MongoUrl};
use storage::{Database, DatabaseOptions, OpenError, PendingMigration, TlsMode};

use super::{Complaint, Finding};
use crate::config::{Settings, Store};
use crate::failure::Failure;

/// Checks each database of the configuration.
///
/// # Errors
/// When a setting of theirs can't be used.
pub(crate) async fn check(settings: &Settings) -> Result<Vec<Finding>, Failure> {
    let options = settings.database.options()?;
    let mut findings = Vec::new();
    for store in settings.stores()? {
        let outcome = one(&store, &options).await;
        findings.push(Finding {
            what: format!("{}'s database {}", store.name, store.url),
            outcome: outcome.map_err(|error| complaint(&error)),
        });
    }
    if let MessagesUrl::Mongo(url) = settings.messages_database()? {
        findings.push(Finding {
            what: format!("chat messages' database {url}"),
            outcome: messages(&url).await,
        });
    }
    Ok(findings)
}

async fn messages(url: &MongoUrl) -> Result<String, Complaint> {
    match MongoMessages::look(url).await {
        Ok(found) => {
            let indexes = match found.has_indexes {
                true => "its indexes are there",
                false => "its indexes are missing, which chat makes at its start",
            };
            Ok(format!("it answers in {} ms; {indexes}", found.took.as_millis()))
        }
        Err(error) => Err(Complaint {
            wrong: error.to_string(),
            remedy: "start it, or correct chat.messages_url: hosts, user, database and the parameters of its connection string".to_owned(),
        }),
    }
}

async fn one(store: &Store, options: &DatabaseOptions) -> Result<String, OpenError> {
    let asked = Instant::now();
    let missing = Database::pending(&store.url, options, store.schema).await?;
    let took_ms = asked.elapsed().as_millis();
    if let Some(file) = store.url.file() {
        return Ok(match file.exists() {
            true => tables(&missing),
            false => "it is not there yet: its service makes it".to_owned(),
        });
    }
    let answers = format!(
        "it answers in {took_ms} ms, {}; {}",
        tls(options.tls),
        tables(&missing)
    );
    if !missing.is_empty() {
        // Opening it to learn more would apply them.
        return Ok(answers);
    }
    let opened = Database::open(&store.url, options, store.schema).await?;
    opened.close().await;
    Ok(match options.accepted_durability.as_slice() {
        [] => format!("{answers}; it keeps what it has committed through a crash"),
        accepted => format!(
            "{answers}; a crash may lose what it has committed where {} is so, which is accepted",
            accepted.join(", ")
        ),
    })
}

fn tables(missing: &[PendingMigration]) -> String {
    match missing.len() {
        0 => "its tables are up to date".to_owned(),
        count => {
            format!(
                "{count} migrations are missing, which its service or `rendezvous migrate` applies"
            )
        }
    }
}

fn tls(mode: TlsMode) -> &'static str {
    match mode {
        TlsMode::Auto => "encrypted and its certificate checked unless it is on this machine",
        TlsMode::Verify => "encrypted and its certificate checked",
        TlsMode::Encrypt => "encrypted, whoever it is",
        TlsMode::Off => "in plain text",
    }
}

fn complaint(error: &OpenError) -> Complaint {
    let remedy = match error {
        OpenError::Connect { .. } => {
            "start it, or correct its URL; database.tls and database.tls_ca say how it is connected to"
        }
        OpenError::File { .. } => {
            "make it readable for this user, or choose another data directory"
        }
        OpenError::Durability { .. } => {
            "docs/OPERATIONS.md, \"Databases\", has what each server needs"
        }
        OpenError::Newer { .. } => {
            "install the version that has changed it, or restore what was before"
        }
        OpenError::Foreign { .. } | OpenError::Occupied { .. } | OpenError::Encoding { .. } => {
            "make an empty database for this service alone, and name that"
        }
        OpenError::Migrate { .. } => "look into the log of the server",
    };
    Complaint {
        wrong: error.to_string(),
        remedy: remedy.to_owned(),
    }
}
