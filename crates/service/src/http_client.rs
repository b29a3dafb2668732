//! Requests to the other services: one client with its time limits.

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
