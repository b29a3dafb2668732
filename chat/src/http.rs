//! Chat over HTTP: the same, for those without a WebSocket.

mod error;
mod messages;
mod query;
mod rooms;
mod ticket_holder;

pub(crate) use error::http_error;
pub(crate) use messages::{list_messages, post_message, put_read};
pub(crate) use query::QueryParameters;
pub(crate) use rooms::list_rooms;
pub(crate) use ticket_holder::TicketHolder;
