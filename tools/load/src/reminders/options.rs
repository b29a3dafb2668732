//! How many reminders, when, and where their webhooks go.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use crate::duration::parse_duration;
use crate::report::ReportOptions;

/// Most sessions of one run.
const MAX_SESSIONS: i64 = 100_000;
/// Longest lead and longest wait: a run ends by itself within two hours.
const LONGEST: Duration = Duration::from_secs(3_600);
/// How long booking a session may take, for the lead.
const BOOKING: Duration = Duration::from_millis(10);
/// What is added to the lead.
const MARGIN: Duration = Duration::from_secs(10);

/// One run of reminders.
#[derive(Debug, Clone, Args)]
pub struct ReminderOptions {
    /// How many sessions are booked, each with a reminder for both
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=MAX_SESSIONS))]
    pub sessions: u32,
    /// How far ahead the reminders are due, so that all are booked by then [default: by their number]
    #[arg(long, value_name = "SPAN", value_parser = parse_span)]
    pub lead: Option<Duration>,
    /// How long they are waited for once they are due
    #[arg(long, value_name = "SPAN", default_value = "1m", value_parser = parse_span)]
    pub wait: Duration,
    /// Requests at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=256))]
    pub concurrency: u32,
    /// Take webhooks at this address, as 127.0.0.1:0; without it none is asked for
    #[arg(long, value_name = "ADDRESS")]
    pub webhook_listen: Option<SocketAddr>,
    /// Where the scheduler reaches that address [default: there; `egress.allow` must have it]
    #[arg(long, value_name = "URL", requires = "webhook_listen")]
    pub webhook_url: Option<String>,
    /// Give everybody a mail address of this domain, where mails are taken and thrown away; the application must have the
    /// channel `email`
    #[arg(long, value_name = "DOMAIN")]
    pub mail_domain: Option<String>,
    /// What becomes of the result
    #[command(flatten)]
    pub report: ReportOptions,
}

impl ReminderOptions {
    pub(crate) fn lead(&self) -> Duration {
        self.lead
            .unwrap_or_else(|| (MARGIN + self.sessions * BOOKING).min(LONGEST))
    }

    pub(crate) fn at_once(&self) -> usize {
        usize::try_from(self.concurrency).unwrap_or(1)
    }
}

/// As [`parse_duration`], an hour at most.
fn parse_span(text: &str) -> Result<Duration, String> {
    let span = parse_duration(text)?;
    match span <= LONGEST {
        true => Ok(span),
        false => Err("longer than an hour".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_18_a_run_of_reminders_is_bounded() {
        assert_eq!(parse_span("1h"), Ok(LONGEST));
        assert!(parse_span("61m").is_err());
        let options = |sessions| ReminderOptions {
            sessions,
            lead: None,
            wait: MARGIN,
            concurrency: 1,
            webhook_listen: None,
            webhook_url: None,
            mail_domain: None,
            report: ReportOptions {
                json: None,
                max_errors: 0.0,
                server_pid: None,
            },
        };
        assert_eq!(options(100).lead(), Duration::from_secs(11));
        assert!(options(100_000).lead() <= LONGEST);
    }
}
