//! Allocate and Refresh (RFC 8656, sections 7 and 8): a relay address, and how long one has it.

use std::net::SocketAddr;

use wire::UnixMs;

use super::{Granted, SOFTWARE};
use crate::allocation::Allocation;
use crate::authentication::AuthenticatedClient;
use crate::effects::Effects;
use crate::error::StunError;
use crate::stun::{Attribute, Class, Method, StunMessage, StunMessageWriter};
use crate::{AllocationId, ClientEndpoint, Family, Metric, Output, RefusalCause, TurnServer};

/// UDP's number in REQUESTED-TRANSPORT.
const UDP: u8 = 17;

impl TurnServer {
    pub(super) fn allocate(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
        requester: &AuthenticatedClient,
        effects: &mut Effects,
    ) -> Result<Granted, StunError> {
        if let Some((_, allocation)) = self.of_client(client) {
            if allocation.transaction != message.transaction() {
                return Err(StunError::new(437, "Allocation Mismatch"));
            }
            // It was sent again because the answer was lost, or is on its way.
            return Ok(match allocation.relayed {
                Some(relayed) => Granted::Now(allocated(now, allocation, relayed)),
                None => Granted::Later,
            });
        }
        match message.value(Attribute::REQUESTED_TRANSPORT) {
            Some([UDP, _, _, _]) => {}
            Some([_, _, _, _]) => {
                return Err(StunError::new(442, "Unsupported Transport Protocol"));
            }
            _ => return Err(StunError::new(400, "Bad Request")),
        }
        let family = family_asked_for(message)?
            .filter(|family| self.settings.families.contains(family))
            .ok_or_else(|| StunError::new(440, "Address Family not Supported"))?;
        self.check_quotas(requester)?;
        let allocation = self.add(Allocation::opening(
            now,
            client,
            requester.username.clone(),
            requester.person.clone(),
            requester.key,
            family,
            message.transaction(),
            self.expiry(now, requester),
            self.settings.quotas.bytes_per_second,
        ));
        effects.push(Output::Open { allocation, family });
        Ok(Granted::Later)
    }

    fn check_quotas(&self, requester: &AuthenticatedClient) -> Result<(), StunError> {
        let reached = |why| Err(StunError::new(486, "Allocation Quota Reached").because(why));
        let quotas = self.settings.quotas;
        let held = self.by_person.get(&requester.person).copied();
        if held.unwrap_or(0) >= quotas.per_person {
            return reached(RefusalCause::PersonQuota);
        }
        if self.allocations.len() >= quotas.total {
            return reached(RefusalCause::TotalQuota);
        }
        Ok(())
    }

    /// No allocation outlives its credential, and none goes unrefreshed for long.
    fn expiry(&self, now: UnixMs, requester: &AuthenticatedClient) -> UnixMs {
        let longest = now + i64::from(self.settings.max_lifetime_s) * 1_000;
        longest.min(requester.ends_at)
    }

    /// The relay address is there, or no port was free.
    pub(crate) fn opened(
        &mut self,
        now: UnixMs,
        id: AllocationId,
        relayed: Option<SocketAddr>,
        effects: &mut Effects,
    ) {
        let Some(allocation) = self.allocations.get_mut(&id) else {
            return effects.close(id);
        };
        let (client, key) = (allocation.client, allocation.key);
        let answer = match relayed {
            Some(relayed) => {
                allocation.relayed = Some(relayed);
                self.by_relayed.insert(relayed, id);
                effects.count(Metric::Allocated);
                allocated(now, allocation, relayed)
            }
            None => {
                let transaction = allocation.transaction;
                self.remove(id, effects);
                effects.refused(RefusalCause::Capacity);
                StunMessageWriter::new(Class::Error, Method::ALLOCATE, transaction)
                    .with_error(508, "Insufficient Capacity")
            }
        };
        let answer = answer.with(Attribute::SOFTWARE, SOFTWARE);
        effects.tell(client, answer.signed_with(&key).finish());
    }

    pub(super) fn refresh(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
        requester: &AuthenticatedClient,
        effects: &mut Effects,
    ) -> Result<Granted, StunError> {
        let expiry = self.expiry(now, requester);
        let writer = StunMessageWriter::new(Class::Success, Method::REFRESH, message.transaction());
        let is_end = message.number(Attribute::LIFETIME) == Some(0);
        // Also to a client that ends it twice, to which it says the same (RFC 8656, section 8.2).
        let (id, allocation) = self
            .of_client(client)
            .ok_or_else(|| StunError::new(437, "Allocation Mismatch"))?;
        let has_family = message.value(Attribute::REQUESTED_ADDRESS_FAMILY).is_some();
        if has_family && family_asked_for(message)? != Some(allocation.family) {
            return Err(StunError::new(443, "Peer Address Family Mismatch"));
        }
        if is_end {
            self.remove(id, effects);
            return Ok(Granted::Now(writer.with_number(Attribute::LIFETIME, 0)));
        }
        self.prolong(id, expiry);
        let lifetime = seconds_until(now, expiry);
        Ok(Granted::Now(
            writer.with_number(Attribute::LIFETIME, lifetime),
        ))
    }
}

/// IPv4 unless another is named; `None` for a number that is no family's.
fn family_asked_for(message: &StunMessage<'_>) -> Result<Option<Family>, StunError> {
    match message.value(Attribute::REQUESTED_ADDRESS_FAMILY) {
        None | Some([1, _, _, _]) => Ok(Some(Family::V4)),
        Some([2, _, _, _]) => Ok(Some(Family::V6)),
        Some([_, _, _, _]) => Ok(None),
        Some(_) => Err(StunError::new(400, "Bad Request")),
    }
}

fn allocated(now: UnixMs, allocation: &Allocation, relayed: SocketAddr) -> StunMessageWriter {
    StunMessageWriter::new(Class::Success, Method::ALLOCATE, allocation.transaction)
        .with_address(Attribute::XOR_RELAYED_ADDRESS, relayed)
        .with_address(Attribute::XOR_MAPPED_ADDRESS, allocation.client.address())
        .with_number(
            Attribute::LIFETIME,
            seconds_until(now, allocation.expires_at),
        )
}

/// Whole seconds, rounded down and at least one: a client refreshes in time before that.
fn seconds_until(now: UnixMs, end: UnixMs) -> u32 {
    u32::try_from(end.since(now) / 1_000).unwrap_or(0).max(1)
}
