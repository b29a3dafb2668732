//! Which addresses may be connected to.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use ipnet::IpNet;
use wire::special_addresses::SPECIAL_RANGES;

static SPECIAL: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let ranges = SPECIAL_RANGES.iter();
    ranges
        .map(|(range, _)| range.parse().expect("a test parses each of them"))
        .collect()
});
/// What of IPv6 is given out as global unicast so far (RFC 4291, IANA).
static GLOBAL_UNICAST: LazyLock<IpNet> =
    LazyLock::new(|| "2000::/3".parse().expect("a range in full"));

/// All that is out on the public network, and what the operator allows besides. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct EgressPolicy {
    allow: Arc<[IpNet]>,
}

impl EgressPolicy {
    /// `allow` are the exceptions: addresses, as `10.0.0.7`, and networks, as `10.0.0.0/8`.
    ///
    /// # Errors
    /// Names the entry that is neither.
    pub fn new<S: AsRef<str>>(allow: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let allow = allow.into_iter().map(|entry| parse(entry.as_ref()));
        Ok(Self {
            allow: allow.collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn has_exceptions(&self) -> bool {
        !self.allow.is_empty()
    }

    /// True where the operator has named it.
    pub(super) fn names(&self, ip: IpAddr) -> bool {
        self.allow.iter().any(|net| net.contains(&ip))
    }

    pub(super) fn allows(&self, ip: IpAddr) -> bool {
        self.names(ip) || is_public(ip)
    }
}

fn is_public(ip: IpAddr) -> bool {
    let is_global = ip.is_ipv4() || GLOBAL_UNICAST.contains(&ip);
    is_global && !SPECIAL.iter().any(|range| range.contains(&ip))
}

fn parse(entry: &str) -> Result<IpNet, String> {
    if let Ok(ip) = entry.parse::<IpAddr>() {
        return Ok(ip.into());
    }
    let net: IpNet = entry
        .parse()
        .map_err(|_| format!("{entry:?} is no address and no network, as 10.0.0.0/8"))?;
    match net.addr() == net.network() {
        true => Ok(net),
        false => Err(format!(
            "{entry:?} has bits set after its prefix: write {}",
            net.trunc()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_155_a_special_address_is_refused_from_its_first_to_its_last() {
        let policy = EgressPolicy::default();
        for (range, what) in SPECIAL_RANGES {
            let net: IpNet = range.parse().unwrap();
            for ip in [net.network(), net.broadcast()] {
                assert!(!policy.allows(ip), "{ip}: {what}");
            }
        }
        for special in ["::1", "::ffff:8.8.8.8", "4000::1", "e000::1", "1::"] {
            assert!(!policy.allows(special.parse().unwrap()), "{special}");
        }
        for public in ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "2a00:1450::1"] {
            assert!(policy.allows(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn edg_159_exceptions_are_addresses_and_networks_and_open_nothing_beside_them() {
        let policy = EgressPolicy::new(["10.1.0.0/16", "127.0.0.1", "fd00::/8"]).unwrap();
        for (ip, is_allowed) in [
            ("10.1.2.3", true),
            ("10.2.0.1", false),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("fd12::1", true),
            ("::ffff:10.1.2.3", false),
            ("64:ff9b::a01:203", false),
        ] {
            assert_eq!(policy.allows(ip.parse().unwrap()), is_allowed, "{ip}");
        }
        for wrong in [
            "10.0.0.1/8",
            "10.0.0.0/33",
            "localhost",
            "",
            "10.0.0",
            "*",
            "https://10.0.0.1",
        ] {
            let why = EgressPolicy::new([wrong]).unwrap_err();
            assert!(why.starts_with(&format!("{wrong:?} ")), "{why}");
        }
    }
}
