//! Which addresses are not out on the public network, in every spelling: what lets strangers choose where it sends
//! refuses them, unless the operator has named an exception.

/// The ranges of RFC 6890 and its registries, what clouds keep for themselves, and the IPv6 ranges that are IPv4
/// addresses in disguise, each with what it is for.
pub const SPECIAL_RANGES: [(&str, &str); 32] = [
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "behind a carrier's NAT"),
    ("127.0.0.0/8", "loopback"),
    ("168.63.129.16/32", "Azure's host, which hands out secrets"),
    ("169.254.0.0/16", "link-local, and the metadata of clouds"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.88.99.0/24", "6to4 relays"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "benchmarks"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved, and broadcast"),
    ("::/96", "unspecified, loopback, IPv4-compatible"),
    ("::ffff:0:0/96", "IPv4-mapped"),
    ("::ffff:0:0:0/96", "IPv4-translated"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "NAT64 of a local network"),
    ("100::/64", "discarded"),
    ("100:0:0:1::/64", "dummy prefix"),
    ("2001::/23", "Teredo, ORCHID, benchmarks"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "unique local"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
];
