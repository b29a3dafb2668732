//! `[turn]`: the STUN and TURN server, the embedded one or those of others, and the secrets that it shares
//! with signaling. What it does with them is in its own crate.

mod derived;

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::urls::normalized;
use crate::failure::Failure;

/// Where the embedded server listens unless told otherwise: TURN's own port (RFC 8656).
const LISTEN: &str = "127.0.0.1:3478";
/// Where its metrics and health are served unless configured.
const METRICS_LISTEN: &str = "127.0.0.1:9083";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TurnSection {
    /// Whether the embedded server runs; it does not where `urls` name others.
    pub(crate) enabled: bool,
    /// `host:port`, on UDP and TCP; empty: 127.0.0.1:3478, and under `up` another port if that is taken.
    pub(crate) listen: String,
    /// `host:port` for its `/metrics` and `/health`; empty: 127.0.0.1:9083, and under `up` another port if
    /// that is taken.
    pub(crate) metrics_listen: String,
    /// Where signaling tells the relay of kicks and ends, as `http://10.0.0.7:9083`; empty: at `metrics_listen`,
    /// where the embedded server runs.
    pub(crate) internal_url: String,
    /// By which name or address clients reach it; empty: where it relays.
    pub(crate) host: String,
    /// The address that it relays from; empty: where it listens.
    pub(crate) relay_ip: String,
    /// How that address is seen from outside, behind a NAT of one to one; empty: as it is.
    pub(crate) external_ip: String,
    /// The first port that it relays from.
    pub(crate) min_port: u16,
    /// The last one.
    pub(crate) max_port: u16,
    /// `stun:`, `turn:` and `turns:` addresses of other servers that know the secrets, as coturn.
    pub(crate) urls: Vec<String>,
    /// What credentials are signed with, the newest first, 32 bytes each at least; none: one is made, in
    /// `keys/turn.secret` of the data directory.
    pub(crate) secrets: Vec<String>,
    /// Named in challenges.
    pub(crate) realm: String,
    /// Ranges that may be relayed to though they are not on the public network, as `10.1.0.0/16`.
    pub(crate) allow_peers: Vec<String>,
    /// Allocations at once of one person in one session.
    pub(crate) user_quota: usize,
    /// Allocations at once in all.
    pub(crate) total_quota: usize,
    /// Bytes a second of one allocation, in each direction.
    pub(crate) max_bytes_per_second: u32,
    /// Longest life of an allocation before it must be refreshed, in seconds.
    pub(crate) max_lifetime_s: u32,
    /// How long a credential is good, in milliseconds; signaling renews it before it ends.
    pub(crate) credential_ttl_ms: u64,
    /// How long a TCP connection may be without an allocation, take to complete a frame, or not read, in
    /// milliseconds.
    pub(crate) stream_timeout_ms: u64,
    /// Whether `listen` was left open, so that another port will do.
    #[serde(skip)]
    pub(crate) may_listen_elsewhere: bool,
    /// The same of `metrics_listen`.
    #[serde(skip)]
    pub(crate) may_serve_metrics_elsewhere: bool,
}

impl Default for TurnSection {
    fn default() -> Self {
        Self {
            enabled: true,
            listen: String::new(),
            metrics_listen: String::new(),
            internal_url: String::new(),
            host: String::new(),
            relay_ip: String::new(),
            external_ip: String::new(),
            // The dynamic ports (RFC 6335).
            min_port: 49_152,
            max_port: 65_535,
            urls: Vec::new(),
            secrets: Vec::new(),
            realm: "rendezvous".to_owned(),
            allow_peers: Vec::new(),
            // A browser allocates on UDP and TCP for each of its networks, and again at each ICE restart.
            user_quota: 16,
            total_quota: 2_000,
            // 8 Mbit/s: twice what a browser sends of 1080p.
            max_bytes_per_second: 1_000_000,
            max_lifetime_s: 600,
            credential_ttl_ms: 600_000,
            stream_timeout_ms: 10_000,
            may_listen_elsewhere: false,
            may_serve_metrics_elsewhere: false,
        }
    }
}

impl TurnSection {
    /// Puts a concrete value in place of each empty one, and checks all.
    pub(super) fn resolve(&mut self) -> Result<(), Failure> {
        self.may_listen_elsewhere = self.listen.is_empty();
        self.may_serve_metrics_elsewhere = self.metrics_listen.is_empty();
        for (listen, default) in [
            (&mut self.listen, LISTEN),
            (&mut self.metrics_listen, METRICS_LISTEN),
        ] {
            if listen.is_empty() {
                default.clone_into(listen);
            }
        }
        if !self.internal_url.is_empty() {
            self.internal_url =
                normalized(&self.internal_url).map_err(|why| wrong("internal_url", &why))?;
        }
        self.given_secrets()?;
        self.allowed()?;
        self.limits()?;
        for url in &self.urls {
            let is_ice = ["stun:", "stuns:", "turn:", "turns:"]
                .iter()
                .any(|scheme| url.starts_with(scheme));
            if !is_ice {
                return Err(wrong(
                    "urls",
                    &format!("{url:?} begins with no stun: or turn:"),
                ));
            }
        }
        if self.is_embedded() {
            self.relay()?;
            self.metrics_address()?;
        }
        Ok(())
    }

    /// True when `up` runs the server itself.
    pub(crate) fn is_embedded(&self) -> bool {
        self.enabled && self.urls.is_empty()
    }

