//! Which TCP connections there are. Those without an allocation are strangers: they have a pool of their own,
//! in which the oldest gives way to the newest, so that no number of them keeps anybody out. How many have an
//! allocation is bounded by the quotas.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use tokio_util::sync::CancellationToken;
use wire::address::limit_key;

use crate::stream_queue::StreamSender;

/// Connections of strangers at once.
const MAX_STRANGERS: usize = 1_024;
/// Connections of strangers at once of one address, of IPv6 one /64: a household that reconnects at once.
const MAX_STRANGERS_PER_ADDRESS: usize = 64;

/// The connections, by number; a higher one is newer.
#[derive(Debug, Default)]
pub(crate) struct StreamPool {
    streams: BTreeMap<u64, PooledStream>,
    strangers: BTreeSet<u64>,
    by_address: BTreeMap<IpAddr, BTreeSet<u64>>,
}

#[derive(Debug)]
struct PooledStream {
    queue: StreamSender,
    address: IpAddr,
    /// Ends the connection's task.
    closed: CancellationToken,
}

/// What became of older connections as one came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EvictionOutcome {
    /// There was room.
    Nobody,
    /// The oldest stranger of the same address was closed.
    OfAddress,
    /// The oldest stranger of all was closed.
    OfAll,
}

impl StreamPool {
    /// Lets a stranger in.
    pub(crate) fn add(
        &mut self,
        number: u64,
        ip: IpAddr,
        queue: StreamSender,
        closed: CancellationToken,
    ) -> EvictionOutcome {
        let address = limit_key(ip);
        let of_address = self.by_address.get(&address);
        let eviction = match of_address.filter(|all| all.len() >= MAX_STRANGERS_PER_ADDRESS) {
            Some(all) => (EvictionOutcome::OfAddress, all.first().copied()),
            None if self.strangers.len() >= MAX_STRANGERS => {
                (EvictionOutcome::OfAll, self.strangers.first().copied())
            }
            None => (EvictionOutcome::Nobody, None),
        };
        if let Some(oldest) = eviction.1 {
            self.remove(oldest);
        }
        let stream = PooledStream {
            queue,
            address,
            closed,
        };
        self.streams.insert(number, stream);
        self.disown(number);
        eviction.0
    }

    /// It has an allocation.
    pub(crate) fn own(&mut self, number: u64) {
        self.strangers.remove(&number);
        let Some(stream) = self.streams.get(&number) else {
            return;
        };
        if let Some(all) = self.by_address.get_mut(&stream.address) {
            all.remove(&number);
            if all.is_empty() {
                self.by_address.remove(&stream.address);
            }
        }
    }

    /// It has none, or none any more.
    pub(crate) fn disown(&mut self, number: u64) {
        if let Some(stream) = self.streams.get(&number) {
            self.strangers.insert(number);
            let of_address = self.by_address.entry(stream.address).or_default();
            of_address.insert(number);
        }
    }

    /// Closes and forgets a connection.
    pub(crate) fn remove(&mut self, number: u64) {
        self.own(number);
        if let Some(stream) = self.streams.remove(&number) {
            stream.closed.cancel();
        }
    }

    /// The way to its client.
    pub(crate) fn queue(&self, number: u64) -> Option<&StreamSender> {
        Some(&self.streams.get(&number)?.queue)
    }

    pub(crate) fn len(&self) -> usize {
        self.streams.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream_queue::stream_queue;

    /// A pool, and the ends of its connections by number.
    #[derive(Default)]
    struct Filled {
        pool: StreamPool,
        closed: BTreeMap<u64, CancellationToken>,
    }

    impl Filled {
        fn add(&mut self, number: u64, ip: impl Into<IpAddr>) -> EvictionOutcome {
            let closed = CancellationToken::new();
            self.closed.insert(number, closed.clone());
            self.pool.add(number, ip.into(), stream_queue().0, closed)
        }

        fn closed(&self) -> Vec<u64> {
            let is_closed = |entry: &(&u64, &CancellationToken)| entry.1.is_cancelled();
            self.closed
                .iter()
                .filter(is_closed)
                .map(|(number, _)| *number)
                .collect()
        }
    }

    fn other(number: u64) -> [u8; 4] {
        u32::try_from(0x0A00_0000 + number).unwrap().to_be_bytes()
    }

    #[test]
    fn trn_60_the_oldest_stranger_gives_way_and_who_has_an_allocation_stays() {
        let mut filled = Filled::default();
        for number in 0..1_024 {
            assert_eq!(filled.add(number, other(number)), EvictionOutcome::Nobody);
        }
        filled.pool.own(0);
        assert_eq!(filled.add(1_024, other(1_024)), EvictionOutcome::Nobody);
        assert_eq!(filled.add(1_025, other(1_025)), EvictionOutcome::OfAll);
        assert_eq!(filled.closed(), [1]);
        filled.pool.disown(0);
        assert_eq!(filled.add(1_026, other(1_026)), EvictionOutcome::OfAll);
        assert_eq!(
            filled.closed(),
            [0, 1],
            "one whose allocation has ended is a stranger again"
        );
    }

    #[test]
    fn trn_60_an_address_and_an_ipv6_network_have_a_part_of_the_places() {
        let mut filled = Filled::default();
        for number in 0..64 {
            assert_eq!(filled.add(number, [1, 1, 1, 1]), EvictionOutcome::Nobody);
        }
        assert_eq!(filled.add(64, [1, 1, 1, 1]), EvictionOutcome::OfAddress);
        assert_eq!(filled.add(65, [2, 2, 2, 2]), EvictionOutcome::Nobody);
        for number in 100..164_u64 {
            let ip = std::net::Ipv6Addr::from(
                0x2606_4700_0001_0001_0000_0000_0000_0000 + u128::from(number),
            );
            assert_eq!(filled.add(number, ip), EvictionOutcome::Nobody);
        }
        let ip: IpAddr = "2606:4700:1:1:ffff::1".parse().unwrap();
        assert_eq!(filled.add(164, ip), EvictionOutcome::OfAddress);
        assert_eq!(filled.closed(), [0, 100]);
        for number in 0..165 {
            filled.pool.remove(number);
        }
        assert_eq!(filled.pool.len(), 0);
        assert!(filled.pool.strangers.is_empty() && filled.pool.by_address.is_empty());
    }
}
