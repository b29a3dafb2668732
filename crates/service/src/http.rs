//! HTTP as every service speaks it: the accept loop, problem documents, JSON commands, common layers.
//!
//! No route of a service stands here, only what all routes have in common.

mod accept_limiter;
mod bearer;
mod descriptor_reserve;
mod error;
mod json;
mod layers;
mod limits;
mod parser_refusals;
mod places;
mod problems;
mod progress;
mod query;
mod serve;
mod stream;
mod target;
mod timed_body;

pub use crate::http_client::client;
pub use accept_limiter::ConnectionPlace;
pub use bearer::bearer;
pub use error::HttpError;
pub use json::{BODY_LIMIT, Json, JsonOrEmpty};
pub use layers::standard;
pub(crate) use layers::with_fallbacks;
pub use limits::Limits;
pub(crate) use problems::NOTHING_HERE;
pub use query::{PAGE_MAX, page_limit};
pub use serve::{ListenerConfig, PeerAddr, serve};
pub(crate) use stream::Linger;
