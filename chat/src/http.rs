//! Chat over HTTP: the same, for those without a WebSocket.

mod bearer_admission;
mod cursor;
mod error;
mod export;
mod feed;
mod following;
mod members;
mod messages;
mod operators;
mod query;
mod rooms;

pub(crate) use bearer_admission::BearerAdmission;
pub(crate) use error::http_error;
pub(crate) use export::export;
pub(crate) use feed::{delete_post, list_posts, read_feed, write_post};
pub(crate) use following::{follow, list_following, unfollow};
pub(crate) use members::list_members;
pub(crate) use messages::{delete_message, list_messages, post_message, put_read};
pub(crate) use operators::end_connections;
pub(crate) use query::QueryParameters;
pub(crate) use rooms::list_rooms;
