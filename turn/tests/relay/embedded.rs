//! The server of this repository, on ports of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use service::Shutdown;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use turn::client::{Transport, TurnClient};
use turn::{Config, RelayListeners};
use turn_core::{Cidr, PeerPolicy, Quotas, Secret, TurnCredentials};
use wire::UnixMs;

/// Both servers of the tests know it.
pub(crate) const SECRET: &str = "the-secret-of-the-tests-which-is-long-enough";
/// The one before it.
pub(crate) const OLD_SECRET: &str = "the-secret-before-it-which-is-also-long-enough";
pub(crate) const REALM: &str = "rendezvous";
/// Long enough for anything that should happen at once, on two busy cores.
pub(crate) const SOON: Duration = Duration::from_secs(5);
/// Short, so that a test sees it pass, and longer than two busy cores need for an allocation.
const SHORT: Duration = Duration::from_secs(2);
/// Quotas that a test reaches soon.
pub(crate) const QUOTAS: Quotas = Quotas {
    per_person: 10,
    total: 50,
    bytes_per_second: 2_000_000,
};

pub(crate) fn secrets() -> Vec<Secret> {
    [SECRET, OLD_SECRET]
        .map(|text| Secret::new(text).unwrap())
        .to_vec()
}

/// User name and password of a person for a minute, signed with the newest secret.
pub(crate) fn credential(person: &str) -> (String, String) {
    credential_for(person, 60_000)
}

/// The same for so many milliseconds, rounded up to a second.
pub(crate) fn credential_for(person: &str, ttl_ms: i64) -> (String, String) {
    let now = testkit::now();
    let issuer = TurnCredentials {
        urls: vec!["turn:here".to_owned()],
        secrets: secrets(),
    };
    let mut servers = issuer.ice_servers(now, "session", person, ttl_ms, UnixMs(i64::MAX));
    let server = servers.remove(0);
    (server.username.unwrap(), server.credential.unwrap())
}

/// A running server; stopped when it is dropped.
pub(crate) struct Embedded {
    pub(crate) address: SocketAddr,
    pub(crate) http: String,
    shutdown: Shutdown,
    _running: JoinHandle<()>,
}

impl Embedded {
    /// One as `up` starts it: nothing is allowed that is not by default.
    pub(crate) async fn start() -> Self {
        Self::allowing(&[]).await
    }

    pub(crate) async fn allowing(ranges: &[&str]) -> Self {
        Self::with(ranges, None, SOON * 4).await
    }

    /// One that soon closes TCP connections which make no progress.
    pub(crate) async fn impatient() -> Self {
        Self::with(&["127.0.0.0/8"], None, SHORT).await
    }

    /// One that other services tell of revocations, which it stores in `data_dir`.
    pub(crate) async fn storing(data_dir: &Path) -> Self {
        Self::with(&[], Some(data_dir.to_owned()), SOON * 4).await
    }

    async fn with(ranges: &[&str], data_dir: Option<PathBuf>, stream_timeout: Duration) -> Self {
        // The HTTP client of the tests needs a provider, which in the binary `main` installs.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let listeners = RelayListeners::bind("127.0.0.1:0".parse().unwrap())
            .await
            .unwrap();
        let address = listeners.address();
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let http_address = format!("http://{}", http.local_addr().unwrap());
        let allowed: Vec<Cidr> = ranges.iter().map(|range| range.parse().unwrap()).collect();
        let config = Config {
            realm: REALM.to_owned(),
            secrets: secrets(),
            relay_ip: address.ip(),
            external_ip: None,
            ports: (20_000, 60_000),
            peers: PeerPolicy::except(allowed),
            quotas: QUOTAS,
            max_lifetime_s: 600,
            stream_timeout,
            data_dir,
            revocations_kept: Duration::from_secs(600),
        };
        let shutdown = Shutdown::new();
        let stopped = shutdown.clone();
        let running = tokio::spawn(async move {
            turn::run(listeners, http, config, stopped).await.unwrap();
        });
        Self {
            address,
            http: http_address,
            shutdown,
            _running: running,
        }
    }

    pub(crate) async fn client(&self, transport: Transport, person: &str) -> TurnClient {
        let (username, password) = credential(person);
        TurnClient::connect(transport, self.address, &username, &password)
            .await
            .unwrap()
    }

    /// The value of a series in `/metrics`.
    pub(crate) async fn metric(&self, series: &str) -> f64 {
        let text = reqwest::get(format!("{}/metrics", self.http))
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        text.lines()
            .find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
            .unwrap_or_else(|| panic!("no {series} in\n{text}"))
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.shutdown.abort();
    }
}
