//! Who is let in: challenges, signatures, times, and how often somebody is answered at all.

use super::harness::{
    ENDS_S, OLD_SECRET, REALM, SECRET, ServerHarness, StunResponse, TestClient, over_udp,
};
use crate::stun::{Attribute, Class, Method, StunMessageWriter, long_term_key};
use crate::{ClientEndpoint, Metric, RefusalCause};

#[test]
fn trn_5_without_a_signature_one_is_challenged_and_with_it_one_is_in() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    let bare = over_udp(StunMessageWriter::new(
        Class::Request,
        Method::ALLOCATE,
        [1; 12],
    ))
    .finish();
    let answer = StunResponse::read(&world.exchange(ann.client, &bare).unwrap());
    assert_eq!(answer.code, Some(401));
    assert!(answer.nonce.is_some() && !answer.is_signed);
    assert_eq!(world.metrics, [], "a challenge is no refusal");
    let answer = ann.allocate(&mut world);
    assert_eq!(answer.code, None);
    assert!(answer.is_signed);
    assert_eq!(answer.mapped, Some(ann.client.address()));
}

#[test]
fn trn_5_a_foreign_signature_is_refused_and_counted() {
    let mut world = ServerHarness::new();
    for username in [format!("{ENDS_S}:s.ann"), "ann".to_owned(), String::new()] {
        let mut mallory = TestClient::new(1, "s.ann");
        mallory.username = username.clone();
        mallory.key = long_term_key(&username, REALM, "a guess");
        assert_eq!(mallory.allocate(&mut world).code, Some(401), "{username}");
    }
    assert_eq!(world.metrics.len(), 3);
    assert!(
        world
            .metrics
            .iter()
            .all(|metric| *metric == Metric::Refused(RefusalCause::Credential))
    );
    assert_eq!(world.server.allocations(), 0);
}

#[test]
fn trn_5_a_signed_request_without_its_names_is_malformed() {
    let mut world = ServerHarness::new();
    let ann = TestClient::new(1, "s.ann");
    let bytes = over_udp(StunMessageWriter::new(
        Class::Request,
        Method::ALLOCATE,
        [1; 12],
    ))
    .with(Attribute::USERNAME, ann.username.as_bytes())
    .signed_with(&ann.key)
    .finish();
    let answer = StunResponse::read(&world.exchange(ann.client, &bytes).unwrap());
    assert_eq!(answer.code, Some(400));
}

#[test]
fn trn_5_a_nonce_is_good_for_ten_minutes_and_for_one_address() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.allocate(&mut world);
    let mut elsewhere = TestClient::new(2, "s.ann");
    elsewhere.nonce = ann.nonce.clone();
    assert_eq!(
        elsewhere
            .request_once(&mut world, Method::ALLOCATE, &over_udp)
            .code,
        Some(438)
    );
    world.now = world.now + 601_000;
    let answer = ann.request_once(&mut world, Method::REFRESH, &|writer| writer);
    assert_eq!(answer.code, Some(438));
    assert!(answer.nonce.is_some());
}

#[test]
fn trn_6_every_secret_is_good_and_an_unknown_one_is_not() {
    let mut world = ServerHarness::new();
    let username = format!("{ENDS_S}:s.ann");
    for (port, secret, code) in [
        (1, SECRET, None),
        (2, OLD_SECRET, None),
        (3, "one-that-was-never-ours-thirty-two-bytes", Some(401)),
    ] {
        let mut caller = TestClient::signed_with(port, &username, secret);
        assert_eq!(caller.allocate(&mut world).code, code, "{secret}");
    }
}

#[test]
fn trn_6_a_credential_that_has_ended_is_refused_and_no_allocation_outlives_it() {
    let mut world = ServerHarness::new();
    let ends_s = world.now.as_secs() + 90;
    let mut ann = TestClient::signed_with(1, &format!("{ends_s}:s.ann"), SECRET);
    let answer = ann.allocate(&mut world);
    assert_eq!(answer.lifetime, Some(90));
    world.now = world.now + 60_000;
    let answer = ann.request(&mut world, Method::REFRESH, |writer| {
        writer.with_number(Attribute::LIFETIME, 3_600)
    });
    assert_eq!(answer.lifetime, Some(30));
    assert_eq!(world.server.next_deadline(), Some(world.now + 30_000));
    world.now = world.now + 30_000;
    assert_eq!(
        ann.request(&mut world, Method::REFRESH, |writer| writer)
            .code,
        Some(401)
    );
    assert_eq!(world.server.allocations(), 0);
    assert_eq!(ann.allocate(&mut world).code, Some(401));
}

#[test]
fn trn_5_an_allocation_is_its_makers_alone() {
    let mut world = ServerHarness::new();
    let mut ann = TestClient::new(1, "s.ann");
    ann.relay(&mut world);
    let mut bo = TestClient::new(1, "s.bo");
    assert_eq!(
        bo.request(&mut world, Method::REFRESH, |writer| writer)
            .code,
        Some(441)
    );
}

#[test]
fn trn_5_a_binding_request_tells_where_one_comes_from() {
    let mut world = ServerHarness::new();
    let binding = StunMessageWriter::new(Class::Request, Method::BINDING, [1; 12]).finish();
    for (remote, mapped) in [
        ("9.8.7.6:5000", "9.8.7.6:5000"),
        ("[::ffff:9.8.7.6]:5000", "9.8.7.6:5000"),
        ("[2606:4700::1]:5000", "[2606:4700::1]:5000"),
    ] {
        let client = ClientEndpoint::Udp(remote.parse().unwrap());
        let answer = StunResponse::read(&world.exchange(client, &binding).unwrap());
        assert_eq!(answer.mapped, Some(mapped.parse().unwrap()));
    }
}
