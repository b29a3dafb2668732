//! Whether the mail server answers, and lets us in. No mail is sent.

use std::time::Instant;

use scheduler::probe_email;

use super::{Complaint, Finding};
use crate::config::Settings;
use crate::failure::Failure;

/// Connects to the mail server, where one is configured.
///
/// # Errors
/// When a setting of it can't be used.
pub(crate) async fn check(settings: &Settings) -> Result<Option<Finding>, Failure> {
    let Some(email) = settings.email.settings()? else {
        return Ok(None);
    };
    let asked = Instant::now();
    let outcome = match probe_email(&email).await {
        Ok(server) => {
            let took_ms = asked.elapsed().as_millis();
            Ok(format!("{server} lets us in within {took_ms} ms"))
        }
        Err(wrong) => Err(Complaint {
            wrong,
            remedy: "check email.url: host, port, user and password, and whether a firewall lets mail out"
                .to_owned(),
        }),
    };
    Ok(Some(Finding {
        what: "the mail server".to_owned(),
        outcome,
    }))
}
