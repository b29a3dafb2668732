//! Which URLs may be called, as far as that can be told without asking the network.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use super::policy::EgressPolicy;

/// Longest URL that is taken, in bytes: push services and receivers of webhooks stay far below.
const MAX_URL_BYTES: usize = 2_048;
/// The only port of public addresses.
const HTTPS_PORT: u16 = 443;
/// Names that no public server has (RFC 6761, 6762, 7686, 8375, 9476, and ICANN's for private use).
const LOCAL_DOMAINS: [&str; 6] = [
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "onion",
    "alt",
];

/// A URL that passed [`EgressPolicy::check_url`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressUrl {
    url: Url,
    needs_exception: bool,
}

/// Why a URL, or what its name stands for, is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EgressRefusal {
    /// It is longer than any of a real receiver.
    TooLong,
    /// It is no URL.
    Unreadable,
    /// A browser would have to mend it, or its host is written in another way than the usual one.
    Spelling,
    /// It is not `https`.
    Scheme,
    /// It has a user or a password.
    Credentials,
    /// It has a fragment, which is never sent.
    Fragment,
    /// Its port is not 443.
    Port,
    /// Its host ends with a dot.
    TrailingDot,
    /// Its host is a name of a local network.
    LocalName,
    /// It is, or one of its name's addresses is, none of the public network.
    Address,
}

impl EgressPolicy {
    /// Refuses an address that can be told, as it stands, to be none of a public server. Asks no network: a name is
    /// resolved, and its addresses are checked, by [`super::EgressClient`].
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn check_url(&self, text: &str) -> Result<EgressUrl, EgressRefusal> {
        check(self, text).inspect_err(|refusal| refusal.count())
    }
}

impl EgressUrl {
    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// True where only an address of `egress.allow` will do: for `http`, and for a port that is not 443.
    pub(super) fn needs_exception(&self) -> bool {
        self.needs_exception
    }

    /// The name, where its addresses have to be exceptions.
    pub(super) fn name_of_exception(&self) -> Option<&str> {
        let host = self.url.host_str()?;
        (self.needs_exception && self.ip().is_none()).then_some(host)
    }

    /// Why it is refused where it is no exception.
    pub(super) fn refusal_of_exception(&self) -> EgressRefusal {
        match self.url.scheme() {
            "https" => EgressRefusal::Port,
            _ => EgressRefusal::Scheme,
        }
    }

    /// The address, where the host is one.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        let host = self.url.host_str()?;
        host.trim_matches(['[', ']']).parse().ok()
    }
}

impl EgressRefusal {
    /// The stable word for it.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            EgressRefusal::TooLong => "too_long",
            EgressRefusal::Unreadable => "unreadable",
            EgressRefusal::Spelling => "spelling",
            EgressRefusal::Scheme => "scheme",
            EgressRefusal::Credentials => "credentials",
            EgressRefusal::Fragment => "fragment",
            EgressRefusal::Port => "port",
            EgressRefusal::TrailingDot => "trailing_dot",
            EgressRefusal::LocalName => "local_name",
            EgressRefusal::Address => "address",
        }
    }

    /// The code of the field that names the URL: `url_not_allowed:<why>`.
    #[must_use]
    pub fn code(self) -> String {
        format!("url_not_allowed:{}", self.why())
    }

    pub(super) fn count(self) {
        metrics::counter!("egress_refused_total", "why" => self.why()).increment(1);
    }
}

impl fmt::Display for EgressRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EgressRefusal::TooLong => "A URL has at most 2,048 characters.",
            EgressRefusal::Unreadable => "Write a URL, as https://example.org/path.",
            EgressRefusal::Spelling => {
                "Write the URL as it is sent: ASCII only, an international name as xn--…, an IPv4 address as four decimal numbers."
            }
            EgressRefusal::Scheme => "A URL begins with https://.",
            EgressRefusal::Credentials => "A URL has no user and no password.",
            EgressRefusal::Fragment => "A URL has no fragment (#…): it would not be sent.",
            EgressRefusal::Port => "The port is 443: leave it out.",
            EgressRefusal::TrailingDot => "A host doesn't end with a dot.",
            EgressRefusal::LocalName => "A host has a name in the public DNS.",
            EgressRefusal::Address => "A host has addresses of the public network only.",
        })
    }
}

impl std::error::Error for EgressRefusal {}

fn check(policy: &EgressPolicy, text: &str) -> Result<EgressUrl, EgressRefusal> {
    if text.len() > MAX_URL_BYTES {
        return Err(EgressRefusal::TooLong);
    }
    let host_as_written = host_as_written(text)?;
    let url = Url::parse(text).map_err(|_| EgressRefusal::Unreadable)?;
    let needs_exception = url.scheme() != "https" || url.port_or_known_default() != Some(443);
    let checked = EgressUrl {
        url,
        needs_exception,
    };
    let ip = checked.ip();
    let host = checked.url.host_str().ok_or(EgressRefusal::Unreadable)?;
    // An IPv6 address has many spellings that all are in use; of all else the usual one is the only one.
    let is_usual = ip.is_some_and(|ip| ip.is_ipv6()) || host.eq_ignore_ascii_case(host_as_written);
    if !is_usual {
        return Err(EgressRefusal::Spelling);
    }
    let may_be_exception = ip.map_or(policy.has_exceptions(), |ip| policy.names(ip));
    if may_be_exception {
        return Ok(checked);
    }
    match ip {
        _ if checked.url.scheme() != "https" => Err(EgressRefusal::Scheme),
        _ if checked.url.port_or_known_default() != Some(HTTPS_PORT) => Err(EgressRefusal::Port),
        Some(ip) if !policy.allows(ip) => Err(EgressRefusal::Address),
        None if is_local(host) => Err(EgressRefusal::LocalName),
        _ => Ok(checked),
    }
}

/// The host between scheme and port, as somebody has typed it: what a parser makes of it may be something else.
fn host_as_written(text: &str) -> Result<&str, EgressRefusal> {
    let (scheme, rest) = text.split_once(':').ok_or(EgressRefusal::Unreadable)?;
    if !["https", "http"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Err(EgressRefusal::Scheme);
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains('\\');
    let rest = rest.strip_prefix("//").ok_or(EgressRefusal::Spelling)?;
    if !is_plain || rest.starts_with('/') {
        return Err(EgressRefusal::Spelling);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(EgressRefusal::Credentials);
    }
    if rest.contains('#') {
        return Err(EgressRefusal::Fragment);
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    };
    match host.ends_with('.') {
        true => Err(EgressRefusal::TrailingDot),
        false => Ok(host),
    }
}

fn is_local(host: &str) -> bool {
    let is_within = |domain: &str| {
        let rest = host.strip_suffix(domain);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    !host.contains('.') || LOCAL_DOMAINS.into_iter().any(is_within)
}

#[cfg(test)]
mod tests;
