//! Whether the messages that were acknowledged are there and are what was stored. Nothing is changed.

use chat::store::{ChainFault, ChainReport, FaultKind};
use chat::{MessagesUrl, VerifyError};
use storage::DatabaseUrl;

use super::{Complaint, Finding};
use crate::config::Settings;
use crate::failure::Failure;

/// Faults that one line names.
const NAMED: usize = 20;

/// Looks at the end of the messages, and `all` at each of them.
///
/// # Errors
/// When a setting of theirs can't be used.
pub(crate) async fn check(settings: &Settings, all: bool) -> Result<Vec<Finding>, Failure> {
    let messages = settings.messages_database()?;
    let outcome = match all {
        true => {
            let rooms = settings.rooms_database()?;
            let options = settings.database.options()?;
            let verified = chat::verify(&rooms, &messages, &options).await;
            verified
                .map_err(|error| unreadable(&error))
                .and_then(|report| judged(&report))
        }
        false => match end(&messages).await {
            Some(outcome) => outcome,
            None => return Ok(Vec::new()),
        },
    };
    let what = format!("chat's messages in {messages}");
    Ok(vec![Finding { what, outcome }])
}

/// Nothing is said of an end that is there.
async fn end(messages: &MessagesUrl) -> Option<Result<String, Complaint>> {
    let file = messages.file().and_then(DatabaseUrl::file)?;
    match chat::find_lost_tail(file).await {
        Ok(None) => None,
        Ok(Some(lost)) => Some(Err(unreadable(&VerifyError::Lost(lost)))),
        Err(error) => Some(Err(unreadable(&VerifyError::File(error)))),
    }
}

fn judged(report: &ChainReport) -> Result<String, Complaint> {
    let ChainReport {
        rooms,
        messages,
        unchained,
        faults,
        first,
    } = report;
    let seen = format!("{messages} messages in {rooms} rooms");
    let old = match unchained {
        0 => String::new(),
        old => format!(", {old} of them from before there were chains, which nobody can check"),
    };
    if *faults == 0 {
        return Ok(format!("{seen} are there and are what was stored{old}"));
    }
    let named: Vec<String> = first.iter().take(NAMED).map(fault).collect();
    let more = match first.len() > NAMED {
        true => ", …",
        false => "",
    };
    Err(Complaint {
        wrong: format!(
            "{faults} of {seen}{old} are damaged or gone: {}{more}",
            named.join(", ")
        ),
        remedy: "people see them as damaged, and the others as they are; stop chat and restore a backup to have them again: \"Messages that are gone\" in docs/OPERATIONS.md".to_owned(),
    })
}

fn fault(fault: &ChainFault) -> String {
    let ChainFault { room, seq, kind } = fault;
    match kind {
        FaultKind::Corrupt => format!("{room}/{seq} is damaged"),
        FaultKind::Broken => format!("{room}/{seq} does not follow the one before it"),
        FaultKind::Missing { through } if through == seq => format!("{room}/{seq} is gone"),
        FaultKind::Missing { through } => format!("{room}/{seq} to {through} are gone"),
    }
}

fn unreadable(error: &VerifyError) -> Complaint {
    let remedy = match error {
        VerifyError::Lost(_) => "nothing opens this file for writing until that is decided",
        VerifyError::Outdated(_) => "their chains are made then",
        VerifyError::Open(_) | VerifyError::Mongo(_) => "see what is said of its database",
        VerifyError::File(_) | VerifyError::Store(_) => {
            "if it says that the file is damaged: stop chat, keep a copy of it, and restore a backup"
        }
    };
    Complaint {
        wrong: error.to_string(),
        remedy: remedy.to_owned(),
    }
}
