//! Which pages may talk to a service: an exact list, for WebSocket upgrades and for CORS.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember a preflight's answer.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(600);

/// A page of an origin that is not on the list asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("pages of this origin may not connect")]
pub struct OriginNotAllowed;

/// The origins of pages that may connect. Compared byte for byte.
#[derive(Debug, Clone, Default)]
pub struct AllowedOrigins {
    list: Arc<Vec<HeaderValue>>,
}

impl AllowedOrigins {
    /// Exactly these, each as a browser sends it: `https://app.example`, without a path.
    ///
    /// # Errors
    /// Names the entry that is no origin.
    pub fn new<S: AsRef<str>>(origins: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let mut list = Vec::new();
        for origin in origins {
            let value = parse(origin.as_ref())?;
            if !list.contains(&value) {
                list.push(value);
            }
        }
        Ok(Self {
            list: Arc::new(list),
        })
    }

    /// The default: the web front end's origin; on this machine under each of its three names.
    ///
    /// # Errors
    /// When `web` is no `http` or `https` address.
    pub fn from_web_origin(web: &str) -> Result<Self, String> {
        Self::new(expand(web)?)
    }

    /// What the list holds, as text.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.list.iter().filter_map(|value| value.to_str().ok())
    }

    /// Lets a WebSocket upgrade pass when no page asks (no `Origin`), or one of the list.
    ///
    /// # Errors
    /// For any other origin, `null`, or more than one.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), OriginNotAllowed> {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let allowed = match (origins.next(), origins.next()) {
            (None, _) => true,
            (Some(origin), None) => self.list.contains(origin),
            (Some(_), Some(_)) => false,
        };
        if allowed {
            return Ok(());
        }
        metrics::counter!("origin_refused_total").increment(1);
        Err(OriginNotAllowed)
    }

    /// The CORS layer; part of [`crate::http::standard`].
    pub fn cors(&self) -> CorsLayer {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(self.list.iter().cloned()))
            .allow_methods([
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_MATCH,
                HeaderName::from_static("idempotency-key"),
                HeaderName::from_static("last-event-id"),
            ])
            .expose_headers([
                header::ETAG,
                header::LOCATION,
                header::RETRY_AFTER,
                HeaderName::from_static("x-request-id"),
            ])
            .max_age(PREFLIGHT_MAX_AGE)
    }
}

/// The origin of an address: scheme, host and port, as a browser writes it.
///
/// # Errors
/// When it is no `http` or `https` address.
pub fn origin_of(address: &str) -> Result<String, String> {
    let wrong = || format!("{address:?} is no http or https address");
    let (scheme, rest) = address.split_once("://").ok_or_else(wrong)?;
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return Err(wrong()),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Err(wrong());
    }
    let host = authority.strip_suffix(default_port).unwrap_or(authority);
    Ok(format!("{scheme}://{}", host.to_ascii_lowercase()))
}

fn parse(origin: &str) -> Result<HeaderValue, String> {
    if origin_of(origin)? != origin {
        return Err(format!(
            "{origin:?} is no origin: write scheme, host and port only, in lower case"
        ));
    }
    HeaderValue::from_str(origin).map_err(|_| format!("{origin:?} is no origin"))
}

fn expand(web: &str) -> Result<Vec<String>, String> {
    const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
    let origin = origin_of(web)?;
    let Some((scheme, authority)) = origin.split_once("://") else {
        return Ok(vec![origin]);
    };
    for name in LOCAL {
        if let Some(port) = authority.strip_prefix(name)
            && (port.is_empty() || port.starts_with(':'))
        {
            let all = LOCAL.iter().map(|host| format!("{scheme}://{host}{port}"));
            return Ok(all.collect());
        }
    }
    Ok(vec![origin])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(origins: &[&'static str]) -> bool {
        let allowed = AllowedOrigins::from_web_origin("http://127.0.0.1:8080/join").unwrap();
        let mut headers = HeaderMap::new();
        for origin in origins {
            headers.append(header::ORIGIN, HeaderValue::from_static(origin));
        }
        allowed.check(&headers).is_ok()
    }

    #[test]
    fn edg_10_only_listed_origins_pass() {
        assert!(check(&[]));
        for origin in [
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
        ] {
            assert!(check(&[origin]), "{origin}");
        }
        for origin in [
            "null",
            "",
            "http://localhost",
            "http://localhost:8081",
            "https://localhost:8080",
            "http://LOCALHOST:8080",
            "http://localhost:8080.evil.example",
            "http://evil-localhost:8080",
            "http://localhost:8080/",
            "file://",
        ] {
            assert!(!check(&[origin]), "{origin}");
        }
        assert!(!check(&["http://localhost:8080", "http://localhost:8080"]));
    }

    #[test]
    fn origins_are_taken_from_addresses() {
        assert_eq!(
            origin_of("https://A.example:443/x").unwrap(),
            "https://a.example"
        );
        assert!(origin_of("ftp://a").is_err());
        assert!(origin_of("http://user@a").is_err());
        assert!(AllowedOrigins::new(["https://a.example/"]).is_err());
        let one = AllowedOrigins::from_web_origin("https://a.example").unwrap();
        assert_eq!(one.iter().collect::<Vec<_>>(), ["https://a.example"]);
    }
}
