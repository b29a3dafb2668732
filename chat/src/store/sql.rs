//! Messages and rooms in SQL databases, in statements that every engine of `storage` takes.

mod activity;
mod feed;
pub(crate) mod mark;
mod messages;
mod person_locks;
mod rooms;

pub use messages::SqlMessages;
pub use rooms::SqlRooms;

use super::StoreError;

impl From<storage::Error> for StoreError {
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Full(_) => StoreError::Full,
            other => StoreError::unavailable(other),
        }
    }
}
