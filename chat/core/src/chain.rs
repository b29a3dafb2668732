//! The chain of a room's messages: what each is stored with, so that one that was changed, lost or swapped is seen.
//!
//! A message's digest is over a random salt and its text, and its chain over the chain of the one before and all else that
//! it says: `digest = SHA-256(salt ‖ text)`, `chain = SHA-256(previous ‖ room ‖ seq ‖ message_id ‖ sender ‖ client_id ‖
//! sent_at ‖ digest ‖ expires_at, where it has one)`. Once a text is to be gone, salt and text go and the digest stays: nobody can guess at a text without
//! its salt, and the chain holds. It is against disks and mistakes, not against who can write to the database.

mod walk;

use sha2::{Digest, Sha256};
use wire::UnixMs;
use wire::chat::Message;

pub use walk::{ChainStep, ChainWalk};

use crate::expiry::without_expired_text;

/// Bytes of a salt.
const SALT_BYTES: usize = 16;
/// Bytes of SHA-256.
const HASH_BYTES: usize = 32;

/// A hash of the chain, or of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHash(pub [u8; HASH_BYTES]);

/// What makes a text's digest tell nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainSalt(pub [u8; SALT_BYTES]);

/// How a message's text is bound into the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextProof {
    /// The text is there: its digest is made with this.
    Salted(ChainSalt),
    /// The text is gone, and its salt: this was its digest.
    Gone(ChainHash),
}

/// What a message is stored with. It can be judged by itself, and beside the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainLink {
    /// Binds the text.
    pub text: TextProof,
    /// The chain of the message before, or that of the room's [anchor](ChainAnchor).
    pub previous: ChainHash,
    /// The chain up to this message.
    pub chain: ChainHash,
}

/// Where a room's chain begins: what lies up to there has none, or is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainAnchor {
    /// The last `seq` that is no part of the chain.
    pub seq: u64,
    /// What the first message of the chain is bound to.
    pub chain: ChainHash,
}

/// A message as it is stored. One that could not be read in full is `corrupt` already.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMessage {
    /// What it says.
    pub message: Message,
    /// `None` where it is from before there were chains.
    pub link: Option<ChainLink>,
}

/// What becomes of a stored message that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is what was stored.
    Sound,
    /// It is from before there were chains: nobody knows.
    Unchained,
    /// It is not what was stored.
    Corrupt,
    /// It is of another history than the message before it, or than its room's anchor.
    Broken,
}

impl ChainHash {
    /// Stands before the first message of a room.
    pub const GENESIS: Self = Self([0; HASH_BYTES]);
}

impl Default for ChainAnchor {
    /// Of a room whose every message is in its chain.
    fn default() -> Self {
        Self {
            seq: 0,
            chain: ChainHash::GENESIS,
        }
    }
}

impl TextProof {
    fn digest(&self, text: &str) -> ChainHash {
        match self {
            Self::Salted(salt) => {
                let mut hasher = Sha256::new();
                hasher.update(salt.0);
                hasher.update(text);
                ChainHash(hasher.finalize().into())
            }
            Self::Gone(digest) => *digest,
        }
    }

    /// The same with nothing left of the text.
    #[must_use]
    pub fn forgetting(self, text: &str) -> Self {
        Self::Gone(self.digest(text))
    }
}

impl ChainLink {
    /// Of a message that is to be stored after the one that ends with `previous`.
    #[must_use]
    pub fn new(message: &Message, salt: ChainSalt, previous: ChainHash) -> Self {
        let text = TextProof::Salted(salt);
        let chain = chain(previous, message, text.digest(&message.body));
        Self {
            text,
            previous,
            chain,
        }
    }

    /// True where the message is what it was stored with.
    #[must_use]
    pub fn holds(&self, message: &Message) -> bool {
        chain(self.previous, message, self.text.digest(&message.body)) == self.chain
    }
}

