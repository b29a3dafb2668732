//! Who asks, where a reverse proxy stands in between.
//!
//! `X-Forwarded-For` and `Forwarded` (RFC 7239) are anybody's to write: they count only where the
//! connection comes from a listed proxy, and then only as far as listed proxies have written them.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;
use wire::address::limit_key;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Hops that are looked at, from the nearest on: no chain of proxies is longer.
const MAX_HOPS: usize = 16;

/// Who asks, as far as it is known for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddr {
    /// The IP address, canonical: no IPv4 mapped into IPv6.
    pub ip: IpAddr,
    /// True where a trusted proxy has said so.
    pub forwarded: bool,
}

impl ClientAddr {
    /// Who is at the other end of a connection.
    #[must_use]
    pub fn direct(ip: IpAddr) -> Self {
        Self {
            ip: ip.to_canonical(),
            forwarded: false,
        }
    }

    /// The address by which they are limited.
    #[must_use]
    pub fn limit_key(&self) -> IpAddr {
        limit_key(self.ip)
    }

    /// As [`ClientAddr::limit_key`]. None for the loopback: a proxy that is not listed, or the operator.
    #[must_use]
    pub fn counted(&self) -> Option<IpAddr> {
        (self.forwarded || !self.ip.is_loopback()).then(|| self.limit_key())
    }
}

/// Proxies whose word is taken. Clones share the list.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Arc<[IpNet]>);

impl TrustedProxies {
    /// Addresses, as `10.0.0.7`, and blocks of them, as `10.0.0.0/8`.
    ///
    /// # Errors
    /// Names the entry that is neither.
    pub fn new<S: AsRef<str>>(list: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let parse = |entry: S| {
            let entry = entry.as_ref();
            entry
                .parse::<IpNet>()
                .or_else(|_| entry.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| format!("{entry:?} is no address and no block of them, as 10.0.0.0/8"))
        };
        list.into_iter()
            .map(parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// True for a listed one.
    #[must_use]
    pub fn trusts(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|net| net.contains(&ip))
    }

    /// Who asks: the nearest hop that is no listed proxy.
    ///
    /// A proxy writes one of the two headers and may pass the other on as it came. So where both are there
    /// and differ, neither is believed, and the proxy itself counts as the one who asks.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return ClientAddr::direct(peer);
        }
        let listed = all(headers, &X_FORWARDED_FOR).map(|text| self.nearest(&hops(&text)));
        let standard = all(headers, &header::FORWARDED).map(|text| self.nearest(&elements(&text)));
        let ip = match (listed, standard) {
            (None, None) => return ClientAddr::direct(peer),
            (Some(one), Some(other)) if one != other => None,
            (Some(one), _) | (None, Some(one)) => one,
        };
        ClientAddr {
            ip: ip.unwrap_or(peer),
            forwarded: true,
        }
    }

    /// From the right: past listed proxies to the first other one. What can't be read ends the way, and the
    /// last proxy before it counts.
    fn nearest(&self, hops: &[&str]) -> Option<IpAddr> {
        let mut last = None;
        for hop in hops.iter().rev().take(MAX_HOPS) {
            let Some(ip) = address(hop) else { return last };
            if !self.trusts(ip) {
                return Some(ip);
            }
            last = Some(ip);
        }
        last
    }
}

/// All lines of a header as one; none where there is none.
fn all(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let lines: Vec<_> = headers
        .get_all(name)
        .iter()
        // A line that is no text is a hop that can't be read.
        .map(|line| line.to_str().unwrap_or("?"))
        .collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

fn hops(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).collect()
}

/// The `for` of each element of `Forwarded`.
fn elements(text: &str) -> Vec<&str> {
    text.split(',')
        .map(|element| {
            element
                .split(';')
                .filter_map(|pair| pair.split_once('='))
                .find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))
                .map_or("", |(_, node)| node.trim().trim_matches('"'))
        })
        .collect()
}

