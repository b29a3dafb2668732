//! Relay addresses: who gets one, how long it lasts, and what is answered to requests that make no sense.

use super::harness::{PEER, QUOTAS, ServerHarness, TestClient, over_udp};
use crate::stun::{Attribute, Method, StunMessageWriter};
use crate::{Input, Metric, RefusalCause};

#[test]
fn trn_8_a_person_has_so_many_allocations_and_486_for_more() {
    let mut world = ServerHarness::new();
    let codes: Vec<_> = (1..=100)
        .map(|port| TestClient::new(port, "s.ann").allocate(&mut world).code)
        .collect();
    assert_eq!(&codes[..QUOTAS.per_person], [None; 3]);
    assert!(
        codes[QUOTAS.per_person..]
            .iter()
            .all(|code| *code == Some(486))
    );
    assert_eq!(world.server.allocations(), QUOTAS.per_person);
    assert!(
        world
            .metrics
            .contains(&Metric::Refused(RefusalCause::PersonQuota))
    );
    assert_eq!(TestClient::new(101, "s.bo").allocate(&mut world).code, None);
}

#[test]
fn trn_8_all_have_so_many_together_and_a_place_is_given_back() {
    let mut world = ServerHarness::new();
    let mut callers: Vec<_> = (1..=6)
        .map(|n| TestClient::new(n, &format!("s.{n}")))
        .collect();
    let codes: Vec<_> = callers
        .iter_mut()
        .map(|one| one.allocate(&mut world).code)
        .collect();
    assert_eq!(codes, [None, None, None, None, None, Some(486)]);
    assert!(
        world
            .metrics
            .contains(&Metric::Refused(RefusalCause::TotalQuota))
    );
    let client = callers[0].client;
    world.take(Input::Gone { client });
    assert_eq!(callers[5].allocate(&mut world).code, None);
}

#[test]
fn trn_8_a_new_credential_of_the_same_person_is_no_new_quota() {
    let mut world = ServerHarness::new();
    for n in 0..3 {
        let username = format!("9000{n}:s.ann");
        let mut caller = TestClient::signed_with(n, &username, super::harness::SECRET);
        assert_eq!(caller.allocate(&mut world).code, None);
    }
    assert_eq!(
        TestClient::new(9, "s.ann").allocate(&mut world).code,
        Some(486)
    );
}

#[test]
fn trn_8_without_a_free_port_it_is_508_and_nothing_is_held() {
    let mut world = ServerHarness::new();
    world.has_ports = false;
    let mut ann = TestClient::new(1, "s.ann");
    assert_eq!(ann.allocate(&mut world).code, Some(508));
    assert_eq!(world.server.allocations(), 0);
    world.has_ports = true;
    assert_eq!(ann.allocate(&mut world).code, None);
}

#[test]
fn trn_9_requests_without_sense_are_told_so() {
    type Change = fn(StunMessageWriter) -> StunMessageWriter;
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    let requests: [(Method, Change, u16); 9] = [
        (Method::REFRESH, |writer| writer, 437),
        (Method::CREATE_PERMISSION, |writer| writer, 437),
        (Method::CHANNEL_BIND, |writer| writer, 437),
        (Method::ALLOCATE, |writer| writer, 400),
        (
            Method::ALLOCATE,
            |writer| writer.with_number(Attribute::REQUESTED_TRANSPORT, 6 << 24),
            442,
        ),
        (
            Method::ALLOCATE,
            |writer| over_udp(writer).with_number(Attribute::REQUESTED_ADDRESS_FAMILY, 2 << 24),
            440,
        ),
        (
            Method::ALLOCATE,
            |writer| over_udp(writer).with_number(Attribute::REQUESTED_ADDRESS_FAMILY, 3 << 24),
            440,
        ),
        (
            Method::ALLOCATE,
            |writer| over_udp(writer).with(Attribute(0x0018), &[0x80]),
            420,
        ),
        (Method(0x00A), |writer| writer, 400),
    ];
    for (method, change, code) in requests {
        let answer = ann.request(&mut world, method, change);
        assert_eq!(answer.code, Some(code), "{method:?}");
        assert!(answer.is_signed, "a refusal to somebody known is signed");
        let unknown = (code == 420).then(|| vec![0x00, 0x18]);
        assert_eq!(answer.unknown, unknown);
    }
    ann.relay(&mut world);
    for (method, change, code) in [
        (Method::ALLOCATE, over_udp as Change, 437),
        (Method::CREATE_PERMISSION, |writer| writer, 400),
        (Method::CHANNEL_BIND, |writer| writer, 400),
        (
            Method::REFRESH,
            |writer| writer.with_number(Attribute::REQUESTED_ADDRESS_FAMILY, 2 << 24),
            443,
        ),
    ] {
        assert_eq!(
            ann.request(&mut world, method, change).code,
            Some(code),
            "{method:?}"
        );
    }
    assert_eq!(ann.permit(&mut world, "[2606:4700::1]:1").code, Some(443));
    for number in [0x0000, 0x3FFF, 0x5000, 0xFFFF] {
        assert_eq!(
            ann.bind(&mut world, number, PEER).code,
            Some(400),
            "{number:x}"
        );
    }
}

#[test]
fn trn_9_a_request_sent_again_gets_the_same_answer() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.allocate(&mut world);
    let end = |writer: StunMessageWriter| writer.with_number(Attribute::LIFETIME, 0);
    assert_eq!(
        ann.request(&mut world, Method::REFRESH, end).lifetime,
        Some(0)
    );
    let bytes = ann.signed([77; 12], Method::ALLOCATE, &over_udp);
    let first = world.exchange(ann.client, &bytes).unwrap();
    assert_eq!(world.exchange(ann.client, &bytes).unwrap(), first);
    assert_eq!(world.server.allocations(), 1);
}

#[test]
fn trn_14_an_allocation_ends_when_it_is_not_refreshed_ended_or_cut_off() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    assert_eq!(ann.allocate(&mut world).lifetime, Some(600));
    world.now = world.now + 599_000;
    let answer = ann.request(&mut world, Method::REFRESH, |writer| {
        writer.with_number(Attribute::LIFETIME, 86_400)
    });
    assert_eq!(answer.lifetime, Some(600), "no longer than is allowed");
    world.now = world.now + 600_000;
    world.take(Input::Tick);
    assert_eq!(
        (world.closed.len(), world.server.next_deadline()),
        (1, None)
    );

    let mut bo = TestClient::new(2, "s.bo").over_tcp();
    bo.relay(&mut world);
    let client = bo.client;
    world.take(Input::Gone { client });
    assert_eq!((world.closed.len(), world.server.allocations()), (2, 0));

    ann.relay(&mut world);
    let end = |writer: StunMessageWriter| writer.with_number(Attribute::LIFETIME, 0);
    assert_eq!(
        ann.request(&mut world, Method::REFRESH, end).lifetime,
        Some(0)
    );
    assert_eq!(
        ann.request(&mut world, Method::REFRESH, end).code,
        Some(437)
    );
    assert_eq!((world.closed.len(), world.server.allocations()), (3, 0));
}