/// Each field whose length varies is preceded by it, so that no two messages have the same bytes.
fn chain(previous: ChainHash, message: &Message, digest: ChainHash) -> ChainHash {
    let mut hasher = Sha256::new();
    let text = |hasher: &mut Sha256, field: &str| {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    };
    hasher.update(previous.0);
    text(&mut hasher, message.room.as_str());
    hasher.update(message.seq.to_be_bytes());
    text(&mut hasher, &message.message_id);
    text(&mut hasher, message.from.as_str());
    text(&mut hasher, &message.client_id);
    hasher.update(message.sent_at.0.to_be_bytes());
    hasher.update(digest.0);
    if let Some(expires_at) = message.expires_at {
        hasher.update(expires_at.0.to_be_bytes());
    }
    ChainHash(hasher.finalize().into())
}

impl StoredMessage {
    /// A message with its link in the chain that ends with `previous`.
    #[must_use]
    pub fn new(message: Message, salt: ChainSalt, previous: ChainHash) -> Self {
        let link = Some(ChainLink::new(&message, salt, previous));
        Self { message, link }
    }

    /// Judges it by itself; `anchor` is its room's, which counts only for one without a link.
    #[must_use]
    pub fn verdict(&self, anchor: Option<ChainAnchor>) -> Verdict {
        match self.link {
            _ if self.message.corrupt => Verdict::Corrupt,
            // Who takes a text back leaves no salt.
            Some(link) if self.message.deleted && matches!(link.text, TextProof::Salted(_)) => {
                Verdict::Corrupt
            }
            Some(link) if link.holds(&self.message) => Verdict::Sound,
            None if anchor.is_some_and(|anchor| self.message.seq <= anchor.seq) => {
                Verdict::Unchained
            }
            Some(_) | None => Verdict::Corrupt,
        }
    }

    /// True where its text was taken away.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        let forgotten = |link: ChainLink| matches!(link.text, TextProof::Gone(_));
        let by_time = self.link.is_none() && self.message.body.is_empty();
        self.message.deleted || self.link.is_some_and(forgotten) || by_time
    }

    /// Takes its text away, with the salt: nothing is left by which anybody could say what it was.
    pub fn forget_text(&mut self) {
        if let Some(link) = &mut self.link {
            link.text = link.text.forgetting(&self.message.body);
        }
        self.message.body = String::new();
    }

    /// Whether a text is the one that was stored: also where what is stored of it was changed since. `None` where nobody
    /// can say.
    #[must_use]
    pub fn has_text(&self, text: &str) -> Option<bool> {
        let Some(link) = self.link else {
            if self.is_gone() {
                return None;
            }
            let is_same = self.message.body == text;
            return (is_same || !self.message.corrupt).then_some(is_same);
        };
        if link.holds(&self.message) && matches!(link.text, TextProof::Salted(_)) {
            return Some(self.message.body == text);
        }
        let tried = Message {
            body: text.to_owned(),
            ..self.message.clone()
        };
        match link.text {
            TextProof::Salted(_) if link.holds(&tried) => Some(true),
            TextProof::Salted(_) | TextProof::Gone(_) => None,
        }
    }
}

/// The message as it is served at `now`: of one that is corrupt nothing is told as if it had been said, and of one that has
/// expired nothing that it said.
#[must_use]
pub fn served(message: Message, verdict: Verdict, now: UnixMs) -> Message {
    match verdict {
        Verdict::Sound | Verdict::Unchained => without_expired_text(message, now),
        Verdict::Corrupt | Verdict::Broken => Message {
            body: String::new(),
            corrupt: true,
            ..message
        },
    }
}

/// What stands in the place of messages that are gone: `around` is one beside them.
#[must_use]
pub fn missing(around: &Message, seq: u64) -> Message {
    Message {
        room: around.room.clone(),
        seq,
        message_id: String::new(),
        from: wire::UserId(String::new()),
        client_id: String::new(),
        body: String::new(),
        sent_at: around.sent_at,
        expires_at: None,
        deleted: false,
        corrupt: true,
    }
}

#[cfg(test)]
mod tests;
