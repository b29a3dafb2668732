//! HTTP as every service speaks it: the accept loop, problem documents, JSON commands, common layers.
//!
//! No route of a service stands here, only what all routes have in common.

mod accept_limiter;
mod error;
mod json;
mod layers;
mod limits;
mod query;
mod reserve;
mod serve;
mod stream;

pub(crate) use accept_limiter::AcceptLimiter;
pub use error::HttpError;
pub use json::{BODY_LIMIT, Json, JsonOrEmpty};
pub use layers::standard;
pub use limits::Limits;
pub use query::refuse_credentials_in_url;
pub use serve::{ListenerConfig, PeerAddr, serve};
pub(crate) use stream::Linger;

use std::time::Duration;

/// Longest wait for an answer of another service.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client for talking to the other services: bounded in time, follows no redirect.
///
/// # Panics
/// When no rustls provider was installed by `main`.
#[must_use]
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .timeout(CLIENT_TIMEOUT)
        .connect_timeout(Duration::from_secs(2))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tcp_nodelay(true)
        .build()
        .expect("main installs the rustls provider, and nothing else can fail")
}
