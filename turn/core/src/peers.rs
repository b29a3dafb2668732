//! Which addresses no relay may reach: all that are not out on the public network, in every spelling. A
//! relay inside a firewall would otherwise lead through it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use wire::special_addresses::SPECIAL_RANGES;

/// A range of addresses, as `10.0.0.0/8`; an address alone is the range of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr(IpNet);

/// Why a text is no range; a sentence's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CidrError(&'static str);

impl fmt::Display for CidrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for CidrError {}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self(ip.into()));
        }
        let range: IpNet = text
            .parse()
            .map_err(|_| CidrError("is no address or range, as 10.0.0.0/8"))?;
        if range.addr() != range.network() {
            return Err(CidrError("has bits set after its prefix"));
        }
        Ok(Self(range))
    }
}

impl Cidr {
    /// True when `ip` lies in it. Families never mix: a mapped address is what it is written as.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip)
    }

    /// Its lowest address.
    #[must_use]
    pub fn first(&self) -> IpAddr {
        self.0.network()
    }

    /// Its highest address.
    #[must_use]
    pub fn last(&self) -> IpAddr {
        self.0.broadcast()
    }
}

/// Decides which peers a relay may reach.
#[derive(Debug, Clone)]
pub struct PeerPolicy {
    allowed: Vec<Cidr>,
    forbidden: Vec<Cidr>,
}

impl PeerPolicy {
    /// Everything but [`SPECIAL_RANGES`], and of that again what is `allowed`.
    #[must_use]
    pub fn except(allowed: Vec<Cidr>) -> Self {
        let forbidden = SPECIAL_RANGES
            .iter()
            .map(|(range, _)| range.parse().expect("a test parses each of them"))
            .collect();
        Self { allowed, forbidden }
    }

    /// True when a relay may send to it and receive from it.
    #[must_use]
    pub fn allows(&self, ip: IpAddr) -> bool {
        self.names(ip) || !self.forbidden.iter().any(|range| range.contains(ip))
    }

    /// True when an exception names it.
    #[must_use]
    pub fn names(&self, ip: IpAddr) -> bool {
        self.allowed.iter().any(|range| range.contains(ip))
    }
}

impl Default for PeerPolicy {
    fn default() -> Self {
        Self::except(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_of_the_table_is_one() {
        for (range, _) in SPECIAL_RANGES {
            let cidr: Cidr = range.parse().unwrap_or_else(|why| panic!("{range} {why}"));
            assert!(!PeerPolicy::default().allows(cidr.first()), "{range}");
            assert!(!PeerPolicy::default().allows(cidr.last()), "{range}");
        }
    }

    #[test]
    fn ranges_are_read_strictly() {
        for wrong in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.1/8",
            "10.0.0/8",
            "::/129",
            "ten",
        ] {
            assert!(wrong.parse::<Cidr>().is_err(), "{wrong}");
        }
        let all: Cidr = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains([8, 8, 8, 8].into()));
        assert_eq!(all.last(), IpAddr::from([255, 255, 255, 255]));
        let one: Cidr = "192.168.7.7".parse().unwrap();
        assert!(one.contains([192, 168, 7, 7].into()));
        assert!(!one.contains([192, 168, 7, 8].into()));
    }

    #[test]
    fn trn_7_an_exception_opens_what_it_names_and_no_other_spelling_of_it() {
        let policy = PeerPolicy::except(vec!["10.1.0.0/16".parse().unwrap()]);
        for (ip, is_allowed) in [
            ("10.1.2.3", true),
            ("10.2.0.1", false),
            ("::ffff:10.1.2.3", false),
            ("64:ff9b::a01:203", false),
            ("1.1.1.1", true),
            ("2606:4700::1111", true),
        ] {
            assert_eq!(policy.allows(ip.parse().unwrap()), is_allowed, "{ip}");
        }
    }
}
