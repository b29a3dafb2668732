//! Which host and which address a request names: one host, and no credential.

use std::borrow::Cow;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::HttpError;

/// Names under which clients are known to put credentials into a query, without case, `_` and `-`.
const CREDENTIAL_NAMES: [&str; 13] = [
    "access",
    "accesstoken",
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "jwt",
    "key",
    "password",
    "resumetoken",
    "secret",
    "ticket",
    "token",
];
/// How often a name may be encoded upon itself and still be found.
const DECODINGS: usize = 3;

/// Middleware: 400 for a request that names no host, two, or another one than its address (RFC 9112). Part of
/// `standard`.
pub(super) async fn check_host(request: Request, next: Next) -> Response {
    match names_one_host(request.version(), request.uri(), request.headers()) {
        true => next.run(request).await,
        false => HttpError::malformed("A request names one host, in `Host`.").into_response(),
    }
}

fn names_one_host(version: Version, uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), second) = (hosts.next(), hosts.next()) else {
        // Probes of load balancers still speak HTTP/1.0, which has no such header.
        return version == Version::HTTP_10;
    };
    let host = host.to_str().ok().and_then(authority);
    let (Some(host), None) = (host, second) else {
        return false;
    };
    let Some(named) = uri.authority() else {
        return true;
    };
    let default_port = match uri.scheme_str() {
        Some("https") => 443,
        _ => 80,
    };
    let port = |of: &Authority| of.port_u16().unwrap_or(default_port);
    named.host().eq_ignore_ascii_case(host.host()) && port(named) == port(&host)
}

/// A host with or without a port, and nothing else.
fn authority(text: &str) -> Option<Authority> {
    let authority: Authority = text.parse().ok()?;
    let host = authority.host();
    let port = text.strip_prefix(host)?;
    let is_port = port.is_empty()
        || (port.bytes().skip(1).all(|byte| byte.is_ascii_digit())
            && authority.port_u16().is_some());
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_host = host.starts_with('[') || host.bytes().all(is_name);
    (!host.is_empty() && is_host && is_port).then_some(authority)
}

/// Middleware: 400 `token_in_url` for a query that names a credential. Part of `standard`.
pub(super) async fn refuse_credentials_in_url(request: Request, next: Next) -> Response {
    if has_credential(request.uri().query().unwrap_or_default()) {
        metrics::counter!("http_token_in_url_total").increment(1);
        return HttpError::token_in_url().into_response();
    }
    next.run(request).await
}

fn has_credential(query: &str) -> bool {
    query
        .split(['&', ';'])
        .filter_map(|pair| pair.split('=').next())
        .any(|name| {
            let name = plain(name);
            CREDENTIAL_NAMES.contains(&name.as_str())
        })
}

/// A name as whoever reads it leniently would: decoded, without case, and without what is no letter or digit.
fn plain(name: &str) -> String {
    let mut name = Cow::Borrowed(name.as_bytes());
    for _ in 0..DECODINGS {
        if !name.contains(&b'%') {
            break;
        }
        name = Cow::Owned(decoded(&name));
    }
    name.iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect()
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if let (b'%', [high, low, tail @ ..]) = (first, after)
            && let (Some(high), Some(low)) = (digit(high), digit(low))
        {
            decoded.push(high * 16 + low);
            rest = tail;
        } else {
            decoded.push(first);
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn edg_9_credentials_in_a_query_are_seen() {
        assert!(has_credential("ticket=ey"));
        assert!(has_credential("a=b&Access_Token=ey"));
        assert!(!has_credential(""));
        assert!(!has_credential("cursor=ticket&limit=5"));
    }

    #[test]
    fn edg_88_a_credential_is_seen_however_its_name_is_written() {
        for name in [
            "%74oken",
            "Token",
            "TOKEN",
            "t%6Fken",
            "t%6fken",
            "%2574oken",
            "+token",
            "token+",
            "%20token",
            "token%00",
            "token[]",
            "access-token",
            "accessToken",
            "api%5Fkey",
            "%61ccess%5ftoken",
        ] {
            assert!(has_credential(&format!("{name}=ey")), "{name}");
            assert!(has_credential(&format!("a=1&{name}=ey")), "{name}");
            assert!(has_credential(&format!("a=1;{name}=ey")), "{name}");
        }
        for name in ["tokens", "%", "%7", "%zz", "keyed", "session_id", "%FF"] {
            assert!(!has_credential(&format!("{name}=ey")), "{name}");
        }
    }

    #[test]
    fn edg_87_a_request_names_one_host() {
        let ask = |version, target: &'static str, hosts: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(header::HOST, HeaderValue::from_static(host));
            }
            names_one_host(version, &Uri::from_static(target), &headers)
        };
        let v11 = Version::HTTP_11;
        for host in [
            "a.example",
            "a.example:8080",
            "127.0.0.1:1",
            "[::1]:8080",
            "[::1]",
        ] {
            assert!(ask(v11, "/x", &[host]), "{host}");
        }
        for hosts in [
            &[][..],
            &["a", "a"],
            &["a", "b"],
            &[""],
            &["a/b"],
            &["u@a"],
            &["a b"],
            &["a,b"],
            &["a:"],
            &["a:x"],
            &["a:+1"],
            &["a:99999"],
            &["http://a"],
        ] {
            assert!(!ask(v11, "/x", hosts), "{hosts:?}");
        }
        assert!(ask(v11, "http://A.example/x", &["a.example:80"]));
        assert!(ask(v11, "https://a.example/x", &["a.example:443"]));
        assert!(!ask(v11, "http://b.example/x", &["a.example"]));
        assert!(!ask(v11, "http://a.example:81/x", &["a.example"]));
        assert!(ask(Version::HTTP_10, "/x", &[]));
        assert!(!ask(Version::HTTP_10, "/x", &["a", "a"]));
    }
}
