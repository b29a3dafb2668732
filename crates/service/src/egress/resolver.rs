//! Names become addresses here, once for each connection, and none that is not allowed leaves.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::policy::EgressPolicy;
use super::url::EgressRefusal;

/// Who knows the addresses of a name.
pub(super) trait Lookup: Send + Sync + 'static {
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver, with its `/etc/hosts`.
pub(super) struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why a name is not connected to.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    #[error(transparent)]
    Refused(EgressRefusal),
    #[error("the name has no address")]
    Unresolved,
}

/// Gives a client the addresses of a name if every one of them may be connected to.
pub(super) struct CheckedResolver {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) policy: EgressPolicy,
    /// True where all of them must be exceptions, as for `http`.
    pub(super) only_exceptions: bool,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let looking = self.lookup.addresses(name.as_str().to_owned());
        let (policy, only_exceptions) = (self.policy.clone(), self.only_exceptions);
        Box::pin(async move {
            let found = looking.await.map_err(|_| ResolveError::Unresolved)?;
            check(&policy, only_exceptions, &found)?;
            // Port 0 stands for that of the URL.
            let addresses = found.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

fn check(
    policy: &EgressPolicy,
    only_exceptions: bool,
    found: &[IpAddr],
) -> Result<(), ResolveError> {
    let is_allowed = |ip: &IpAddr| match only_exceptions {
        true => policy.names(*ip),
        false => policy.allows(*ip),
    };
    match found {
        [] => Err(ResolveError::Unresolved),
        found if found.iter().all(is_allowed) => Ok(()),
        _ => Err(ResolveError::Refused(EgressRefusal::Address)),
    }
}
