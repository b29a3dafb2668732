//! By which part of an address somebody is limited.

use std::net::{IpAddr, Ipv6Addr};

/// The half of an IPv6 address that names the network; the other one its holder picks at will.
const NETWORK: u128 = !(u64::MAX as u128);

/// The address under which every limit counts `ip`: an IPv4 address as it is, also where it is mapped into
/// IPv6 (`::ffff:0:0/96`), and of IPv6 the first of its /64, since a host is given at least that many
/// addresses (RFC 6177). The loopback address stays itself.
#[must_use]
pub fn limit_key(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) if !ip.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & NETWORK))
        }
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(ip: &str) -> String {
        limit_key(ip.parse().unwrap()).to_string()
    }

    #[test]
    fn edg_70_an_address_is_limited_by_its_64_bits() {
        let same = [
            "2001:db8:1:2::",
            "2001:db8:1:2::1",
            "2001:db8:1:2:ffff:ffff:ffff:ffff",
        ];
        assert_eq!(same.map(key), ["2001:db8:1:2::"; 3]);
        assert_eq!(key("2001:db8:1:3::1"), "2001:db8:1:3::", "another network");
        assert_eq!(key("192.0.2.7"), "192.0.2.7");
        assert_eq!(key("::ffff:192.0.2.7"), "192.0.2.7", "mapped");
        // What 6to4 and NAT64 embed is no address that answers: the network counts, as everywhere.
        assert_eq!(key("2002:c000:207::1"), "2002:c000:207::");
        assert_eq!(key("64:ff9b::c000:207"), "64:ff9b::");
        assert_eq!([key("::1"), key("127.0.0.1")], ["::1", "127.0.0.1"]);
    }
}
