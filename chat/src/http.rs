//! Chat over HTTP: the same, for those without a WebSocket.

mod guest;
mod messages;
mod query;
mod refuse;
mod rooms;

pub(crate) use guest::Guest;
pub(crate) use messages::{list_messages, post_message, put_read};
pub(crate) use query::QueryParameters;
pub(crate) use refuse::refuse;
pub(crate) use rooms::list_rooms;
