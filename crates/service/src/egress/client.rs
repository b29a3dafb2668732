//! A client that connects to checked addresses only, follows nothing and reads little.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use bytes::{Bytes, BytesMut};
use reqwest::Client;
use tokio::time::{Instant, timeout_at};

use super::policy::EgressPolicy;
use super::resolver::{CheckedResolver, Lookup, ResolveError, SystemLookup};
use super::url::{EgressRefusal, EgressUrl};

/// Longest wait for a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait for a name while a URL is checked.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection that nobody uses is kept, for the next call to the same host.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Connections to one host that are kept so.
const IDLE_PER_HOST: usize = 4;

/// How much of an answer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EgressLimits {
    /// For all of it, from the name's lookup to the body's end.
    pub timeout: Duration,
    /// Bytes of its body; what comes after is not read.
    pub max_body: usize,
}

impl Default for EgressLimits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(15),
            max_body: 64 * 1024,
        }
    }
}

/// What the other side answered, redirects as they are.
#[derive(Debug, Clone)]
pub struct EgressAnswer {
    /// Whatever it is: a redirect is one, too.
    pub status: StatusCode,
    /// As they came.
    pub headers: HeaderMap,
    /// As far as the limits let it come.
    pub body: Bytes,
    /// True where more was to come, or might have been.
    pub is_cut: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// It must not be called.
    #[error("{}", .0.code())]
    Refused(EgressRefusal),
    /// Its name has no address.
    #[error("unresolved")]
    Unresolved,
    /// Nobody listens there, or TLS failed.
    #[error("connect_failed")]
    Connect,
    /// No answer came in time.
    #[error("timeout")]
    Timeout,
    /// The connection broke, or what came is no HTTP.
    #[error("no_answer")]
    Broken,
}

/// Calls out, within a policy. Clones share their connections.
#[derive(Clone)]
pub struct EgressClient {
    policy: EgressPolicy,
    lookup: Arc<dyn Lookup>,
    /// For `https` on port 443, at any address that is allowed.
    public: Client,
    /// For all else, at addresses that the operator has named.
    excepted: Client,
}

impl EgressClient {
    /// A client that resolves names as the system does.
    ///
    /// # Panics
    /// When no rustls provider was installed by `main`.
    #[must_use]
    pub fn new(policy: EgressPolicy) -> Self {
        Self::looking_up(policy, &(Arc::new(SystemLookup) as Arc<dyn Lookup>))
    }

    fn looking_up(policy: EgressPolicy, lookup: &Arc<dyn Lookup>) -> Self {
        let client = |only_exceptions| {
            let resolver = CheckedResolver {
                lookup: Arc::clone(lookup),
                policy: policy.clone(),
                only_exceptions,
            };
            build(Arc::new(resolver), !only_exceptions)
        };
        Self {
            public: client(false),
            excepted: client(true),
            lookup: Arc::clone(lookup),
            policy,
        }
    }

    /// The policy that it keeps.
    #[must_use]
    pub fn policy(&self) -> &EgressPolicy {
        &self.policy
    }

    /// Refuses a URL as [`EgressClient::post`] would now. What can be seen without the network is looked at by
    /// [`EgressPolicy::check_url`]; a name that will do only as an exception of the operator, because of its scheme or its
    /// port, is resolved, and its addresses must be exceptions. One that has no address yet, or within 2 s, may get one.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub async fn check(&self, text: &str) -> Result<EgressUrl, EgressRefusal> {
        let url = self.policy.check_url(text)?;
        let Some(name) = url.name_of_exception() else {
            return Ok(url);
        };
        let looking = self.lookup.addresses(name.to_owned());
        let found = tokio::time::timeout(CHECK_TIMEOUT, looking).await;
        let Ok(Ok(found)) = found else {
            return Ok(url);
        };
        if found.iter().all(|ip| self.policy.names(*ip)) {
            return Ok(url);
        }
        let refusal = url.refusal_of_exception();
        refusal.count();
        Err(refusal)
    }

    /// Posts `body`. An answer whose body is too long or too slow is one all the same: its status counts.
    ///
    /// # Errors
    /// Where no status came, says why.
    pub async fn post(
        &self,
        url: &EgressUrl,
        headers: HeaderMap,
        body: Bytes,
        limits: EgressLimits,
    ) -> Result<EgressAnswer, EgressError> {
        let posted = self.attempt(url, headers, body, limits).await;
        posted.inspect_err(|error| {
            if let EgressError::Refused(refusal) = error {
                refusal.count();
            }
        })
    }

    async fn attempt(
        &self,
        url: &EgressUrl,
        headers: HeaderMap,
        body: Bytes,
        limits: EgressLimits,
    ) -> Result<EgressAnswer, EgressError> {
        let deadline = Instant::now() + limits.timeout;
        let client = self.client_for(url)?;
        let request = client.post(url.url().clone()).headers(headers).body(body);
        let response = timeout_at(deadline, request.send())
            .await
            .map_err(|_| EgressError::Timeout)?
            .map_err(|error| told(&error))?;
        Ok(read(response, deadline, limits.max_body).await)
    }

    /// Names are checked when they are resolved; an address that stands in the URL itself is not, and what another
    /// policy let pass need not be allowed by this one.
    fn client_for(&self, url: &EgressUrl) -> Result<&Client, EgressError> {
        let is_allowed = |ip| match url.needs_exception() {
            true => self.policy.names(ip),
            false => self.policy.allows(ip),
        };
        if !url.ip().is_none_or(is_allowed) {
            return Err(EgressError::Refused(EgressRefusal::Address));
        }
        Ok(match url.needs_exception() {
            true => &self.excepted,
            false => &self.public,
        })
    }
}

fn build(resolver: Arc<CheckedResolver>, https_only: bool) -> Client {
    Client::builder()
        .dns_resolver(resolver)
        .https_only(https_only)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .user_agent("rendezvous")
        .build()
        .expect("main installs the rustls provider, and nothing else can fail")
}

async fn read(mut response: reqwest::Response, deadline: Instant, max_body: usize) -> EgressAnswer {
    let mut body = BytesMut::new();
    let is_cut = loop {
        match timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                let room = max_body - body.len();
                body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                if chunk.len() > room {
                    break true;
                }
            }
            Ok(Ok(None)) => break false,
            Ok(Err(_)) | Err(_) => break true,
        }
    };
    EgressAnswer {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body: body.freeze(),
        is_cut,
    }
}

fn told(error: &reqwest::Error) -> EgressError {
    let mut source = error.source();
    while let Some(inner) = source {
        match inner.downcast_ref::<ResolveError>() {
            Some(ResolveError::Refused(refusal)) => return EgressError::Refused(*refusal),
            Some(ResolveError::Unresolved) => return EgressError::Unresolved,
            None => source = inner.source(),
        }
    }
    match (error.is_timeout(), error.is_connect()) {
        (true, _) => EgressError::Timeout,
        (false, true) => EgressError::Connect,
        (false, false) => EgressError::Broken,
    }
}

#[cfg(test)]
mod tests;
