//! What a subscription to a room still needs.
use super::request::StompRefusal;

/// What follows once a subscription has everything that was known when it was last looked at.
#[derive(Debug, PartialEq)]
pub(super) enum CatchUpStep {
    /// More has come.
    ReadOn,
    /// It gets what comes, or is there no more.
    Done,
    /// Its room is its person's no more.
    Refused(StompRefusal),
}
