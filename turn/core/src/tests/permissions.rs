//! With whom an allocation may speak.

use std::net::{IpAddr, SocketAddr};

use super::harness::{PEER, RELAY_IP, ServerHarness, TestClient};
use crate::{Metric, RefusalCause};

/// One address of every kind that no relay may reach.
fn forbidden_peers() -> Vec<IpAddr> {
    let lines = include_str!("forbidden_peers.txt").lines();
    let addresses = lines.filter(|line| !line.starts_with('#'));
    let found: Vec<_> = addresses.map(|line| line.parse().unwrap()).collect();
    assert_eq!(found.len(), 40);
    found
}

#[test]
fn trn_7_no_relay_reaches_what_is_not_on_the_public_network() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    for ip in forbidden_peers() {
        let peer = SocketAddr::new(ip, 80).to_string();
        assert_eq!(ann.permit(&mut world, &peer).code, Some(403), "{ip}");
        assert_eq!(ann.bind(&mut world, 0x4000, &peer).code, Some(403), "{ip}");
        ann.send(&mut world, &peer, b"let me in");
    }
    assert_eq!(world.to_peers, [], "not one byte");
    let refused = Metric::Refused(RefusalCause::Peer);
    assert_eq!(
        world
            .metrics
            .iter()
            .filter(|metric| **metric == refused)
            .count(),
        80
    );
    assert_eq!(ann.permit(&mut world, PEER).code, None);
}

#[test]
fn trn_7_one_forbidden_peer_spoils_the_whole_request() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    let answer = ann.request(
        &mut world,
        crate::stun::Method::CREATE_PERMISSION,
        |writer| {
            let attribute = crate::stun::Attribute::XOR_PEER_ADDRESS;
            writer
                .with_address(attribute, PEER.parse().unwrap())
                .with_address(attribute, "10.0.0.1:1".parse().unwrap())
        },
    );
    assert_eq!(answer.code, Some(403));
    ann.send(&mut world, PEER, b"hello");
    assert_eq!(world.to_peers, []);
}

#[test]
fn trn_7_an_exception_is_reached() {
    let mut world = ServerHarness::allowing(&["10.1.0.0/16"]);
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    assert_eq!(ann.permit(&mut world, "10.1.2.3:9").code, None);
    assert_eq!(ann.permit(&mut world, "10.2.2.3:9").code, Some(403));
    ann.send(&mut world, "10.1.2.3:9", b"hello");
    assert_eq!(world.to_peers.len(), 1);
}

#[test]
fn trn_11_own_addresses_lead_to_other_relays_and_to_nothing_else() {
    for own in [RELAY_IP, [127, 0, 0, 1].into()] {
        let mut world = ServerHarness::with(|settings| settings.own = vec![own]);
        let (mut ann, mut bo) = (TestClient::new(1, "s.ann"), TestClient::new(2, "s.bo"));
        let relay_of_ann = ann.relay(&mut world).to_string();
        let relay_of_bo = bo.relay(&mut world).to_string();
        assert_eq!(ann.permit(&mut world, &relay_of_bo).code, None, "{own}");
        assert_eq!(bo.permit(&mut world, &format!("{own}:0")).code, None);
        ann.send(&mut world, &relay_of_bo, b"hello");
        let (client, _) = world.to_clients.last().unwrap();
        assert_eq!(*client, bo.client);
        let service = format!("{own}:8081");
        ann.send(&mut world, &service, b"GET / HTTP/1.1");
        ann.send(&mut world, &format!("{own}:0"), b"anybody");
        assert_eq!(world.to_peers, [], "nothing leaves by a socket");
        drop(relay_of_ann);
    }
}

#[test]
fn trn_11_a_loopback_service_beside_the_relay_is_refused_by_its_port() {
    let mut world = ServerHarness::with(|settings| settings.own = vec![[127, 0, 0, 1].into()]);
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    assert_eq!(ann.permit(&mut world, "127.0.0.1:8081").code, Some(403));
    assert_eq!(
        ann.bind(&mut world, 0x4000, "127.0.0.1:8081").code,
        Some(403)
    );
}

#[test]
fn trn_9_an_allocation_has_so_many_peers() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    let peers: Vec<_> = (0..65u8).map(|n| format!("9.9.9.{n}:1")).collect();
    let codes: Vec<_> = peers
        .iter()
        .map(|peer| ann.permit(&mut world, peer).code)
        .collect();
    assert_eq!(codes.iter().filter(|code| code.is_none()).count(), 64);
    assert_eq!(codes[64], Some(508));
    world.now = world.now + 300_000;
    assert_eq!(
        ann.permit(&mut world, &peers[64]).code,
        None,
        "old ones make room"
    );
}
