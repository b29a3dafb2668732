//! Who has a place among a listener's connections, and who gives theirs up; pure.
//!
//! A *stranger* has shown no good credential yet. Strangers may have a part of the places, in all and of each
//! address; where a newcomer finds none, the stranger who has waited longest gives theirs up. So a flood of
//! them costs the flood its own places, and whoever comes meanwhile has time to say who they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use crate::limits::Limit;

/// How many there may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlaceLimits {
    /// Connections in all.
    pub(super) all: usize,
    /// Connections of an address that is counted.
    pub(super) of_address: usize,
    /// Strangers in all.
    pub(super) strangers: usize,
    /// Strangers of an address that is counted.
    pub(super) strangers_of_address: usize,
}

/// Who takes a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Newcomer {
    pub(super) address: IpAddr,
    /// False for addresses behind which are many.
    pub(super) is_counted: bool,
    pub(super) is_stranger: bool,
}

/// All connections, each with a `T` by which it is told that its place is gone.
#[derive(Debug)]
pub(super) struct Places<T> {
    limits: PlaceLimits,
    connections: HashMap<u64, Connection<T>>,
    addresses: HashMap<IpAddr, AddressPlaces>,
    /// Addresses by how many strangers they have.
    crowds: BTreeSet<(usize, IpAddr)>,
    strangers: usize,
    last: u64,
}

#[derive(Debug)]
struct Connection<T> {
    address: IpAddr,
    is_counted: bool,
    /// The turn in which they give up their place; none for who is known.
    turn: Option<u64>,
    handle: T,
}

#[derive(Debug, Default)]
struct AddressPlaces {
    counted: usize,
    /// Connections by their turn.
    strangers: BTreeMap<u64, u64>,
}

impl<T> Places<T> {
    pub(super) fn new(limits: PlaceLimits) -> Self {
        Self {
            limits,
            connections: HashMap::new(),
            addresses: HashMap::new(),
            crowds: BTreeSet::new(),
            strangers: 0,
            last: 0,
        }
    }

    /// Gives a newcomer a place, and returns its number. Who gave theirs up is added to `evicted`.
    ///
    /// # Errors
    /// The limit that leaves no place, where there is no stranger to give one up.
    pub(super) fn enter(
        &mut self,
        who: Newcomer,
        handle: T,
        evicted: &mut Vec<T>,
    ) -> Result<u64, Limit> {
        self.make_room_at_address(who, evicted)?;
        let is_full = self.connections.len() >= self.limits.all;
        if is_full || self.has_too_many_strangers(who) {
            let has_room = self.evict_of_largest_crowd(evicted);
            if is_full && !has_room {
                return Err(Limit::Connections);
            }
        }
        self.last += 1;
        let id = self.last;
        self.put(id, who, handle);
        Ok(id)
    }

    /// The connection turns out to be another client's, as a proxy says. `Ok` also where its place is gone.
    ///
    /// # Errors
    /// The limit that leaves that client no place.
    pub(super) fn reassign(
        &mut self,
        id: u64,
        who: Newcomer,
        evicted: &mut Vec<T>,
    ) -> Result<(), Limit> {
        self.make_room_at_address(who, evicted)?;
        if self.has_too_many_strangers(who) {
            self.evict_of_largest_crowd(evicted);
        }
        if let Some(handle) = self.leave(id) {
            self.put(id, who, handle);
        }
        Ok(())
    }

    /// By what a connection is told that its place is gone, while it has one.
    pub(super) fn handle(&self, id: u64) -> Option<&T> {
        self.connections
            .get(&id)
            .map(|connection| &connection.handle)
    }

    /// The connection has shown a good credential: it is no stranger's any more. Returns its handle.
    pub(super) fn recognize(&mut self, id: u64) -> Option<&T> {
        let connection = self.connections.get_mut(&id)?;
        if let Some(turn) = connection.turn.take() {
            let address = connection.address;
            self.strangers -= 1;
            self.change(address, |there| {
                there.strangers.remove(&turn);
            });
        }
        self.handle(id)
    }

    /// The connection is over. None where its place was given up before.
    pub(super) fn leave(&mut self, id: u64) -> Option<T> {
        let connection = self.connections.remove(&id)?;
        self.strangers -= usize::from(connection.turn.is_some());
        self.change(connection.address, |there| {
            there.counted -= usize::from(connection.is_counted);
            if let Some(turn) = connection.turn {
                there.strangers.remove(&turn);
            }
        });
        Some(connection.handle)
    }

    fn put(&mut self, id: u64, who: Newcomer, handle: T) {
        // A connection that turns out to be another's is as new as that one.
        self.last += 1;
        let turn = who.is_stranger.then_some(self.last);
        self.strangers += usize::from(who.is_stranger);
        self.change(who.address, |there| {
            there.counted += usize::from(who.is_counted);
            if let Some(turn) = turn {
                there.strangers.insert(turn, id);
            }
        });
        let Newcomer {
            address,
            is_counted,
            ..
        } = who;
        self.connections.insert(
            id,
            Connection {
                address,
                is_counted,
                turn,
                handle,
            },
        );
    }

    fn has_too_many_strangers(&self, who: Newcomer) -> bool {
        who.is_stranger && self.strangers >= self.limits.strangers
    }

    fn make_room_at_address(&mut self, who: Newcomer, evicted: &mut Vec<T>) -> Result<(), Limit> {
        let Some(there) = self.addresses.get(&who.address).filter(|_| who.is_counted) else {
            return Ok(());
        };
        let is_full = there.counted >= self.limits.of_address;
        let is_crowded = there.strangers.len() >= self.limits.strangers_of_address;
        if is_full || (who.is_stranger && is_crowded) {
            let has_room = self.evict(who.address, evicted);
            if is_full && !has_room {
                return Err(Limit::ConnectionsPerAddress);
            }
        }
        Ok(())
    }

    fn evict_of_largest_crowd(&mut self, evicted: &mut Vec<T>) -> bool {
        let crowd = self.crowds.last().map(|(_, address)| *address);
        crowd.is_some_and(|address| self.evict(address, evicted))
    }

    /// Takes the place of the stranger of `address` whose turn it is; false where there is none.
    fn evict(&mut self, address: IpAddr, evicted: &mut Vec<T>) -> bool {
        let there = self.addresses.get(&address);
        let next = there.and_then(|there| there.strangers.first_key_value());
        let handle = next.map(|(_, id)| *id).and_then(|id| self.leave(id));
        let has_evicted = handle.is_some();
        evicted.extend(handle);
        has_evicted
    }

    /// Changes what is known of an address, and keeps the order of crowds.
    fn change(&mut self, address: IpAddr, change: impl FnOnce(&mut AddressPlaces)) {
        let there = self.addresses.entry(address).or_default();
        let before = there.strangers.len();
        change(there);
        let after = there.strangers.len();
        if there.counted == 0 && after == 0 {
            self.addresses.remove(&address);
        }
        if before != after {
            self.crowds.remove(&(before, address));
            if after > 0 {
                self.crowds.insert((after, address));
            }
        }
    }
}

#[cfg(test)]
mod tests;
