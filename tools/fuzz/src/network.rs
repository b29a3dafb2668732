//! Tickets, and what a request says of where it comes from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use futures_util::FutureExt as _;
use service::proxies::TrustedProxies;
use service::tickets::{KeySet, TicketVerifier};
use wire::UnixMs;
use wire::address::limit_key;

/// The public key of RFC 8037, appendix A.2, whose private half nobody here has.
const KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
const NOW: UnixMs = UnixMs(1_800_000_000_000);

/// No ticket is good that nobody signed.
pub(crate) fn ticket(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let keys = KeySet::from_jwks(KEYS).expect("a key set");
    let verifier = TicketVerifier::with_keys(keys, "https://rendezvous.example");
    let checked = verifier.signaling(text, NOW).now_or_never();
    assert!(checked.expect("nothing is fetched").is_err());
}

/// Two headers, of one line each: the client is an address, and from a stranger they mean nothing.
pub(crate) fn forwarded(input: &[u8]) {
    let mut headers = HeaderMap::new();
    for (name, value) in ["x-forwarded-for", "forwarded"]
        .into_iter()
        .zip(input.split(|byte| *byte == b'\n'))
    {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    let proxies = TrustedProxies::new(["127.0.0.1", "10.0.0.0/8", "::1"]).expect("a list");
    let proxy = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let client = proxies.client(proxy, &headers);
    assert!(client.forwarded || client.ip == proxy);
    let stranger = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
    assert_eq!(proxies.client(stranger, &headers).ip, stranger);
}

/// The key of a key is itself, and those of one /64 are the same.
pub(crate) fn address(input: &[u8]) {
    let Some(octets) = input.first_chunk::<16>() else {
        return;
    };
    let ip = IpAddr::V6(Ipv6Addr::from(*octets));
    let key = limit_key(ip);
    assert_eq!(limit_key(key), key);
    let mut neighbour = *octets;
    neighbour[15] ^= 1;
    let neighbour = IpAddr::V6(Ipv6Addr::from(neighbour));
    // The loopback address is nobody's network.
    if key.is_ipv6() && !ip.is_loopback() && !neighbour.is_loopback() {
        assert_eq!(limit_key(neighbour), key);
    }
}
