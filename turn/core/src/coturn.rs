//! The same rules for coturn: a configuration with which it takes the same credentials, refuses the same
//! peers and keeps the same quotas.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use wire::special_addresses::SPECIAL_RANGES;

use crate::{Cidr, Quotas, Secret};

/// What the configuration says.
#[derive(Debug, Clone)]
pub struct Coturn<'a> {
    /// Where it listens, on UDP and TCP.
    pub listen: SocketAddr,
    /// From where it relays.
    pub relay_ip: IpAddr,
    /// How the relay address is seen from outside, behind a NAT of one to one.
    pub external_ip: Option<IpAddr>,
    /// The first and the last port that it relays from.
    pub ports: (u16, u16),
    /// Named in challenges.
    pub realm: &'a str,
    /// All that credentials may be signed with.
    pub secrets: &'a [Secret],
    /// Peers that may be reached though their range is refused.
    pub allowed: &'a [Cidr],
    /// How much may be used.
    pub quotas: Quotas,
    /// Longest life of an allocation before it must be refreshed, in seconds.
    pub max_lifetime_s: u32,
}

impl Coturn<'_> {
    /// The text of a `turnserver.conf`. It holds the secrets.
    #[must_use]
    pub fn config(&self) -> String {
        let mut text = String::new();
        let mut line = |line: std::fmt::Arguments<'_>| {
            writeln!(text, "{line}").expect("a String takes every write");
        };
        line(format_args!(
            "# For coturn 4.6 and later; made by `rendezvous turn-config`. It holds secrets: chmod 0600."
        ));
        line(format_args!("listening-ip={}", self.listen.ip()));
        line(format_args!("listening-port={}", self.listen.port()));
        line(format_args!("relay-ip={}", self.relay_ip));
        if let Some(external) = self.external_ip {
            line(format_args!("external-ip={external}/{}", self.relay_ip));
        }
        line(format_args!(
            "min-port={}\nmax-port={}",
            self.ports.0, self.ports.1
        ));
        line(format_args!(
            "\n# Credentials: the user name says until when, the password is its HMAC."
        ));
        line(format_args!(
            "realm={}\nfingerprint\nuse-auth-secret",
            self.realm
        ));
        for secret in self.secrets {
            line(format_args!("static-auth-secret={}", secret.reveal()));
        }
        line(format_args!("stale-nonce=600"));
        line(format_args!(
            "\n# How much one person and all of them may use. A running allocation is refreshed though its credential has ended."
        ));
        line(format_args!("user-quota={}", self.quotas.per_person));
        line(format_args!("total-quota={}", self.quotas.total));
        line(format_args!("max-bps={}", self.quotas.bytes_per_second));
        line(format_args!(
            "max-allocate-lifetime={}",
            self.max_lifetime_s
        ));
        line(format_args!(
            "\n# UDP relays alone, and no way in but TURN."
        ));
        line(format_args!(
            "no-multicast-peers\nno-tcp-relay\nno-cli\nno-tls\nno-dtls"
        ));
        line(format_args!(
            "\n# Whom no relay reaches: RFC 6890, and IPv4 in IPv6's clothes (CVE-2026-27624)."
        ));
        for (range, what) in SPECIAL_RANGES {
            let range: Cidr = range.parse().expect("a test parses each of them");
            line(format_args!(
                "# {what}\ndenied-peer-ip={}-{}",
                range.first(),
                range.last()
            ));
        }
        if !self.allowed.is_empty() {
            line(format_args!("\n# turn.allow_peers"));
        }
        for range in self.allowed {
            line(format_args!(
                "allowed-peer-ip={}-{}",
                range.first(),
                range.last()
            ));
        }
        if self.allowed.iter().any(|range| range.first().is_loopback()) {
            line(format_args!("allow-loopback-peers"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trn_30_the_configuration_has_every_secret_every_range_and_every_quota() {
        let secrets = ["n", "o"].map(|letter| Secret::new(&letter.repeat(40)).unwrap());
        let allowed = ["10.1.0.0/16".parse().unwrap()];
        let text = Coturn {
            listen: "192.0.2.1:3478".parse().unwrap(),
            relay_ip: [192, 0, 2, 1].into(),
            external_ip: None,
            ports: (50_000, 50_999),
            realm: "example.org",
            secrets: &secrets,
            allowed: &allowed,
            quotas: Quotas {
                per_person: 7,
                total: 70,
                bytes_per_second: 700,
            },
            max_lifetime_s: 600,
        }
        .config();
        for line in [
            &format!("static-auth-secret={}", "n".repeat(40)),
            &format!("static-auth-secret={}", "o".repeat(40)),
            "denied-peer-ip=10.0.0.0-10.255.255.255",
            "denied-peer-ip=::ffff:0.0.0.0-::ffff:255.255.255.255",
            "denied-peer-ip=64:ff9b::-64:ff9b::ffff:ffff",
            "denied-peer-ip=2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "allowed-peer-ip=10.1.0.0-10.1.255.255",
            "user-quota=7",
            "total-quota=70",
            "max-bps=700",
            "max-allocate-lifetime=600",
            "no-multicast-peers",
            "no-tcp-relay",
            "no-cli",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is missing in\n{text}"
            );
        }
        assert!(!text.contains("allow-loopback-peers"));
    }
}
