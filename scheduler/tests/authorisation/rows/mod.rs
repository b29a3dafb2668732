//! The table, a file for each subject.

mod accounts;
mod applications;
mod between_services;
mod matching;
mod notifications;
mod open;
mod operators;
mod questions;
mod rooms;
mod sessions;
mod tickets;
mod webhooks;

use crate::table::Row;

/// All rows, in no order that matters.
pub(crate) fn all() -> Vec<Row> {
    [
        sessions::rows(),
        tickets::rows(),
        questions::rows(),
        notifications::rows(),
        operators::rows(),
        accounts::rows(),
        applications::rows(),
        webhooks::rows(),
        matching::rows(),
        rooms::rows(),
        between_services::rows(),
        open::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
