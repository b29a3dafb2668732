//! Counts who is connected, and refuses connections above the limits.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use crate::limits::Limit;
use crate::proxies::TrustedProxies;

/// Connections of each address.
type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// The connections that one listener may have. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct AcceptLimiter {
    permits: Arc<Semaphore>,
    by_address: Counts,
    per_address: usize,
    proxies: TrustedProxies,
}

impl AcceptLimiter {
    pub(super) fn new(limits: &Limits, proxies: TrustedProxies) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(limits.connections)),
            by_address: Arc::default(),
            per_address: limits.connections_per_address,
            proxies,
        }
    }

    /// A permit for a connection from `peer`; `None` where there are too many.
    pub(super) fn accept(&self, peer: IpAddr) -> Option<AcceptPermit> {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            Limit::Connections.hit();
            return None;
        };
        let peer = peer.to_canonical();
        // Behind a proxy are many: there each WebSocket is counted for whoever asks for it.
        let address = match peer.is_loopback() || self.proxies.trusts(peer) {
            true => None,
            false => Some(self.accept_from(peer)?),
        };
        metrics::gauge!("connections").increment(1.0);
        Some(AcceptPermit {
            _permit: permit,
            _address: address,
        })
    }

    /// A permit for a connection of an address; `None` where it has too many.
    pub(crate) fn accept_from(&self, ip: IpAddr) -> Option<AddressPermit> {
        let mut by_address = lock(&self.by_address);
        let count = by_address.entry(ip).or_default();
        if *count >= self.per_address {
            Limit::ConnectionsPerAddress.hit();
            return None;
        }
        *count += 1;
        Some(AddressPermit {
            ip,
            by_address: Arc::clone(&self.by_address),
        })
    }
}

/// One connection, also after its upgrade; dropping it releases its place.
#[derive(Debug)]
pub(super) struct AcceptPermit {
    _permit: OwnedSemaphorePermit,
    _address: Option<AddressPermit>,
}

impl Drop for AcceptPermit {
    fn drop(&mut self) {
        metrics::gauge!("connections").decrement(1.0);
    }
}

/// One connection of an address; dropping it releases its place.
#[derive(Debug)]
pub(crate) struct AddressPermit {
    ip: IpAddr,
    by_address: Counts,
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        let mut by_address = lock(&self.by_address);
        if let Some(count) = by_address.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&self.ip);
            }
        }
    }
}

/// The count stays right when a holder panics: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_3_places_are_counted_in_all_and_for_each_address() {
        let limits = Limits {
            connections: 3,
            connections_per_address: 1,
            ..Limits::default()
        };
        let accept_limiter = AcceptLimiter::new(&limits, TrustedProxies::default());
        let far: IpAddr = "192.0.2.1".parse().unwrap();
        let near: IpAddr = "127.0.0.1".parse().unwrap();
        let first = accept_limiter.accept(far).unwrap();
        assert!(accept_limiter.accept(far).is_none());
        let _second = accept_limiter.accept(near).unwrap();
        let _third = accept_limiter.accept(near).unwrap();
        assert!(accept_limiter.accept(near).is_none());
        drop(first);
        assert!(lock(&accept_limiter.by_address).is_empty());
        assert!(accept_limiter.accept(far).is_some());
    }

    #[test]
    fn edg_48_a_listed_proxys_own_connections_are_not_counted() {
        let limits = Limits {
            connections_per_address: 1,
            ..Limits::default()
        };
        let proxies = TrustedProxies::new(["192.0.2.1"]).unwrap();
        let accept_limiter = AcceptLimiter::new(&limits, proxies);
        let proxy: IpAddr = "192.0.2.1".parse().unwrap();
        let _first = accept_limiter.accept(proxy).unwrap();
        assert!(accept_limiter.accept(proxy).is_some());
    }
}
