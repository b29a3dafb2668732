//! The rules of chat: who is told what, which positions count, who is there, what a device has missed.
//!
//! No I/O, no clock, no randomness, no task: the service tells the [`RoomBroker`] what was committed and what
//! came in, with the time, and does what the broker answers. Nothing here has seen a database or a socket.

mod broker;
mod chain;
mod expiry;
mod feed;
mod input;
mod membership;
mod output;
mod page;
mod persist;
mod position;
mod presence;
mod read;
mod recovery;
mod room;
mod settings;
mod sync;
mod text;

pub use broker::RoomBroker;
pub use chain::{
    ChainAnchor, ChainHash, ChainLink, ChainSalt, ChainStep, ChainWalk, StoredMessage, TextProof,
    Verdict, missing, served,
};
pub use expiry::{MAX_TTL_MS, MIN_TTL_MS, expiry, is_ttl, without_expired_text};
pub use feed::{FanoutMode, FeedPage, Follow, MAX_FOLLOWING, Relation, SPREAD_TOGETHER};
pub use input::Input;
pub use membership::{MemberProgress, Membership, SentCount};
pub use output::{FrameDelivery, Output};
pub use page::{HistoryPage, PageFrom};
pub use persist::{Deletion, MessageDraft, MessageRef, Origin, WriteOutcome, WriteRequest};
pub use position::{PositionKind, PositionUpdate};
pub use presence::{LocalPresence, PresenceTracker};
pub use read::{MissedRange, ReadRequest};
pub use recovery::{MAX_MISSED, Recovery, recover};
pub use room::{MAX_MEMBERS, MAX_MEMBERS_SHOWN, Room};
pub use settings::{MAX_WATCHED, Settings};
pub use sync::{SyncCursor, SyncMark, SyncPlan};
pub use text::{MAX_ID_BYTES, check_id, check_participant};
