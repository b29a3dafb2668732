//! What a subscription to a room still needs.

use chat_core::MissedRange;
use wire::ErrorBody;

/// A subscription that was taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SubscriptionStart {
    /// It gets what comes.
    Live,
    /// It is to be read this first.
    CatchUp(MissedRange),
}

/// What follows once a subscription has everything that was known when it was last looked at.
#[derive(Debug, PartialEq)]
pub(super) enum CatchUpStep {
    /// More has come.
    ReadOn,
    /// It gets what comes, or is there no more.
    Done,
    /// Its room is its person's no more.
    Refused(ErrorBody),
}
