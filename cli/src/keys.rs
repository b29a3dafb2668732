//! `rendezvous keys`: API keys and the keys that sign tickets. It works on the data directory beside
//! running services, which see the change without being told.

use chrono::{DateTime, SecondsFormat};
use scheduler::api_keys::{self, CreateError, Scope};
use scheduler::keys as ticket_keys;
use scheduler::operators::{self, TicketError};
use storage::OpenError;
use wire::UnixMs;

use crate::cli::KeysCommand;
use crate::config::Settings;
use crate::failure::Failure;
use crate::output;

/// Does one of the subcommands.
pub(crate) async fn run(settings: &Settings, command: KeysCommand) -> Result<(), Failure> {
    let data_dir = settings.data_dir.as_path();
    match command {
        KeysCommand::Create { name, operator } => {
            let scope = if operator {
                Scope::Operator
            } else {
                Scope::App
            };
            let key = api_keys::create(data_dir, &name, scope).await;
            output::line(&key.map_err(refused)?).await;
        }
        KeysCommand::Ticket { operator: _ } => {
            let ticket = operators::ticket(data_dir, &settings.scheduler.public_url);
            output::line(&ticket.map_err(unsigned)?).await;
        }
        KeysCommand::List => {
            for key in api_keys::list(data_dir).await.map_err(refused)? {
                let (date, scope) = (date(key.created_at), key.scope.name());
                output::line(&format!("api     {date}  {scope:<8}  {}", key.name)).await;
            }
            for key in ticket_keys::list(data_dir).map_err(unreadable)? {
                let note = if key.signs { "signs" } else { "verifies" };
                let date = date(key.created_at);
                output::line(&format!("ticket  {date}  {}  {note}", key.kid)).await;
            }
        }
        KeysCommand::Rotate => {
            let key = ticket_keys::rotate(data_dir).map_err(unreadable)?;
            output::line(&key.kid).await;
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
    api_keys::replace(&settings.data_dir, name)
        .await
        .map_err(refused)
}

fn refused(error: CreateError) -> Failure {
    match error {
        CreateError::Name | CreateError::Open(OpenError::File { .. }) => {
            Failure::config(error.to_string())
        }
        other => Failure::crash(other.to_string()),
    }
}

fn unsigned(error: TicketError) -> Failure {
    match error {
        TicketError::Key(error) => unreadable(error),
        TicketError::Sign(_) => Failure::crash(error.to_string()),
    }
}

fn unreadable(error: ticket_keys::KeyError) -> Failure {
    Failure::config(error.to_string())
}

fn date(at: UnixMs) -> String {
    DateTime::from_timestamp_millis(at.0)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}
