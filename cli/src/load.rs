//! `rendezvous load`: drives a running server, as many people at once would. What that means is in the
//! crate `load`; here are the key, and what a result means for the exit code.

use load::{BookingError, ChatTarget, LoadError, LoadTarget, SchedulerClient};

use crate::cli::{LoadCommand, LoadedScheduler};
use crate::failure::Failure;
use crate::{credential, output};

/// Runs a load to its end, and prints what was measured.
///
/// # Errors
/// A wrong address or key is for a person to put right; too many errors are a failure.
pub(crate) async fn run(command: LoadCommand) -> Result<(), Failure> {
    let (report, options) = match command {
        LoadCommand::Signaling(args) => {
            let target = LoadTarget::Rendezvous(client(&args.scheduler)?);
            let report = load::run_until_interrupted(&target, &args.options).await;
            (report, args.options.report)
        }
        LoadCommand::Scheduler(args) => {
            let client = client(&args.scheduler)?;
            let report = load::run_reminders_until_interrupted(&client, &args.options).await;
            (report, args.options.report)
        }
        LoadCommand::Chat(args) => {
            let target = ChatTarget::Rendezvous(client(&args.scheduler)?);
            let report = load::run_chat_until_interrupted(&target, &args.options).await;
            (report, args.options.report)
        }
    };
    let report = report.map_err(failure)?;
    output::text(&load::table(&report)).await;
    let settled = report.settle(&options);
    settled.map_err(Failure::crash)
}

fn client(scheduler: &LoadedScheduler) -> Result<SchedulerClient, Failure> {
    let key = credential::read(scheduler.key_file.as_deref(), scheduler.key_env.as_deref())?;
    SchedulerClient::new(&scheduler.url, &key).map_err(refused)
}

fn failure(error: LoadError) -> Failure {
    match error {
        LoadError::Booking(error) => refused(error),
        LoadError::Descriptors { .. } | LoadError::TooManySockets { .. } => {
            Failure::config(error.to_string())
        }
        LoadError::Stopped => Failure::crash(error.to_string()),
    }
}

fn refused(error: BookingError) -> Failure {
    match error {
        BookingError::Setting(_) | BookingError::WrongKey(_) => Failure::config(error.to_string()),
        BookingError::Refused { .. } | BookingError::Unreachable { .. } => {
            Failure::crash(error.to_string())
        }
    }
}
