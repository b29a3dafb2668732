//! `rendezvous turn-config`: a configuration for coturn that takes our credentials and keeps our rules.

use crate::config::Settings;
use crate::outcome::Failure;
use crate::say;

/// Prints it; it holds the secrets, and so belongs into a file that nobody else reads.
pub(crate) async fn run(settings: &Settings) -> Result<(), Failure> {
    say::text(&settings.turn.coturn(&settings.data_dir)?).await;
    Ok(())
}
