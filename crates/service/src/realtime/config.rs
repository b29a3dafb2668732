//! The settings that chat and signaling share. Plain values: files and the environment are read elsewhere.

use std::path::PathBuf;

use crate::origin::AllowedOrigins;
use crate::test_clock::TestClock;

/// Where a scheduler listens by default; its pages may connect.
const SCHEDULER_URL: &str = "http://127.0.0.1:8080";

/// Settings of a realtime service. The defaults work on a laptop with a scheduler on its default port.
#[derive(Debug, Clone)]
pub struct RealtimeConfig {
    /// Where clients reach this service; what tickets name.
    pub public_url: String,
    /// The installation's data directory; the service's files lie in `<data_dir>/<service>`.
    pub data_dir: PathBuf,
    /// Where the scheduler is: its ticket keys are fetched there, and events are posted there.
    pub scheduler_url: String,
    /// What the `iss` of each ticket must be, the scheduler's public address; absent: `scheduler_url`.
    pub issuer: Option<String>,
    /// Origins of pages that may connect, each as a browser sends it. Empty: no page may.
    pub allowed_origins: Vec<String>,
    /// Proxies whose word on a client's address counts: addresses, and blocks as `10.0.0.0/8`.
    pub trusted_proxies: Vec<String>,
    /// The clock of tests, which the scheduler moves; none but under `up --test-clock`.
    pub test_clock: Option<TestClock>,
}

impl RealtimeConfig {
    /// The defaults of a service that listens on `port` of this machine.
    #[must_use]
    pub fn on_port(port: u16) -> Self {
        let origins = AllowedOrigins::from_web_origin(SCHEDULER_URL).unwrap_or_default();
        Self {
            public_url: format!("http://127.0.0.1:{port}"),
            data_dir: PathBuf::from("data"),
            scheduler_url: SCHEDULER_URL.to_owned(),
            issuer: None,
            allowed_origins: origins.iter().map(str::to_owned).collect(),
            trusted_proxies: Vec::new(),
            test_clock: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedulers_pages_may_connect_by_default() {
        let config = RealtimeConfig::on_port(8081);
        assert_eq!(config.public_url, "http://127.0.0.1:8081");
        assert_eq!(
            config.allowed_origins,
            [
                "http://localhost:8080",
                "http://127.0.0.1:8080",
                "http://[::1]:8080"
            ]
        );
    }
}
