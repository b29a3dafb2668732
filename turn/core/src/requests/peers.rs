//! CreatePermission and ChannelBind (RFC 8656, sections 10 and 12): with whom an allocation may speak.

use std::net::{IpAddr, SocketAddr};

use wire::UnixMs;

use super::Granted;
use crate::allocation::{PermissionError, Reach};
use crate::error::StunError;
use crate::stun::{Attribute, Class, StunMessage, StunMessageWriter, read_xor_address};
use crate::{ClientEndpoint, Family, RefusalCause, TurnServer};

/// Channel numbers (RFC 8656, section 12).
const CHANNELS: std::ops::RangeInclusive<u16> = 0x4000..=0x4FFF;

impl TurnServer {
    pub(super) fn create_permission(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
    ) -> Result<Granted, StunError> {
        let family = self.family_of(client)?;
        let mut peers: Vec<(IpAddr, Reach)> = Vec::new();
        for value in message.values(Attribute::XOR_PEER_ADDRESS) {
            let peer = self.peer(value, message, family)?;
            peers.push((peer.0.ip(), peer.1));
        }
        if peers.is_empty() {
            return Err(StunError::new(400, "Bad Request"));
        }
        peers.sort_by_key(|(ip, _)| *ip);
        peers.dedup_by_key(|(ip, _)| *ip);
        let (_, allocation) = self.of_client(client).ok_or_else(no_allocation)?;
        allocation.permit(now, &peers).map_err(permission_error)?;
        Ok(Granted::Now(granted(message)))
    }

    pub(super) fn channel_bind(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
    ) -> Result<Granted, StunError> {
        let family = self.family_of(client)?;
        let bad = || StunError::new(400, "Bad Request");
        let number = match message.value(Attribute::CHANNEL_NUMBER) {
            Some(&[high, low, _, _]) => u16::from_be_bytes([high, low]),
            _ => return Err(bad()),
        };
        let value = message.value(Attribute::XOR_PEER_ADDRESS).ok_or_else(bad)?;
        if !CHANNELS.contains(&number) {
            return Err(bad());
        }
        let (peer, reach) = self.peer(value, message, family)?;
        let (_, allocation) = self.of_client(client).ok_or_else(no_allocation)?;
        allocation
            .bind(now, number, peer, reach)
            .map_err(permission_error)?;
        Ok(Granted::Now(granted(message)))
    }

    fn family_of(&mut self, client: ClientEndpoint) -> Result<Family, StunError> {
        let (_, allocation) = self.of_client(client).ok_or_else(no_allocation)?;
        Ok(allocation.family)
    }

    /// The peer that an attribute names, and how far one may reach it.
    fn peer(
        &self,
        value: &[u8],
        message: &StunMessage<'_>,
        family: Family,
    ) -> Result<(SocketAddr, Reach), StunError> {
        let peer = read_xor_address(value, &message.transaction())
            .ok_or_else(|| StunError::new(400, "Bad Request"))?;
        // Before the family: a mapped address is forbidden for what it is, whichever relay asks.
        let reach = self
            .reach(peer)
            .ok_or_else(|| StunError::new(403, "Forbidden").because(RefusalCause::Peer))?;
        if Family::of(peer) != family {
            return Err(StunError::new(443, "Peer Address Family Mismatch"));
        }
        Ok((peer, reach))
    }

    /// Own addresses are reached inside alone: another allocation may be there, and nothing else is. One
    /// that is out of bounds by its range is so, unless an allocation is there, or no port is named, as
    /// in Firefox's requests.
    fn reach(&self, peer: SocketAddr) -> Option<Reach> {
        let policy = &self.settings.peers;
        if policy.names(peer.ip()) {
            return Some(Reach::Outside);
        }
        if self.settings.own.contains(&peer.ip()) {
            let is_there = peer.port() == 0 || self.by_relayed.contains_key(&peer);
            return (is_there || policy.allows(peer.ip())).then_some(Reach::Inside);
        }
        policy.allows(peer.ip()).then_some(Reach::Outside)
    }
}

fn granted(message: &StunMessage<'_>) -> StunMessageWriter {
    StunMessageWriter::new(Class::Success, message.method(), message.transaction())
}

fn no_allocation() -> StunError {
    StunError::new(437, "Allocation Mismatch")
}

fn permission_error(why: PermissionError) -> StunError {
    match why {
        PermissionError::Full => {
            StunError::new(508, "Insufficient Capacity").because(RefusalCause::Capacity)
        }
        PermissionError::Taken => StunError::new(400, "Bad Request"),
    }
}
