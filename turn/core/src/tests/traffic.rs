//! What is relayed, and what is dropped.

use super::harness::{PEER, QUOTAS, ServerHarness, TestClient};
use crate::stun::{Attribute, Method, StunMessage, read_xor_address};
use crate::{AllocationId, Dropped, Input, Metric};

const ANNS: AllocationId = AllocationId(1);

fn receive(world: &mut ServerHarness, peer: &str, payload: &[u8]) -> Option<Vec<u8>> {
    let before = world.to_clients.len();
    world.take(Input::FromPeer {
        allocation: ANNS,
        peer: peer.parse().unwrap(),
        bytes: payload,
    });
    world.to_clients.get(before).map(|(_, bytes)| bytes.clone())
}

#[test]
fn trn_10_nothing_passes_without_a_permission_and_both_ways_with_one() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    ann.send(&mut world, PEER, b"too early");
    assert_eq!(receive(&mut world, PEER, b"too early"), None);
    assert_eq!(world.to_peers, []);

    ann.permit(&mut world, PEER);
    ann.send(&mut world, PEER, b"hello");
    assert_eq!(
        world.to_peers,
        [(ANNS, PEER.parse().unwrap(), b"hello".to_vec())]
    );
    let bytes = receive(&mut world, PEER, b"hi").unwrap();
    let message = StunMessage::read(&bytes).unwrap();
    assert_eq!(message.method(), Method::DATA);
    assert_eq!(message.value(Attribute::DATA), Some(b"hi".as_slice()));
    let from = message.value(Attribute::XOR_PEER_ADDRESS).unwrap();
    assert_eq!(
        read_xor_address(from, &message.transaction()),
        Some(PEER.parse().unwrap())
    );
    // A permission is for an address, whatever its port.
    assert!(receive(&mut world, "9.9.9.9:1", b"hi").is_some());
    assert_eq!(receive(&mut world, "9.9.9.8:1", b"hi"), None);

    world.now = world.now + 300_000;
    ann.send(&mut world, PEER, b"too late");
    assert_eq!(receive(&mut world, PEER, b"too late"), None);
    assert_eq!(world.to_peers.len(), 1);
}

#[test]
fn trn_10_a_channel_carries_both_ways_and_is_padded_on_a_stream() {
    for is_stream in [false, true] {
        let mut world = ServerHarness::new();
        let mut ann = TestClient::new(1, "s.ann");
        if is_stream {
            ann = ann.over_tcp();
        }
        ann.relay(&mut world);
        assert_eq!(ann.bind(&mut world, 0x4001, PEER).code, None);
        let client = ann.client;
        world.take(Input::FromClient {
            client,
            bytes: b"\x40\x01\0\x05hello",
        });
        assert_eq!(
            world.to_peers,
            [(ANNS, PEER.parse().unwrap(), b"hello".to_vec())]
        );
        let padding: &[u8] = if is_stream { b"\0\0" } else { b"" };
        let expected = [b"\x40\x01\0\x02hi", padding].concat();
        assert_eq!(receive(&mut world, PEER, b"hi"), Some(expected));
        world.take(Input::FromClient {
            client,
            bytes: b"\x40\x02\0\x05hello",
        });
        assert_eq!(world.to_peers.len(), 1, "an unbound channel leads nowhere");
    }
}

#[test]
fn trn_10_a_channel_stays_with_its_peer() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    assert_eq!(ann.bind(&mut world, 0x4001, PEER).code, None);
    assert_eq!(ann.bind(&mut world, 0x4001, PEER).code, None, "prolonged");
    assert_eq!(ann.bind(&mut world, 0x4001, "9.9.9.9:5").code, Some(400));
    assert_eq!(ann.bind(&mut world, 0x4002, PEER).code, Some(400));
}

#[test]
fn trn_11_a_call_of_two_relays_stays_inside_both_ways() {
    let mut world = ServerHarness::new();
    let (mut ann, mut bo) = (
        TestClient::new(1, "s.ann"),
        TestClient::new(2, "s.bo").over_tcp(),
    );
    let relay_of_ann = ann.relay(&mut world).to_string();
    let relay_of_bo = bo.relay(&mut world).to_string();
    ann.bind(&mut world, 0x4000, &relay_of_bo);
    let client = ann.client;
    world.to_clients.clear();
    world.take(Input::FromClient {
        client,
        bytes: b"\x40\0\0\x01a",
    });
    assert_eq!(world.to_clients, [], "Bo has not asked to receive from Ann");
    bo.bind(&mut world, 0x4000, &relay_of_ann);
    world.to_clients.clear();
    world.take(Input::FromClient {
        client,
        bytes: b"\x40\0\0\x01a",
    });
    assert_eq!(
        world.to_clients,
        [(bo.client, b"\x40\0\0\x01a\0\0\0".to_vec())]
    );
    // A stranger who sends from the relay's own machine is not taken for a relay.
    assert_eq!(receive(&mut world, &relay_of_bo, b"forged"), None);
    assert_eq!(world.to_peers, []);
}

#[test]
fn trn_12_an_allocation_has_so_many_bytes_a_second_each_way() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    ann.permit(&mut world, PEER);
    let rate = QUOTAS.bytes_per_second as usize;
    for _ in 0..rate / 1_000 + 5 {
        ann.send(&mut world, PEER, &[0; 1_000]);
    }
    assert_eq!(world.to_peers.len(), rate / 1_000);
    assert!(world.metrics.contains(&Metric::Dropped(Dropped::Bandwidth)));
    let received =
        (0..rate / 1_000 + 5).filter(|_| receive(&mut world, PEER, &[0; 1_000]).is_some());
    assert_eq!(received.count(), rate / 1_000);
    world.now = world.now + 1_000;
    ann.send(&mut world, PEER, &[0; 1_000]);
    assert_eq!(world.to_peers.len(), rate / 1_000 + 1);
}

#[test]
fn trn_10_what_is_relayed_is_counted_once() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    ann.permit(&mut world, PEER);
    world.metrics.clear();
    ann.send(&mut world, PEER, b"hello");
    receive(&mut world, PEER, b"hi");
    assert_eq!(world.metrics, [Metric::Relayed(5), Metric::Relayed(2)]);
}
