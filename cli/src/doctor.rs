//! `rendezvous doctor`: tries each database, and each back end that is configured as a session would, and says what to do about
//! each that does not work. It changes nothing.

mod call;
mod databases;
mod mail;
mod media;
mod messages;
mod turn;

use std::fmt;

use crate::cli::DoctorArgs;
use crate::config::Settings;
use crate::failure::Failure;
use crate::output;

/// What came of one check.
#[derive(Debug)]
pub(crate) struct Finding {
    /// What was tried, in a word or an address.
    pub(crate) what: String,
    /// What was seen, or what is wrong and what to do about it.
    pub(crate) outcome: Result<String, Complaint>,
}

/// What is wrong, and what to do about it.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) wrong: String,
    pub(crate) remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match &self.outcome {
            Ok(seen) => write!(f, "ok      {what}: {seen}"),
            Err(Complaint { wrong, remedy }) => {
                write!(f, "failed  {what}: {wrong}\n        {remedy}")
            }
        }
    }
}

/// Runs every check, and prints a finding of each.
///
/// # Errors
/// When one failed.
pub(crate) async fn run(settings: &Settings, args: &DoctorArgs) -> Result<(), Failure> {
    let mut findings = databases::check(settings).await?;
    findings.extend(messages::check(settings, args.verify_messages).await?);
    findings.extend(turn::check(settings).await?);
    findings.extend(call::check(settings).await);
    findings.extend(mail::check(settings).await?);
    findings.extend(media::check(settings).await);
    let mut failed = 0;
    for finding in &findings {
        failed += usize::from(finding.outcome.is_err());
        output::line(&finding.to_string()).await;
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::crash(format!(
            "{failed} of {} checks failed",
            findings.len()
        ))),
    }
}
