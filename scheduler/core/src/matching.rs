//! How two people find each other: gifts, the matches that special ones make, and the times that a match agrees on.
//!
//! Whatever is decided here about two people is decided under a lock of both, lower id first; each decision is given
//! what was loaded under it. What only depends on the time, as the opening of a gift and the end of a proposal, is
//! derived from what is stored whenever it is read.

mod addressed_gift;
mod addressing;
mod announce;
mod block;
mod claiming;
mod crossing;
mod ending;
mod erasing;
mod gift;
mod gift_checks;
mod making;
mod match_record;
mod meeting;
mod opening;
mod outcome;
mod pair;
mod peek;
mod proposal;
mod proposing;
mod report;
mod reporting;
mod sending;

pub use addressed_gift::{AddressedFate, AddressedGift};
pub use addressing::{AddressCommand, AddressContext, send_to_address};
pub use announce::match_event;
pub use block::{BlockContext, MAX_BLOCKS, block, unblock};
pub use claiming::{ClaimContext, claim_gift};
pub use ending::{MatchInForce, end_match};
pub use erasing::erase;
pub use gift::{Gift, GiftFate};
pub use gift_checks::{CheckedGift, GiftContent, GiftTo, check_gift};
pub use making::{MatchCommand, check_match, make_match};
pub use match_record::Match;
pub use meeting::{MeetingTime, meeting_terms};
pub use opening::{open_due, read_gift, withdraw_addressed_gift, withdraw_gift};
pub use outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
pub use pair::Pair;
pub use peek::{PeekContext, peek};
pub use proposal::Proposal;
pub use proposing::{
    AcceptContext, CheckedProposal, accept, check_proposal, decline, propose, withdraw_proposal,
};
pub use report::{CheckedReport, StoredReport, check_report};
pub use reporting::{ReportContext, report};
pub use sending::{SendCommand, SendContext, send_gift};

#[cfg(test)]
mod tests;
