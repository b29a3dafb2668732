//! What follows from `[turn]`: the embedded server's configuration, the credentials that signaling hands out,
//! and a configuration for coturn.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use turn_core::{Cidr, PeerPolicy, Quotas, Secret, TurnCredentials};

use super::{TurnSection, wrong};
use crate::config::reachable;
use crate::failure::Failure;

/// The file of the data directory that holds the secret that was made here.
const SECRET_FILE: &str = "turn.secret";
/// How much later than its end a credential may be shown to a relay whose clock is late.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

impl TurnSection {
    /// Where a relay takes events; none where there is none of ours.
    pub(crate) fn events_url(&self) -> Result<Option<String>, Failure> {
        if !self.internal_url.is_empty() {
            return Ok(Some(self.internal_url.clone()));
        }
        if !self.is_embedded() {
            return Ok(None);
        }
        let address =
            reachable(&self.metrics_listen).map_err(|why| wrong("metrics_listen", why))?;
        Ok(Some(format!("http://{address}")))
    }

    /// The configuration of the embedded server.
    pub(crate) fn server(&self, data_dir: &Path) -> Result<turn::Config, Failure> {
        let (relay_ip, external_ip) = self.relay()?;
        Ok(turn::Config {
            realm: self.realm.clone(),
            secrets: self.secrets(data_dir)?,
            relay_ip,
            external_ip,
            ports: (self.min_port, self.max_port),
            peers: PeerPolicy::except(self.allowed()?),
            quotas: self.quotas(),
            max_lifetime_s: self.max_lifetime_s,
            stream_timeout: Duration::from_millis(self.stream_timeout_ms),
            data_dir: Some(data_dir.to_owned()),
            revocations_kept: Duration::from_millis(self.credential_ttl_ms) + CLOCKS_DIFFER,
        })
    }

    /// What signaling hands out; `None` where there is no server.
    pub(crate) fn credentials(&self, data_dir: &Path) -> Result<Option<TurnCredentials>, Failure> {
        if !self.is_embedded() && self.urls.is_empty() {
            return Ok(None);
        }
        Ok(Some(TurnCredentials {
            urls: self.addresses()?,
            secrets: self.secrets(data_dir)?,
        }))
    }

    /// The same rules for coturn.
    pub(crate) fn coturn(&self, data_dir: &Path) -> Result<String, Failure> {
        let (relay_ip, external_ip) = self.relay()?;
        let config = turn_core::coturn::Coturn {
            listen: self.address()?,
            relay_ip,
            external_ip,
            ports: (self.min_port, self.max_port),
            realm: &self.realm,
            secrets: &self.secrets(data_dir)?,
            allowed: &self.allowed()?,
            quotas: self.quotas(),
            // coturn asks for a credential's end only where an allocation begins, and so gives no more at once
            // than a credential has.
            max_lifetime_s: self.max_lifetime_s.min(self.credential_ttl_s()),
        };
        Ok(config.config())
    }

    fn credential_ttl_s(&self) -> u32 {
        u32::try_from(self.credential_ttl_ms / 1_000).unwrap_or(u32::MAX)
    }

    fn addresses(&self) -> Result<Vec<String>, Failure> {
        if !self.urls.is_empty() {
            return Ok(self.urls.clone());
        }
        let (relay_ip, external_ip) = self.relay()?;
        let host = match self.host.as_str() {
            "" => match external_ip.unwrap_or(relay_ip) {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            },
            named => named.to_owned(),
        };
        let at = format!("{host}:{}", self.address()?.port());
        Ok(vec![
            format!("stun:{at}"),
            format!("turn:{at}?transport=udp"),
            format!("turn:{at}?transport=tcp"),
        ])
    }

    /// The address that is relayed from, and how it is seen from outside.
    pub(super) fn relay(&self) -> Result<(IpAddr, Option<IpAddr>), Failure> {
        let read = |key: &str, text: &str| match text {
            "" => Ok(None),
            text => text
                .parse::<IpAddr>()
                .map(Some)
                .map_err(|_| wrong(key, &format!("{text:?} is no IP address"))),
        };
        let external = read("external_ip", &self.external_ip)?;
        let relay = match read("relay_ip", &self.relay_ip)? {
            Some(ip) => ip,
            None => self.address()?.ip(),
        };
        if relay.is_unspecified() {
            let why = "name the address to relay from, since turn.listen is every address";
            return Err(wrong("relay_ip", why));
        }
        if external.is_some_and(|ip| ip.is_ipv4() != relay.is_ipv4()) {
            return Err(wrong(
                "external_ip",
                "is of another family than turn.relay_ip",
            ));
        }
        Ok((relay, external))
    }

    fn secrets(&self, data_dir: &Path) -> Result<Vec<Secret>, Failure> {
        let given = self.given_secrets()?;
        if !given.is_empty() {
            return Ok(given);
        }
        let file = data_dir.join("keys").join(SECRET_FILE);
        let failed =
            |why: &dyn std::fmt::Display| Failure::config(format!("{}: {why}", file.display()));
        let text = service::secret_file::load_or_create(data_dir, SECRET_FILE)
            .map_err(|error| failed(&error))?;
        Ok(vec![Secret::new(&text).map_err(|why| failed(&why))?])
    }

    pub(super) fn given_secrets(&self) -> Result<Vec<Secret>, Failure> {
        let read = |(at, text): (usize, &String)| {
            // By its place: the secret itself must not stand in a log.
            Secret::new(text).map_err(|why| wrong("secrets", &format!("number {} {why}", at + 1)))
        };
        self.secrets.iter().enumerate().map(read).collect()
    }

    pub(super) fn allowed(&self) -> Result<Vec<Cidr>, Failure> {
        let read = |text: &String| {
            text.parse()
                .map_err(|why| wrong("allow_peers", &format!("{text:?} {why}")))
        };
        self.allow_peers.iter().map(read).collect()
    }

    fn quotas(&self) -> Quotas {
        Quotas {
            per_person: self.user_quota,
            total: self.total_quota,
            bytes_per_second: self.max_bytes_per_second,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_at(change: impl FnOnce(&mut TurnSection)) -> Option<String> {
        let mut turn = TurnSection::default();
        change(&mut turn);
        turn.resolve().unwrap();
        turn.events_url().unwrap()
    }

    #[test]
    fn sig_268_the_embedded_relay_is_told_of_ends_where_its_metrics_are_and_others_only_where_set()
    {
        let url = Some("http://127.0.0.1:9083".to_owned());
        assert_eq!(told_at(|_| {}), url);
        let every = |turn: &mut TurnSection| turn.metrics_listen = "0.0.0.0:9083".to_owned();
        assert_eq!(told_at(every), url);
        let others = |turn: &mut TurnSection| {
            turn.urls = vec!["turn:relay.example.org:3478".to_owned()];
            turn.secrets = vec!["a-secret-of-at-least-thirty-two-bytes".to_owned()];
        };
        assert_eq!(told_at(others), None);
        assert_eq!(told_at(|turn| turn.enabled = false), None);
        let elsewhere = |turn: &mut TurnSection| {
            others(turn);
            turn.internal_url = "HTTP://Relay.example.org:9083/".to_owned();
        };
        let url = Some("http://relay.example.org:9083".to_owned());
        assert_eq!(told_at(elsewhere), url);
        let mut turn = TurnSection {
            internal_url: "relay:9083".to_owned(),
            ..TurnSection::default()
        };
        let refused = turn.resolve();
        assert!(
            matches!(refused, Err(Failure::Config(line)) if line.starts_with("turn.internal_url: "))
        );
    }
}
