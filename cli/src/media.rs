//! `rendezvous media`: what media servers told, on the data directory beside a running service.

use crate::cli::MediaCommand;
use crate::config::Settings;
use crate::failure::Failure;
use crate::output;

/// Does one of the subcommands.
pub(crate) async fn run(settings: &Settings, command: MediaCommand) -> Result<(), Failure> {
    match command {
        MediaCommand::Replay => {
            let replayed = signaling::media::replay(&settings.data_dir).await;
            let count = replayed.map_err(|error| Failure::crash(error.to_string()))?;
            output::line(&format!("{count} events are tried again")).await;
        }
    }
    Ok(())
}
