//! What chat keeps, as its callers need it: messages, and rooms with how far everybody is.
//!
//! Two traits, because in production they are two databases. `tests/store_contract` runs on every
//! implementation. The store actor alone calls what changes; anybody may read.

mod backend;
mod chain;
#[cfg(test)]
pub(crate) mod faulty;
mod feed;
pub mod memory;
mod messages;
pub mod mongo;
mod pair;
mod room_bytes;
mod rooms;
pub mod sql;
mod upkeep;
mod verify;

pub use backend::{MessageBackend, MessagesUrl, MessagesUrlError};
pub use feed::{
    DoneBatch, FeedStore, FollowOutcome, MatchChange, NewFollow, NewPost, Posted, ProfileChange,
};
use messages::FoundHead;
pub use messages::{Appended, ChainedMessages, Head, MessageStore, NewMessage, OwnSpan};
pub use pair::StorePair;
pub use rooms::{
    BlockChange, Closing, Erasure, GroupFact, Opening, RoomChanges, RoomPosition, RoomStore,
    SettledHead, StoredRoom,
};
pub use upkeep::{MessageAge, MessageUpkeep, TextEnd, TextRemoval, TextRemoved};
pub use verify::{ChainFault, ChainReport, FaultKind, verify_messages};

use std::sync::Arc;

use wire::ErrorCode;

/// Why a store did not do it. Clones are the same failure, of which each of several is told.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// It does not answer, or refused.
    #[error("the store failed: {0}")]
    Unavailable(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// Its disk is full.
    #[error("the store is full")]
    Full,
}

impl StoreError {
    /// For a reason.
    pub fn unavailable(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(reason.into().into())
    }

    /// What the one who asked is told; the cause is logged and counted.
    pub(crate) fn report(&self) -> ErrorCode {
        metrics::counter!("storage_errors_total").increment(1);
        tracing::error!(error = %self, "the store failed");
        self.code()
    }

    /// What the one who asked is told.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            StoreError::Full => ErrorCode::StorageFull,
            StoreError::Unavailable(_) => ErrorCode::StorageUnavailable,
        }
    }
}

/// Both stores of a service, which may be two databases: no change spans both.
pub trait Stores: MessageUpkeep + RoomStore {}

impl<S: MessageUpkeep + RoomStore> Stores for S {}
