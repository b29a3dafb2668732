//! Idempotency keys: the first answer to each is given again. What is stored holds no credential:
//! join links are derived from it, and come out the same.

use serde::{Deserialize, Serialize};
use wire::UnixMs;

use crate::session::BookedSession;

/// An `Idempotency-Key` header with the command that it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Method and address of the request: the same key means another command elsewhere.
    pub scope: String,
    /// What the client sent, 1 to 255 bytes.
    pub key: String,
    /// SHA-256 of the command's body, base64.
    pub fingerprint: String,
}

/// What a command was answered the first time.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAnswer {
    /// Keys are each application's own.
    pub application: String,
    /// The key that it was sent with.
    pub key: IdempotencyKey,
    /// What it was.
    pub answer: FirstAnswer,
    /// When the command was carried out.
    pub at: UnixMs,
}

/// What is kept of a first answer. A session's is kept whole; of what people write to each other only the id is, so that
/// nothing of it is left here when it is erased.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FirstAnswer {
    /// The session as it was after the command.
    Session(Box<BookedSession>),
    /// The id of what the command made.
    Made {
        /// A gift, a match, a proposal, a report or a group, as the key's scope says.
        made: String,
    },
}

/// A key, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedKey {
    /// An application's name, or [`crate::PEOPLE`]: a person's keys have their id in the scope.
    pub application: String,
    /// The key itself.
    pub key: IdempotencyKey,
}

/// What a command made that came before under the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBefore {
    /// The id of it.
    pub id: String,
    /// When it was made.
    pub at: UnixMs,
}

impl OwnedKey {
    /// What the key made before; `None` where it stood for another command.
    #[must_use]
    pub fn made_before(&self, found: StoredAnswer) -> Option<MadeBefore> {
        let is_same = found.key.fingerprint == self.key.fingerprint;
        match found.answer {
            FirstAnswer::Made { made } if is_same => Some(MadeBefore {
                id: made,
                at: found.at,
            }),
            _ => None,
        }
    }

    /// What is to be stored once the command has made what has that id.
    #[must_use]
    pub fn stands_for(&self, id: &str, now: UnixMs) -> StoredAnswer {
        StoredAnswer {
            application: self.application.clone(),
            key: self.key.clone(),
            answer: FirstAnswer::Made {
                made: id.to_owned(),
            },
            at: now,
        }
    }
}
