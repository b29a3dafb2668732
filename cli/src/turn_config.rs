//! `rendezvous turn-config`: a configuration for coturn that takes our credentials and keeps our rules.

use crate::config::Settings;
use crate::failure::Failure;
use crate::output;

/// Prints it; it holds the secrets, and so belongs into a file that nobody else reads.
pub(crate) async fn run(settings: &Settings) -> Result<(), Failure> {
    output::text(&settings.turn.coturn(&settings.data_dir)?).await;
    Ok(())
}
