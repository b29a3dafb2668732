//! `rendezvous accounts`: invitations to sign up. The audit log has a row of each.

use crate::cli::AccountsCommand;
use crate::config::Settings;
use crate::failure::Failure;
use crate::keys::actor;
use crate::output;

/// Does one of the subcommands.
pub(crate) async fn run(settings: &Settings, command: AccountsCommand) -> Result<(), Failure> {
    match command {
        AccountsCommand::Invite { days } => {
            let store = settings.scheduler_store()?;
            let code = scheduler::invites::create(&store, days, &actor()).await;
            output::line(&code.map_err(crate::keys::unchanged)?).await;
            Ok(())
        }
    }
}
