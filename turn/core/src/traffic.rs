//! What is relayed: Send and Data indications, channel data (RFC 8656, sections 11 and 12), and payloads
//! between two allocations of this server, which never leave it.

use std::net::SocketAddr;

use wire::UnixMs;

use crate::allocation::Reach;
use crate::effects::Effects;
use crate::stun::{Attribute, Class, Method, StunMessage, StunMessageWriter, read_xor_address};
use crate::{AllocationId, ClientEndpoint, Dropped, Metric, Output, TurnServer};

impl TurnServer {
    /// Takes a client's frame: channel data, a request or a Send indication.
    pub(crate) fn take_frame(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        bytes: &[u8],
        effects: &mut Effects,
    ) {
        if let Some((number, payload)) = read_channel_data(bytes) {
            let found = self.of_client(client);
            let peer =
                found.and_then(|(id, allocation)| Some((id, allocation.peer_of(now, number)?)));
            return match peer {
                Some((id, peer)) => self.send(now, id, peer, payload, effects),
                None => effects.dropped(Dropped::Meaningless),
            };
        }
        let Some(message) = StunMessage::read(bytes) else {
            return effects.dropped(Dropped::Meaningless);
        };
        match (message.class(), message.method()) {
            (Class::Request, _) => self.request(now, client, &message, effects),
            (Class::Indication, Method::SEND) => {
                self.send_indication(now, client, &message, effects)
            }
            // A Binding indication keeps a NAT's mapping, and that is all.
            (Class::Indication, Method::BINDING) => {}
            _ => effects.dropped(Dropped::Meaningless),
        }
    }

    fn send_indication(
        &mut self,
        now: UnixMs,
        client: ClientEndpoint,
        message: &StunMessage<'_>,
        effects: &mut Effects,
    ) {
        let peer = message
            .value(Attribute::XOR_PEER_ADDRESS)
            .and_then(|value| read_xor_address(value, &message.transaction()));
        let payload = message.value(Attribute::DATA);
        let id = self.by_client.get(&client).copied();
        match (id, peer, payload) {
            (Some(id), Some(peer), Some(payload)) if message.unknown().is_empty() => {
                self.send(now, id, peer, payload, effects);
            }
            _ => effects.dropped(Dropped::Meaningless),
        }
    }

    /// From a client to a peer, which may be another client of this server.
    fn send(
        &mut self,
        now: UnixMs,
        id: AllocationId,
        peer: SocketAddr,
        payload: &[u8],
        effects: &mut Effects,
    ) {
        let Some(allocation) = self.allocations.get_mut(&id) else {
            return;
        };
        let (Some(relayed), Some(reach)) = (allocation.relayed, allocation.reach(now, peer.ip()))
        else {
            return effects.dropped(Dropped::Permission);
        };
        if !allocation.sent.take(now, payload.len()) {
            return effects.dropped(Dropped::Bandwidth);
        }
        if let Some(other) = self.by_relayed.get(&peer).copied() {
            return self.deliver(now, other, relayed, payload, Reach::Inside, effects);
        }
        // Port 0 is nobody's, and a system may refuse or reinterpret it.
        if reach == Reach::Inside || peer.port() == 0 {
            return effects.dropped(Dropped::Permission);
        }
        effects.count(Metric::Relayed(payload.len()));
        effects.push(Output::ToPeer {
            allocation: id,
            peer,
            bytes: payload.to_vec(),
        });
    }

    /// From a peer out there to a client.
    pub(crate) fn take_payload(
        &mut self,
        now: UnixMs,
        id: AllocationId,
        peer: SocketAddr,
        payload: &[u8],
        effects: &mut Effects,
    ) {
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        self.deliver(now, id, peer, payload, Reach::Outside, effects);
    }

    /// Hands a payload to a client that may receive from `peer`, whose bytes came from inside or outside.
    fn deliver(
        &mut self,
        now: UnixMs,
        id: AllocationId,
        peer: SocketAddr,
        payload: &[u8],
        came_from: Reach,
        effects: &mut Effects,
    ) {
        let Some(allocation) = self.allocations.get_mut(&id) else {
            return effects.dropped(Dropped::Meaningless);
        };
        let reach = allocation.reach(now, peer.ip());
        if reach.is_none() || (reach == Some(Reach::Inside) && came_from == Reach::Outside) {
            return effects.dropped(Dropped::Permission);
        }
        if !allocation.received.take(now, payload.len()) {
            return effects.dropped(Dropped::Bandwidth);
        }
        let bytes = match allocation.number_of(now, peer) {
            Some(number) => channel_data(number, payload, allocation.client.is_stream()),
            None => data_indication(peer, payload, id),
        };
        effects.count(Metric::Relayed(payload.len()));
        effects.tell(allocation.client, bytes);
    }
}

fn read_channel_data(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    let number = u16::from_be_bytes([head[0], head[1]]);
    let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
    // A datagram may be padded, and need not be.
    let payload = rest.get(..length)?;
    (0x4000..=0x4FFF)
        .contains(&number)
        .then_some((number, payload))
}

fn channel_data(number: u16, payload: &[u8], is_padded: bool) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap_or(u16::MAX);
    let mut bytes = Vec::with_capacity(payload.len() + 8);
    bytes.extend(number.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.extend(payload);
    if is_padded {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

/// Nobody answers an indication, so that its transaction needs to be no secret: it is the allocation's number.
fn data_indication(peer: SocketAddr, payload: &[u8], id: AllocationId) -> Vec<u8> {
    let mut transaction = [0; 12];
    transaction[4..].copy_from_slice(&id.0.to_be_bytes());
    StunMessageWriter::new(Class::Indication, Method::DATA, transaction)
        .with_address(Attribute::XOR_PEER_ADDRESS, peer)
        .with(Attribute::DATA, payload)
        .finish_bare()
}