/// An address, with or without a port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let ip = bare
        .parse()
        .or_else(|_| hop.parse().map(|socket: SocketAddr| socket.ip()));
    ip.ok().map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    use axum::http::HeaderValue;

    fn client(peer: &str, lines: &[(&'static str, &'static str)]) -> (String, bool) {
        let proxies = TrustedProxies::new(["10.0.0.0/8", "::1"]).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let client = proxies.client(peer.parse().unwrap(), &headers);
        (client.ip.to_string(), client.forwarded)
    }

    fn forwarded(ip: &str) -> (String, bool) {
        (ip.to_owned(), true)
    }

    #[test]
    fn edg_48_a_strangers_word_is_not_taken() {
        let spoofed = [
            ("x-forwarded-for", "198.51.100.1"),
            ("forwarded", "for=198.51.100.1"),
        ];
        assert_eq!(client("192.0.2.9", &spoofed), ("192.0.2.9".into(), false));
        assert_eq!(
            client("::ffff:192.0.2.9", &spoofed),
            ("192.0.2.9".into(), false)
        );
        assert_eq!(client("127.0.0.1", &spoofed), ("127.0.0.1".into(), false));
    }

    #[test]
    fn edg_48_a_proxys_word_is_taken_up_to_the_first_who_is_none() {
        let ask = |value| client("10.0.0.1", &[("x-forwarded-for", value)]);
        assert_eq!(ask("198.51.100.1"), forwarded("198.51.100.1"));
        // What stands further left, the client has written itself.
        assert_eq!(
            ask("127.0.0.1, 8.8.8.8, 198.51.100.1, 10.9.9.9"),
            forwarded("198.51.100.1")
        );
        assert_eq!(ask("198.51.100.1:4711"), forwarded("198.51.100.1"));
        assert_eq!(ask("[2001:db8::1]:4711"), forwarded("2001:db8::1"));
        assert_eq!(ask("2001:db8::1"), forwarded("2001:db8::1"));
        assert_eq!(ask("::ffff:198.51.100.1"), forwarded("198.51.100.1"));
        // All of them are ours.
        assert_eq!(ask("10.1.1.1, 10.2.2.2"), forwarded("10.1.1.1"));
        assert_eq!(
            ask("198.51.100.1, unknown, 10.2.2.2"),
            forwarded("10.2.2.2")
        );
        assert_eq!(ask("rubbish"), forwarded("10.0.0.1"));
        assert_eq!(client("10.0.0.1", &[]), ("10.0.0.1".into(), false));
        let two = [
            ("x-forwarded-for", "8.8.8.8"),
            ("x-forwarded-for", "198.51.100.1"),
        ];
        assert_eq!(client("::1", &two), forwarded("198.51.100.1"));
    }

    #[test]
    fn edg_48_forwarded_is_read_too_and_the_two_must_agree() {
        let ask = |value| client("10.0.0.1", &[("forwarded", value)]);
        assert_eq!(
            ask("for=198.51.100.1;proto=https;by=10.0.0.1"),
            forwarded("198.51.100.1")
        );
        assert_eq!(ask("For=\"[2001:db8::1]:4711\""), forwarded("2001:db8::1"));
        assert_eq!(
            ask("for=8.8.8.8, for=198.51.100.1, for=10.3.3.3"),
            forwarded("198.51.100.1")
        );
        assert_eq!(ask("for=198.51.100.1, proto=http"), forwarded("10.0.0.1"));
        let both = |own| [("x-forwarded-for", "198.51.100.1"), ("forwarded", own)];
        assert_eq!(
            client("10.0.0.1", &both("for=198.51.100.1")),
            forwarded("198.51.100.1")
        );
        assert_eq!(
            client("10.0.0.1", &both("for=8.8.8.8")),
            forwarded("10.0.0.1")
        );
    }

    #[test]
    fn the_loopback_is_counted_only_where_a_proxy_names_it() {
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        assert_eq!(ClientAddr::direct(loopback).counted(), None);
        let forwarded = ClientAddr {
            ip: loopback,
            forwarded: true,
        };
        assert_eq!(forwarded.counted(), Some(loopback));
        let host = |ip: &str| ClientAddr::direct(ip.parse().unwrap()).counted();
        assert_eq!(host("2001:db8::1"), host("2001:db8::2"));
        assert!(TrustedProxies::new(["10.0.0.0/33"]).is_err());
        assert!(TrustedProxies::new(["proxy.example"]).is_err());
    }
}
