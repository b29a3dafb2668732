//! How often somebody is answered: strangers by address, and whoever is authenticated from their own allowance.

use super::harness::{REALM, ServerHarness, StunResponse, TestClient, over_udp};
use crate::stun::{Attribute, Class, Method, StunMessageWriter, long_term_key};
use crate::{ClientEndpoint, Dropped, Metric};

/// The kinds of request of somebody who has no credential: without a signature, with a forged nonce, with a
/// nonce of their own and a wrong key, and Binding.
fn of_strangers(world: &mut ServerHarness, client: ClientEndpoint) -> [Vec<u8>; 4] {
    let bare = StunMessageWriter::new(Class::Request, Method::ALLOCATE, [1; 12]).finish();
    let nonce = world.exchange(client, &bare);
    let nonce = nonce.and_then(|answer| StunResponse::read(&answer).nonce);
    let mut forged = TestClient::new(1, "s.ann");
    forged.nonce = "0".repeat(28);
    let mut wrong = TestClient::new(1, "s.ann");
    wrong.nonce = nonce.unwrap_or_default();
    wrong.key = long_term_key(&wrong.username, REALM, "a guess");
    let signed = |by: &TestClient| by.signed([2; 12], Method::ALLOCATE, &over_udp);
    let (forged, wrong) = (signed(&forged), signed(&wrong));
    [bare, forged, wrong, binding()]
}

fn binding() -> Vec<u8> {
    StunMessageWriter::new(Class::Request, Method::BINDING, [1; 12]).finish()
}

fn at(ip: [u8; 4], port: u16) -> ClientEndpoint {
    ClientEndpoint::Udp((ip, port).into())
}

#[test]
fn trn_15_an_address_is_answered_so_often_a_second_and_one_port_of_it_less() {
    let mut world = ServerHarness::new();
    let answered = |world: &mut ServerHarness, ip, ports: std::ops::Range<u16>| {
        let all = ports.flat_map(|port| std::iter::repeat_n(port, 100));
        all.filter(|port| world.exchange(at(ip, *port), &binding()).is_some())
            .count()
    };
    assert_eq!(answered(&mut world, [1, 1, 1, 1], 1..2), 20);
    assert_eq!(answered(&mut world, [1, 1, 1, 1], 2..100), 480);
    assert!(world.metrics.contains(&Metric::Dropped(Dropped::Flood)));
    assert_eq!(answered(&mut world, [2, 2, 2, 2], 1..2), 20);
    world.now = world.now + 1_000;
    assert_eq!(answered(&mut world, [1, 1, 1, 1], 1..2), 20);
}

#[test]
fn trn_53_addresses_of_one_ipv6_network_are_one() {
    let mut world = ServerHarness::new();
    let mut answered = |network: &str| {
        let from = |host: u32| format!("[{network}::{host:x}]:5000").parse().unwrap();
        (0..2_000)
            .filter(|host| {
                let client = ClientEndpoint::Udp(from(*host));
                world.exchange(client, &binding()).is_some()
            })
            .count()
    };
    assert_eq!(answered("2606:4700:1:1"), 500);
    assert_eq!(answered("2606:4700:1:2"), 500);
}

#[test]
fn trn_54_no_flood_of_strangers_under_its_address_costs_a_client_an_answer() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    let mut bo = TestClient::new(2, "s.bo").over_tcp();
    ann.relay(&mut world);
    bo.relay(&mut world);
    for kind in 0..4 {
        world.now = world.now + 1_000;
        // Also under the very port that Ann has, which a stranger can forge but not read at.
        for port in 1..100 {
            let request = &of_strangers(&mut world, at([1, 2, 3, 4], port))[kind];
            for _ in 0..30 {
                world.exchange(at([1, 2, 3, 4], port), request);
            }
        }
        assert!(
            world.exchange(at([1, 2, 3, 4], 999), &binding()).is_none(),
            "the strangers of the address have used up what is theirs"
        );
        assert_eq!(ann.permit(&mut world, "9.9.9.9:1").code, None, "{kind}");
        for client in [&mut ann, &mut bo] {
            let answer = client.request(&mut world, Method::REFRESH, |writer| writer);
            assert_eq!((answer.code, answer.is_signed), (None, true), "{kind}");
        }
        // Nor does it matter to one who has a credential, a nonce, and no allocation any more.
        ann.request(&mut world, Method::REFRESH, |writer| {
            writer.with_number(Attribute::LIFETIME, 0)
        });
        assert_eq!(ann.allocate(&mut world).code, None, "{kind}");
    }
}

#[test]
fn trn_54_who_is_authenticated_has_an_allowance_too() {
    let mut world = ServerHarness::new();
    let refreshes = |world: &mut ServerHarness, client: &TestClient, times: usize| {
        let bytes = client.signed([3; 12], Method::REFRESH, &|writer| writer);
        (0..times)
            .filter(|_| world.exchange(client.client, &bytes).is_some())
            .count()
    };
    let mut ann = TestClient::new(1, "s.ann");
    let mut bo = TestClient::new(2, "s.bo");
    ann.relay(&mut world);
    bo.relay(&mut world);
    assert!((150..=200).contains(&refreshes(&mut world, &ann, 1_000)));
    assert!(
        (150..=200).contains(&refreshes(&mut world, &bo, 1_000)),
        "another's is another"
    );
    // Without an allocation there, it is the person's, on every port.
    let mut count = 0;
    for port in 10..40 {
        let mut cleo = TestClient::new(port, "s.cleo");
        let bare = StunMessageWriter::new(Class::Request, Method::ALLOCATE, [1; 12]).finish();
        let challenge = world.exchange(cleo.client, &bare).unwrap();
        cleo.nonce = StunResponse::read(&challenge).nonce.unwrap();
        count += refreshes(&mut world, &cleo, 100);
    }
    assert_eq!(count, 200);
}

#[test]
fn trn_54_what_is_too_long_to_be_signed_is_refused_unchecked() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    let answer = ann.request(&mut world, Method::REFRESH, |writer| {
        writer.with(Attribute::DATA, &[0; 2_000])
    });
    assert_eq!((answer.code, answer.is_signed), (Some(400), false));
}