    /// Where the embedded server listens.
    pub(crate) fn address(&self) -> Result<SocketAddr, Failure> {
        self.listen.parse().map_err(|_| {
            wrong(
                "listen",
                &format!("{:?} is not ip:port, as 127.0.0.1:3478", self.listen),
            )
        })
    }

    /// Where its metrics and health are served.
    pub(crate) fn metrics_address(&self) -> Result<SocketAddr, Failure> {
        self.metrics_listen.parse().map_err(|_| {
            let why = format!(
                "{:?} is not ip:port, as 127.0.0.1:9083",
                self.metrics_listen
            );
            wrong("metrics_listen", &why)
        })
    }

    fn limits(&self) -> Result<(), Failure> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'#\\".contains(&byte);
        if self.realm.is_empty() || !self.realm.bytes().all(is_plain) {
            return Err(wrong("realm", "is empty or not plain ASCII"));
        }
        if self.min_port == 0 || self.min_port > self.max_port {
            return Err(wrong("min_port", "is 0 or above turn.max_port"));
        }
        for (key, value, least) in [
            ("user_quota", self.user_quota as u64, 1),
            ("total_quota", self.total_quota as u64, 1),
            (
                "max_bytes_per_second",
                self.max_bytes_per_second.into(),
                10_000,
            ),
            ("max_lifetime_s", self.max_lifetime_s.into(), 60),
            ("credential_ttl_ms", self.credential_ttl_ms, 60_000),
            ("stream_timeout_ms", self.stream_timeout_ms, 1_000),
        ] {
            if value < least {
                return Err(wrong(key, &format!("is below {least}")));
            }
        }
        for (key, value) in [
            ("credential_ttl_ms", self.credential_ttl_ms),
            ("stream_timeout_ms", self.stream_timeout_ms),
        ] {
            if value > 3_600_000 {
                return Err(wrong(key, "is above an hour"));
            }
        }
        if self.max_lifetime_s > 3_600 {
            return Err(wrong("max_lifetime_s", "is above an hour"));
        }
        Ok(())
    }
}

fn wrong(key: &str, why: &str) -> Failure {
    Failure::config(format!("turn.{key}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a-secret-of-at-least-thirty-two-bytes";

    fn refused(change: impl FnOnce(&mut TurnSection)) -> String {
        let mut turn = TurnSection::default();
        change(&mut turn);
        match turn.resolve() {
            Err(Failure::Config(line)) => line,
            other => panic!("{other:?}: {turn:?}"),
        }
    }

    #[test]
    fn trn_20_the_default_is_an_embedded_server_on_loopback() {
        let data = tempfile::tempdir().unwrap();
        let mut turn = TurnSection::default();
        turn.resolve().unwrap();
        assert!(turn.is_embedded() && turn.may_listen_elsewhere);
        let issued = turn.credentials(data.path()).unwrap().unwrap();
        assert_eq!(
            issued.urls,
            [
                "stun:127.0.0.1:3478",
                "turn:127.0.0.1:3478?transport=udp",
                "turn:127.0.0.1:3478?transport=tcp"
            ]
        );
        let server = turn.server(data.path()).unwrap();
        assert_eq!(server.secrets, issued.secrets, "both read the same file");
    }

    #[test]
    fn trn_20_other_servers_take_its_place_with_the_same_secrets() {
        let data = tempfile::tempdir().unwrap();
        let mut turn = TurnSection {
            urls: vec!["turn:relay.example.org:3478".to_owned()],
            secrets: vec![SECRET.to_owned(), SECRET.to_uppercase()],
            ..TurnSection::default()
        };
        turn.resolve().unwrap();
        assert!(!turn.is_embedded());
        let issued = turn.credentials(data.path()).unwrap().unwrap();
        assert_eq!(issued.urls, turn.urls);
        assert_eq!(issued.secrets.len(), 2);
        let coturn = turn.coturn(data.path()).unwrap();
        assert!(coturn.contains(&format!("static-auth-secret={SECRET}\n")));
        assert!(!data.path().join("keys").exists(), "none was made");
    }

    #[test]
    fn trn_21_what_is_wrong_is_one_line_that_names_the_key_and_no_secret() {
        for (line, key) in [
            (
                refused(|turn| turn.secrets = vec![String::new()]),
                "secrets",
            ),
            (
                refused(|turn| turn.secrets = vec!["hunter2".to_owned()]),
                "secrets",
            ),
            (
                refused(|turn| turn.urls = vec!["https://relay".to_owned()]),
                "urls",
            ),
            (
                refused(|turn| turn.allow_peers = vec!["10.0.0.1/8".to_owned()]),
                "allow_peers",
            ),
            (
                refused(|turn| turn.listen = "0.0.0.0:3478".to_owned()),
                "relay_ip",
            ),
            (refused(|turn| turn.listen = "relay".to_owned()), "listen"),
            (
                refused(|turn| turn.external_ip = "::1".to_owned()),
                "external_ip",
            ),
            (
                refused(|turn| (turn.min_port, turn.max_port) = (2, 1)),
                "min_port",
            ),
            (refused(|turn| turn.user_quota = 0), "user_quota"),
            (refused(|turn| turn.realm = "two words".to_owned()), "realm"),
        ] {
            assert!(line.starts_with(&format!("turn.{key}: ")), "{line}");
            assert!(!line.contains("hunter2"), "{line}");
        }
    }
}
