//! Counts who is connected, refuses connections above the limits, and takes the places of strangers for those
//! who come after them.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;

use axum::http::Extensions;
use futures_util::task::AtomicWaker;
use wire::address::limit_key;

use super::Limits;
use super::places::{Newcomer, PlaceLimits, Places};
use crate::limits::Limit;
use crate::proxies::TrustedProxies;

/// The connections that one listener may have. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct AcceptLimiter {
    places: Arc<Mutex<Places<Arc<Eviction>>>>,
    proxies: TrustedProxies,
}

impl AcceptLimiter {
    pub(super) fn new(limits: &Limits, proxies: TrustedProxies) -> Self {
        // However few there may be, one address does not have them all.
        let of_address = limits
            .connections_per_address
            .min(limits.connections.div_ceil(2));
        let limits = PlaceLimits {
            all: limits.connections,
            of_address,
            strangers: limits.unauthenticated_of(limits.connections),
            strangers_of_address: limits.unauthenticated_of(of_address),
        };
        Self {
            places: Arc::new(Mutex::new(Places::new(limits))),
            proxies,
        }
    }

    /// A permit for a connection from `peer`; `None` where there are too many.
    pub(super) fn accept(&self, peer: IpAddr) -> Option<AcceptPermit> {
        // Behind a proxy are many: there each WebSocket is counted for whoever asks for it.
        let is_proxy = self.proxies.trusts(peer);
        let address = limit_key(peer);
        let who = Newcomer {
            address,
            is_counted: !is_proxy && !address.is_loopback(),
            is_stranger: !is_proxy,
        };
        let eviction = Arc::new(Eviction::of_stranger(who.is_stranger));
        let entered =
            self.make_room(|places, evicted| places.enter(who, Arc::clone(&eviction), evicted));
        let id = entered.inspect_err(|limit| limit.hit()).ok()?;
        metrics::gauge!("connections").increment(1.0);
        let place = ConnectionPlace {
            limiter: self.clone(),
            id,
        };
        Some(AcceptPermit { place, eviction })
    }

    /// Runs `enter`, and tells those who gave up their places for it.
    fn make_room<R>(
        &self,
        enter: impl FnOnce(&mut Places<Arc<Eviction>>, &mut Vec<Arc<Eviction>>) -> R,
    ) -> R {
        let mut evicted = Vec::new();
        let entered = enter(&mut lock(&self.places), &mut evicted);
        for eviction in evicted {
            Limit::ConnectionsUnauthenticated.hit();
            eviction.tell();
        }
        entered
    }
}

/// One connection's place, as its requests and its WebSocket know it. Clones name the same one.
#[derive(Debug, Clone)]
pub struct ConnectionPlace {
    limiter: AcceptLimiter,
    id: u64,
}

impl ConnectionPlace {
    /// The connection has shown a good credential: it makes room for no stranger from here on.
    pub fn recognize(&self) {
        if let Some(eviction) = lock(&self.limiter.places).recognize(self.id) {
            eviction.is_stranger.store(false, Ordering::Relaxed);
        }
    }

    /// As [`ConnectionPlace::recognize`], of the connection that a request came by.
    pub fn recognize_request(extensions: &Extensions) {
        if let Some(place) = extensions.get::<Self>() {
            place.recognize();
        }
    }

    /// The connection is that of a client who is named by a trusted proxy, and a stranger. False where that
    /// client has too many.
    pub(crate) fn reassign(&self, client: IpAddr) -> bool {
        let who = Newcomer {
            address: limit_key(client),
            is_counted: true,
            is_stranger: true,
        };
        let (limiter, id) = (&self.limiter, self.id);
        let reassigned = limiter.make_room(|places, evicted| {
            if let Some(eviction) = places.handle(id) {
                // From here on it asks whether its place is gone.
                eviction.is_stranger.store(true, Ordering::Relaxed);
            }
            places.reassign(id, who, evicted)
        });
        reassigned.inspect_err(|limit| limit.hit()).is_ok()
    }
}

