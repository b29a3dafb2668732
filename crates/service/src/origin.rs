//! Which pages may talk to a service: an exact list, for WebSocket upgrades and for CORS.

mod applications;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use reqwest::Url;
use tower_http::cors::{AllowOrigin, CorsLayer};

use self::applications::ApplicationOrigins;

/// How long a browser may remember a preflight's answer.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(600);

/// What a page may send: every header that a route reads, and those of W3C Trace Context.
const REQUEST_HEADERS: [HeaderName; 11] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::CACHE_CONTROL,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
    HeaderName::from_static("baggage"),
    HeaderName::from_static("x-request-id"),
];
/// What a page may read of an answer, beside what every page may.
const RESPONSE_HEADERS: [HeaderName; 6] = [
    header::ALLOW,
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
    HeaderName::from_static("x-request-id"),
];

/// A page of an origin that is not on the list asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("pages of this origin may not connect")]
pub struct OriginNotAllowed;

/// The origins of pages that may connect: a list that stays, and those of applications, which change. Compared byte
/// for byte. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct AllowedOrigins {
    list: Arc<Vec<HeaderValue>>,
    applications: Arc<ApplicationOrigins>,
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
            applications: Arc::default(),
        })
    }

    /// The default: the web front end's origin; on this machine under each of its three names.
    ///
    /// # Errors
    /// When `web` is no `http` or `https` address.
    pub fn from_web_origin(web: &str) -> Result<Self, String> {
        Self::new(expand(web)?)
    }

    /// Lets pages of these origins connect from now on, in place of those that the application named at a lower
    /// revision; false where that one is known already, or a later one.
    pub fn admit<S: AsRef<str>>(&self, application: &str, revision: u64, origins: &[S]) -> bool {
        // What is no origin was refused when it was named; no page has it.
        let origins = origins
            .iter()
            .filter_map(|origin| parse(origin.as_ref()).ok());
        self.applications
            .replace(application, revision, origins.collect())
    }

    /// What an application has named.
    #[must_use]
    pub fn of_application(&self, application: &str) -> Vec<String> {
        let named = self.applications.of(application);
        let texts = named.iter().filter_map(|origin| origin.to_str().ok());
        texts.map(str::to_owned).collect()
    }

    /// Lets the ticket of a page count: one of the origins that the ticket names, or of the list that stays where it
    /// names none. Without an `Origin` no page asks.
    ///
    /// # Errors
    /// For any other origin.
    pub fn check_ticket(
        &self,
        origin: Option<&HeaderValue>,
        named: Option<&[String]>,
    ) -> Result<(), OriginNotAllowed> {
        let is_allowed = match (origin, named) {
            (None, _) => true,
            (Some(origin), Some(named)) => named.iter().any(|one| one == origin),
            (Some(origin), None) => self.list.contains(origin),
        };
        if is_allowed {
            return Ok(());
        }
        metrics::counter!("origin_refused_total").increment(1);
        Err(OriginNotAllowed)
    }

    fn holds(&self, origin: &HeaderValue) -> bool {
        self.list.contains(origin) || self.applications.holds(origin)
    }

    /// What the list that stays holds, as text.
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
            (Some(origin), None) => self.holds(origin),
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
        let origins = self.clone();
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(move |origin, _| {
                origins.holds(origin)
            }))
            .allow_methods([
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ])
            .allow_headers(REQUEST_HEADERS)
            .expose_headers(RESPONSE_HEADERS)
            .max_age(PREFLIGHT_MAX_AGE)
    }
}

/// Schemes whose pages have no origin, or another one than they seem to.
const NOT_OF_PAGES: [&str; 8] = [
    "about",
    "blob",
    "data",
    "file",
    "ftp",
    "javascript",
    "ws",
    "wss",
];

/// The origin of an address: scheme, host and port, as a browser writes it; an international name in Punycode.
///
/// # Errors
/// When it is no `http` or `https` address.
pub fn origin_of(address: &str) -> Result<String, String> {
    let wrong = || format!("{address:?} is no http or https address");
    let has_scheme = address.starts_with("http://") || address.starts_with("https://");
    let url = Url::parse(address).map_err(|_| wrong())?;
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    // A browser's parser mends much: what it would have to mend is a mistake.
    let is_mended = address.contains(['\\', '\t', '\n', '\r', ' ']) || address.contains(":///");
    if !has_scheme || has_credentials || is_mended || address.contains('@') {
        return Err(wrong());
    }
    Ok(url.origin().ascii_serialization())
}

/// An entry of a list of origins, as a browser sends it in `Origin`. An international name becomes Punycode; all else
/// that differs from what a browser sends is refused, since it would never match.
///
/// # Errors
/// Names the entry, and what is wrong with it.
pub fn listed(origin: &str) -> Result<String, String> {
    if origin.contains('*') {
        return Err(format!(
            "{origin:?} is a pattern: write each origin in full"
        ));
    }
    if origin == "null" {
        return Err("\"null\" is the origin of any page that hides its own".to_owned());
    }
    let is_of_the_web = ["http:", "https:"]
        .iter()
        .any(|scheme| origin.to_ascii_lowercase().starts_with(scheme));
    let canonical = match is_of_the_web {
        true => of_the_web(origin)?,
        false => of_an_app(origin)?,
    };
    if canonical != origin && origin.is_ascii() {
        return Err(format!(
            "{origin:?} is no origin, which has scheme, host and port only, in lower case: write {canonical:?}"
        ));
    }
    Ok(canonical)
}

fn of_the_web(origin: &str) -> Result<String, String> {
    let wrong = || {
        format!("{origin:?} is no origin: write scheme, host and port only, as https://app.example")
    };
    let lower = origin.to_lowercase();
    let canonical = origin_of(&lower).map_err(|_| wrong())?;
    let (_, rest) = lower.split_once("://").ok_or_else(wrong)?;
    // A name that is not ASCII can't be compared with what it becomes: nothing may stand behind it.
    match rest.trim_end_matches('/').contains(['/', '?', '#']) || rest.ends_with("//") {
        true => Err(wrong()),
        false if rest.ends_with('/') && !origin.is_ascii() => Err(wrong()),
        false => Ok(canonical),
    }
}

/// Pages within an app: `capacitor://localhost`, `ionic://localhost`.
fn of_an_app(origin: &str) -> Result<String, String> {
    let wrong = || {
        format!("{origin:?} is no origin: write scheme, host and port only, as https://app.example")
    };
    let (scheme, authority) = origin.split_once("://").ok_or_else(wrong)?;
    let scheme = scheme.to_ascii_lowercase();
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme || NOT_OF_PAGES.contains(&scheme.as_str()) {
        return Err(format!(
            "{origin:?} is no origin: no page has one of that scheme"
        ));
    }
    let bare = authority.trim_end_matches('/');
    let (host, port) = match bare.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (bare, None),
    };
    let is_host = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    match is_host && is_port {
        true => Ok(format!("{scheme}://{}", bare.to_ascii_lowercase())),
        false => Err(wrong()),
    }
}

fn parse(origin: &str) -> Result<HeaderValue, String> {
    let origin = listed(origin)?;
    HeaderValue::from_str(&origin).map_err(|_| format!("{origin:?} is no origin"))
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
mod tests;
