//! The server: whose allocations there are, and who handles what. The rules are in `requests` and `traffic`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use wire::UnixMs;

use crate::allocation::Allocation;
use crate::effects::Effects;
use crate::nonce::Nonces;
use crate::rate_limit::RateCounters;
use crate::revocations::Revocations;
use crate::{AllocationId, ClientEndpoint, Input, Output, Settings};

/// All allocations of one STUN and TURN server.
#[derive(Debug)]
pub struct TurnServer {
    pub(crate) settings: Settings,
    pub(crate) nonces: Nonces,
    pub(crate) rates: RateCounters,
    pub(crate) revocations: Revocations,
    pub(crate) allocations: BTreeMap<AllocationId, Allocation>,
    pub(crate) by_client: BTreeMap<ClientEndpoint, AllocationId>,
    pub(crate) by_relayed: BTreeMap<SocketAddr, AllocationId>,
    /// How many each person has.
    pub(crate) by_person: BTreeMap<String, usize>,
    expiries: BTreeSet<(UnixMs, AllocationId)>,
    last_id: u64,
}

impl TurnServer {
    /// One without allocations.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            nonces: Nonces::new(settings.nonce_key),
            rates: RateCounters::new(settings.nonce_key),
            revocations: Revocations::default(),
            settings,
            allocations: BTreeMap::new(),
            by_client: BTreeMap::new(),
            by_relayed: BTreeMap::new(),
            by_person: BTreeMap::new(),
            expiries: BTreeSet::new(),
            last_id: 0,
        }
    }

    /// Takes what happened, and says what is to be done, in that order.
    pub fn handle(&mut self, now: UnixMs, input: Input<'_>) -> Vec<Output> {
        let mut effects = Effects::default();
        self.expire(now, &mut effects);
        match input {
            Input::FromClient { client, bytes } => {
                self.take_frame(now, client, bytes, &mut effects);
            }
            Input::FromPeer {
                allocation,
                peer,
                bytes,
            } => self.take_payload(now, allocation, peer, bytes, &mut effects),
            Input::Opened {
                allocation,
                relayed,
            } => self.opened(now, allocation, relayed, &mut effects),
            Input::Gone { client } => {
                if let Some(id) = self.by_client.get(&client) {
                    self.remove(*id, &mut effects);
                }
            }
            Input::Revoked {
                session,
                user,
                until,
            } => self.revoke(now, session, user, until, &mut effects),
            Input::Tick => {}
        }
        effects.into_outputs()
    }

    /// When [`Input::Tick`] is due; `None` while nothing is.
    #[must_use]
    pub fn next_deadline(&self) -> Option<UnixMs> {
        self.expiries.first().map(|(at, _)| *at)
    }

    /// How many allocations there are.
    #[must_use]
    pub fn allocations(&self) -> usize {
        self.allocations.len()
    }

    /// True while `client` has an allocation.
    #[must_use]
    pub fn has_allocation(&self, client: ClientEndpoint) -> bool {
        self.by_client.contains_key(&client)
    }

    /// Whose allocation it is, while there is one.
    #[must_use]
    pub fn client_of(&self, allocation: AllocationId) -> Option<ClientEndpoint> {
        Some(self.allocations.get(&allocation)?.client)
    }

    pub(crate) fn of_client(
        &mut self,
        client: ClientEndpoint,
    ) -> Option<(AllocationId, &mut Allocation)> {
        let id = *self.by_client.get(&client)?;
        Some((id, self.allocations.get_mut(&id)?))
    }

    pub(crate) fn add(&mut self, allocation: Allocation) -> AllocationId {
        self.last_id += 1;
        let id = AllocationId(self.last_id);
        self.by_client.insert(allocation.client, id);
        *self.by_person.entry(allocation.person.clone()).or_default() += 1;
        self.expiries.insert((allocation.expires_at, id));
        self.allocations.insert(id, allocation);
        id
    }

    pub(crate) fn prolong(&mut self, id: AllocationId, expires_at: UnixMs) {
        if let Some(allocation) = self.allocations.get_mut(&id) {
            self.expiries.remove(&(allocation.expires_at, id));
            allocation.expires_at = expires_at;
            self.expiries.insert((expires_at, id));
        }
    }

    pub(crate) fn remove(&mut self, id: AllocationId, effects: &mut Effects) {
        let Some(allocation) = self.allocations.remove(&id) else {
            return;
        };
        self.expiries.remove(&(allocation.expires_at, id));
        self.by_client.remove(&allocation.client);
        if let Some(relayed) = allocation.relayed {
            self.by_relayed.remove(&relayed);
        }
        if let Some(count) = self.by_person.get_mut(&allocation.person) {
            *count -= 1;
            if *count == 0 {
                self.by_person.remove(&allocation.person);
            }
        }
        effects.close(id);
    }

    fn expire(&mut self, now: UnixMs, effects: &mut Effects) {
        while let Some((at, id)) = self.expiries.first().copied() {
            if now < at {
                break;
            }
            self.remove(id, effects);
        }
        self.revocations.expire(now);
    }
}