/// One connection, also after its upgrade; dropping it releases its place.
#[derive(Debug)]
pub(super) struct AcceptPermit {
    place: ConnectionPlace,
    eviction: Arc<Eviction>,
}

impl AcceptPermit {
    /// What the connection's requests are told.
    pub(super) fn place(&self) -> ConnectionPlace {
        self.place.clone()
    }

    /// True when the place is another's; else the task is woken when it is.
    pub(super) fn is_evicted(&self, cx: &Context<'_>) -> bool {
        self.eviction.is_told(cx)
    }
}

impl Drop for AcceptPermit {
    fn drop(&mut self) {
        lock(&self.place.limiter.places).leave(self.place.id);
        metrics::gauge!("connections").decrement(1.0);
    }
}

/// How a connection learns that its place is another's.
#[derive(Debug)]
struct Eviction {
    /// Who is none is never evicted, and need not ask.
    is_stranger: AtomicBool,
    is_evicted: AtomicBool,
    waker: AtomicWaker,
}

impl Eviction {
    fn of_stranger(is_stranger: bool) -> Self {
        Self {
            is_stranger: AtomicBool::new(is_stranger),
            is_evicted: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    fn tell(&self) {
        self.is_evicted.store(true, Ordering::Release);
        self.waker.wake();
    }

    fn is_told(&self, cx: &Context<'_>) -> bool {
        if !self.is_stranger.load(Ordering::Relaxed) {
            return false;
        }
        self.waker.register(cx.waker());
        self.is_evicted.load(Ordering::Acquire)
    }
}

/// Places stay right when a holder panics: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(connections: usize, per_address: usize, proxies: &[&str]) -> AcceptLimiter {
        let limits = Limits {
            connections,
            connections_per_address: per_address,
            ..Limits::default()
        };
        AcceptLimiter::new(&limits, TrustedProxies::new(proxies).unwrap())
    }

    fn known(limiter: &AcceptLimiter, ip: &str) -> Option<AcceptPermit> {
        let permit = limiter.accept(ip.parse().unwrap())?;
        permit.place().recognize();
        Some(permit)
    }

    #[test]
    fn edg_3_places_are_counted_in_all_and_for_each_address() {
        let limiter = limiter(3, 1, &[]);
        let first = known(&limiter, "192.0.2.1").unwrap();
        assert!(known(&limiter, "192.0.2.1").is_none());
        let _second = known(&limiter, "127.0.0.1").unwrap();
        let _third = known(&limiter, "127.0.0.1").unwrap();
        assert!(known(&limiter, "127.0.0.1").is_none());
        drop(first);
        assert!(known(&limiter, "192.0.2.1").is_some());
    }

    #[test]
    fn edg_70_hosts_of_one_network_have_one_share() {
        let limiter = limiter(10, 1, &[]);
        let _first = known(&limiter, "2001:db8::1").unwrap();
        assert!(known(&limiter, "2001:db8::2").is_none());
        assert!(known(&limiter, "2001:db8:0:1::2").is_some());
    }

    #[test]
    fn edg_76_one_address_never_has_all_places() {
        let limiter = limiter(10, 1_000, &[]);
        let all: Vec<_> = (0..100)
            .map_while(|_| known(&limiter, "192.0.2.1"))
            .collect();
        assert_eq!(all.len(), 5);
    }

    #[test]
    fn edg_48_a_listed_proxys_own_connections_are_not_counted() {
        let limiter = limiter(10, 1, &["192.0.2.1"]);
        let proxy: IpAddr = "192.0.2.1".parse().unwrap();
        let first = limiter.accept(proxy).unwrap();
        let second = limiter.accept(proxy).unwrap();
        let client: IpAddr = "198.51.100.1".parse().unwrap();
        assert!(first.place().reassign(client));
        first.place().recognize();
        assert!(!second.place().reassign(client), "one of each client");
    }
}
