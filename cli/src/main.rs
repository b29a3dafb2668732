//! The one binary: `up` runs the three services under a supervisor, `scheduler`, `signaling` and
//! `chat` run one each, `keys` and `config` help whoever operates them. No rule of a service is here.

mod accounts;
mod cli;
mod config;
mod copy;
mod credential;
mod doctor;
mod failure;
mod keys;
mod listen;
mod load;
mod media;
mod migrate;
mod output;
mod parent;
mod serve;
mod supervised;
mod test_clock;
mod turn_config;
mod up;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, CliCommand};
use crate::config::Settings;
use crate::failure::Failure;

fn main() -> ExitCode {
    // Before anything builds an HTTP client: without a provider that panics.
    if rustls::crypto::ring::default_provider()
        .install_default()
        .is_err()
    {
        return Failure::crash("a crypto provider is installed already").report();
    }
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let settings = config::load(&cli)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::crash(format!("no runtime: {error}")))?;
    let ended = runtime.block_on(dispatch(cli, settings));
    // A task that blocks must not keep a process that was told to stop.
    runtime.shutdown_background();
    ended
}

async fn dispatch(cli: Cli, settings: Settings) -> Result<(), Failure> {
    match cli.command {
        CliCommand::Up(args) => up::run(&settings, &args).await,
        CliCommand::Scheduler(args) => serve::scheduler(&settings, &args).await,
        CliCommand::Signaling(args) => serve::signaling(&settings, &args).await,
        CliCommand::Chat(args) => serve::chat(&settings, &args).await,
        CliCommand::Turn(args) => serve::turn(&settings, &args).await,
        CliCommand::Doctor(args) => doctor::run(&settings, &args).await,
        CliCommand::TurnConfig => turn_config::run(&settings).await,
        CliCommand::Keys(command) => keys::run(&settings, command).await,
        CliCommand::Accounts(command) => accounts::run(&settings, command).await,
        CliCommand::Migrate(args) => migrate::run(&settings, &args).await,
        CliCommand::Copy(args) => copy::run(&settings, &args).await,
        CliCommand::Load(command) => load::run(command).await,
        CliCommand::Listen(args) => listen::run(&settings, &args).await,
        CliCommand::Media(command) => media::run(&settings, command).await,
        CliCommand::Config => {
            output::text(&config::shown(&settings)?).await;
            Ok(())
        }
    }
}
