//! The daily digest as a mail to whoever runs the installation.

use std::time::Duration;

use scheduler_core::{EmailAddress, FailureCount, FailureDigest, ReaderLanguage};

use crate::email::{
    Email, MailBody, MailColours, MailContent, MailFact, MailParts, MailWords, SealedMail,
    sender_name,
};
use crate::state::AppState;

/// Before each further attempt: whoever does not get it finds all of it in the log.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(2),
    Duration::from_secs(60),
    Duration::from_secs(300),
];
/// Ways of failing that one fact of the mail lists.
const MAX_LINES: usize = 40;

/// Sends it, where mails are sent and somebody is to get it. What can't be sent is counted.
pub(super) async fn mail_digest(app: &AppState, digest: &FailureDigest) {
    let (Some(email), Some(to)) = (&app.email, &app.operator_email) else {
        return;
    };
    let mail = match sealed(email, to, digest) {
        Ok(mail) => mail,
        Err(error) => {
            tracing::warn!(%error, "the digest of failures can't be written as a mail");
            return;
        }
    };
    let mut pauses = PAUSES.into_iter();
    let result = loop {
        let Err(failure) = email.mailer.send(&mail).await else {
            break "sent";
        };
        let reason = &failure.reason;
        tracing::warn!(reason, "the digest of failures could not be sent");
        let Some(pause) = pauses.next().filter(|_| !failure.is_final) else {
            break "dead";
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = app.shutdown.started() => break "dead",
        }
    };
    metrics::counter!("mails_total", "kind" => "failure_digest", "result" => result).increment(1);
}

fn sealed(
    email: &Email,
    to: &EmailAddress,
    digest: &FailureDigest,
) -> Result<SealedMail, Box<dyn std::error::Error + Send + Sync>> {
    let from = email.mailer.from().clone();
    let content = content(sender_name(&from), digest);
    SealedMail::new(MailParts {
        from,
        reply_to: None,
        to,
        // The same of each day: a mail that came twice is known for one.
        id: &format!("failure-digest-{}", digest.to.0),
        written_at: digest.to,
        subject: &content.subject,
        text: content.text(),
        html: content.html()?,
        invitation: None,
        unsubscribe: None,
    })
}

fn content(sender: &str, digest: &FailureDigest) -> MailContent {
    let facts = [
        ("Deliveries", &digest.deliveries),
        ("Given up since", &digest.earlier),
        ("Jobs", &digest.jobs),
    ];
    let fact = |(name, counts): (&'static str, &Vec<FailureCount>)| MailFact {
        name,
        lines: counts
            .iter()
            .take(MAX_LINES)
            .map(ToString::to_string)
            .collect(),
    };
    let mut facts: Vec<_> = facts.into_iter().map(fact).collect();
    facts.push(MailFact {
        name: "Besides",
        lines: vec![
            format!("mails of accounts given up {}", digest.mails),
            format!("addresses without a mailbox {}", digest.marked_addresses),
            format!("endpoints that are disabled {}", digest.disabled_endpoints),
        ],
    });
    facts.retain(|fact| !fact.lines.is_empty());
    let total = digest.total();
    MailContent {
        language: ReaderLanguage::English,
        subject: format!("{total} failures in a day"),
        sender: sender.to_owned(),
        body: MailBody::Ours(MailWords {
            heading: format!("{total} failures in a day"),
            sentences: vec![
                "This is what did not reach whom it was for, in the day up to six o'clock UTC."
                    .to_owned(),
            ],
            facts,
            action: None,
            after: Vec::new(),
        }),
        small_print: vec![
            "It goes to operator.email, once a day where anything failed.".to_owned(),
        ],
        refusal: None,
        colours: MailColours::ours(),
    }
}
