//! How links of chains are written, and what is done about messages that are not what was stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_core::{
    ChainAnchor, ChainHash, ChainLink, ChainSalt, ChainWalk, HistoryPage, MessageDraft, PageFrom,
    StoredMessage, TextProof, Verdict, missing, served, without_expired_text,
};
use service::clock::now;
use wire::RoomId;
use wire::chat::Message;

use super::Appended;

/// Damaged messages whose place is remembered, so that each is told of once (under 1 MiB); above it all are forgotten.
const MAX_REPORTED: usize = 5_000;

/// Where the chains of rooms begin.
pub(crate) type ChainAnchors = BTreeMap<RoomId, ChainAnchor>;

/// A link as text: base64 for URLs, without padding. Without a link all four are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LinkTexts {
    pub(super) salt: Option<String>,
    pub(super) digest: Option<String>,
    pub(super) previous: Option<String>,
    pub(super) chain: Option<String>,
}

impl LinkTexts {
    pub(super) fn of(link: Option<&ChainLink>) -> Self {
        let Some(link) = link else {
            return Self::default();
        };
        let (salt, digest) = match &link.text {
            TextProof::Salted(salt) => (Some(URL_SAFE_NO_PAD.encode(salt.0)), None),
            TextProof::Gone(digest) => (None, Some(hash_text(digest))),
        };
        Self {
            salt,
            digest,
            previous: Some(hash_text(&link.previous)),
            chain: Some(hash_text(&link.chain)),
        }
    }

    /// An error where they are no link, and not nothing either.
    pub(super) fn read(&self) -> Result<Option<ChainLink>, UnreadableLink> {
        if *self == Self::default() {
            return Ok(None);
        }
        let text = match (&self.salt, &self.digest) {
            (Some(salt), None) => TextProof::Salted(ChainSalt(bytes(salt)?)),
            (None, Some(digest)) => TextProof::Gone(ChainHash(bytes(digest)?)),
            _ => return Err(UnreadableLink),
        };
        let hash = |text: &Option<String>| {
            let text = text.as_deref().ok_or(UnreadableLink)?;
            Ok(ChainHash(bytes(text)?))
        };
        Ok(Some(ChainLink {
            text,
            previous: hash(&self.previous)?,
            chain: hash(&self.chain)?,
        }))
    }
}

/// What stands in a link's place is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnreadableLink;

/// A hash as it is written.
pub(super) fn hash_text(hash: &ChainHash) -> String {
    URL_SAFE_NO_PAD.encode(hash.0)
}

/// What messages after one with such a chain are bound to. Sending goes on where nobody can read it any more: that
/// message is shown as damaged, and the chain goes on from the beginning.
pub(super) fn hash_or_genesis(text: &str) -> ChainHash {
    bytes(text).map_or(ChainHash::GENESIS, ChainHash)
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], UnreadableLink> {
    let decoded = URL_SAFE_NO_PAD.decode(text).map_err(|_| UnreadableLink)?;
    decoded.try_into().map_err(|_| UnreadableLink)
}

/// A message with what was found as its link.
pub(super) fn stored(message: Message, link: &LinkTexts) -> StoredMessage {
    match link.read() {
        Ok(link) => StoredMessage { message, link },
        Err(UnreadableLink) => StoredMessage {
            message: Message {
                corrupt: true,
                ..message
            },
            link: None,
        },
    }
}

/// The rooms whose anchor says something of these messages.
pub(super) fn unlinked_rooms<'a>(
    messages: impl IntoIterator<Item = &'a StoredMessage>,
) -> BTreeSet<RoomId> {
    let messages = messages.into_iter();
    let unlinked = messages.filter(|stored| stored.link.is_none());
    unlinked.map(|stored| stored.message.room.clone()).collect()
}

