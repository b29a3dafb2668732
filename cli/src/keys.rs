//! `rendezvous keys`: API keys and the keys that sign tickets. It works on the data directory
//! and the scheduler's database beside running services, which see the change without being told. The audit log has a row of each change.

mod actor;
mod listing;

use scheduler::api_keys::{self, CreateError, Scope};
use scheduler::key_changes::{self, KeyChangeError};
use scheduler::keys as ticket_keys;
use scheduler::operators::TicketError;

use crate::cli::KeysCommand;
use crate::config::Settings;
use crate::failure::Failure;
use crate::output;

pub(crate) use self::actor::actor;

/// What the id of an API key begins with; ids of signing keys are plain hexadecimal.
const API_KEY_ID: &str = "ak_";

/// Does one of the subcommands.
pub(crate) async fn run(settings: &Settings, command: KeysCommand) -> Result<(), Failure> {
    let data_dir = settings.data_dir.as_path();
    let store = &settings.scheduler_store()?;
    let actor = actor();
    match command {
        KeysCommand::Create { name, operator } => {
            let scope = if operator {
                Scope::Operator
            } else {
                Scope::App
            };
            let key = api_keys::create(store, &name, scope, &actor).await;
            output::line(&key.map_err(refused)?).await;
        }
        KeysCommand::Ticket { operator: _ } => {
            let issuer = &settings.scheduler.public_url;
            let ticket = key_changes::ticket(data_dir, store, issuer, &actor).await;
            output::line(&ticket.map_err(unchanged)?).await;
        }
        KeysCommand::List { json } => {
            let api_keys = api_keys::list(store).await.map_err(refused)?;
            let ticket_keys = ticket_keys::list(data_dir).map_err(unreadable)?;
            listing::print(&api_keys, &ticket_keys, json).await;
        }
        KeysCommand::Revoke { id } if id.starts_with(API_KEY_ID) => {
            let revoked = api_keys::revoke(store, &id, &actor).await;
            if !revoked.map_err(refused)? {
                return Err(Failure::config(format!("there is no API key {id}")));
            }
            output::line(&format!("{id} is void")).await;
        }
        KeysCommand::Revoke { id } => {
            let revoked = key_changes::revoke(data_dir, store, &id, &actor).await;
            revoked.map_err(unchanged)?;
            output::line(&format!("{id} is void, with every ticket of it")).await;
        }
        KeysCommand::Retire { kid } => {
            let until = key_changes::retire(data_dir, store, &kid, &actor).await;
            let until = listing::date(until.map_err(unchanged)?);
            output::line(&format!("{kid} signs no more; it verifies until {until}")).await;
        }
        KeysCommand::Rotate => {
            let key = key_changes::rotate(data_dir, store, &actor).await;
            output::line(&key.map_err(unchanged)?.kid).await;
        }
        KeysCommand::Export => {
            let jwks = ticket_keys::export(data_dir).map_err(unreadable)?;
            output::line(&format!("{jwks:#}")).await;
        }
    }
    Ok(())
}

/// Makes an API key of this name, and makes those of the same name void.
pub(crate) async fn replace(settings: &Settings, name: &str) -> Result<String, Failure> {
    api_keys::replace(&settings.scheduler_store()?, name, &actor())
        .await
        .map_err(refused)
}

fn refused(error: CreateError) -> Failure {
    match error {
        CreateError::Name => Failure::config(error.to_string()),
        CreateError::Open(error) => Failure::of_store(&error),
        other => Failure::crash(other.to_string()),
    }
}

/// How a change of the signing keys, or a row in the audit log, fails.
pub(crate) fn unchanged(error: KeyChangeError) -> Failure {
    match error {
        KeyChangeError::Key(error) | KeyChangeError::Ticket(TicketError::Key(error)) => {
            unreadable(error)
        }
        KeyChangeError::Open(error) => Failure::of_store(&error),
        other => Failure::crash(other.to_string()),
    }
}

fn unreadable(error: ticket_keys::KeyError) -> Failure {
    Failure::config(error.to_string())
}
