//! `rendezvous media`: what media servers told, on the data directory beside a running service.

use scheduler::key_changes;
use wire::OperatorAction;

use crate::cli::MediaCommand;
use crate::config::Settings;
use crate::failure::Failure;
use crate::{keys, output};

/// Does one of the subcommands.
pub(crate) async fn run(settings: &Settings, command: MediaCommand) -> Result<(), Failure> {
    match command {
        MediaCommand::Replay => {
            let replayed = signaling::media::replay(&settings.data_dir).await;
            let count = replayed.map_err(|error| Failure::crash(error.to_string()))?;
            let action = OperatorAction {
                detail: Some(format!("{count} events")),
                ..OperatorAction::new(keys::actor(), "media.replay", "media events")
            };
            let recorded = key_changes::record(&settings.scheduler_store()?, action).await;
            recorded.map_err(keys::unchanged)?;
            output::line(&format!("{count} events are tried again")).await;
        }
    }
    Ok(())
}