/// The same of a page, where its beginning may be missing too.
pub(super) fn rooms_of_page(messages: &[StoredMessage], page: HistoryPage) -> BTreeSet<RoomId> {
    let mut rooms = unlinked_rooms(messages);
    if let (Some(first), PageFrom::After(after)) = (messages.first(), page.from)
        && first.message.seq > after.saturating_add(1)
    {
        rooms.insert(first.message.room.clone());
    }
    rooms
}

/// Looks at every message that is read, and tells of each that is damaged once. Clones share what they know.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadCheck {
    reported: Arc<Mutex<BTreeSet<(RoomId, u64)>>>,
}

impl ReadCheck {
    /// Messages of any rooms, as they are served.
    pub(super) fn each(
        &self,
        messages: Vec<StoredMessage>,
        anchors: &ChainAnchors,
    ) -> Vec<Message> {
        let one = |stored| self.one(stored, anchors);
        messages.into_iter().map(one).collect()
    }

    /// A message as it is served.
    pub(super) fn one(&self, stored: StoredMessage, anchors: &ChainAnchors) -> Message {
        let anchor = anchors.get(&stored.message.room).copied();
        let verdict = stored.verdict(anchor);
        self.note(&stored.message, verdict);
        served(stored.message, verdict, now())
    }

    /// Messages of one room in rising `seq`, as a page of them is served: what is not there has something in its place.
    pub(super) fn page(
        &self,
        messages: Vec<StoredMessage>,
        anchors: &ChainAnchors,
        page: HistoryPage,
    ) -> Vec<Message> {
        let limit = page.limit as usize;
        let room = messages.first().map(|stored| &stored.message.room);
        let anchor = room.and_then(|room| anchors.get(room)).copied();
        let after = match page.from {
            PageFrom::After(after) => Some(after),
            PageFrom::Newest | PageFrom::Before(_) => None,
        };
        let mut walk = ChainWalk::new(anchor, after);
        let mut shown: Vec<Message> = Vec::with_capacity(messages.len());
        for stored in messages {
            let step = walk.step(&stored);
            if let Some(gap) = step.missing {
                // No more than the page may have, from the side at which it begins.
                let most = u64::from(page.limit);
                let (first, last) = match after {
                    Some(_) => (*gap.start(), (*gap.end()).min(gap.start() + most)),
                    None => (
                        (*gap.start()).max(gap.end().saturating_sub(most)),
                        *gap.end(),
                    ),
                };
                for seq in first..=last {
                    let message = missing(&stored.message, seq);
                    self.note(&message, Verdict::Corrupt);
                    shown.push(message);
                }
            }
            self.note(&stored.message, step.verdict);
            shown.push(served(stored.message, step.verdict, now()));
        }
        match after {
            Some(_) => shown.truncate(limit),
            None => drop(shown.drain(..shown.len().saturating_sub(limit))),
        }
        shown
    }

    /// What becomes of a draft whose key stands for that message.
    pub(super) fn outcome(
        &self,
        known: StoredMessage,
        draft: &MessageDraft,
        anchors: &ChainAnchors,
    ) -> Appended {
        match known.has_text(&draft.body) {
            Some(false) => Appended::Conflict,
            // Whatever is stored of it: this is what it said.
            Some(true) => {
                let said = Message {
                    body: draft.body.clone(),
                    corrupt: false,
                    ..known.message
                };
                Appended::Repeat(without_expired_text(said, now()))
            }
            None => Appended::Repeat(self.one(known, anchors)),
        }
    }

    fn note(&self, message: &Message, verdict: Verdict) {
        if matches!(verdict, Verdict::Sound | Verdict::Unchained) {
            return;
        }
        let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.len() >= MAX_REPORTED {
            reported.clear();
        }
        if !reported.insert((message.room.clone(), message.seq)) {
            return;
        }
        drop(reported);
        metrics::counter!("chat_messages_corrupt_total").increment(1);
        tracing::error!(
            room = %message.room,
            seq = message.seq,
            "a stored message is not what was stored: it is shown as damaged; `rendezvous doctor --verify-messages` looks at all of them"
        );
    }
}

#[cfg(test)]
mod tests;
