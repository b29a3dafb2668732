//! Credentials that end before their time, and what ends with them.

use wire::UnixMs;

use super::harness::{ENDS_S, OLD_SECRET, PEER, SECRET, ServerHarness, TestClient, over_udp};
use crate::credential_holder::holder;
use crate::stun::Method;
use crate::{Input, Metric, RefusalCause, Secret};

/// A client of a person in a session, under the newest secret or the one before.
fn of(port: u16, session: &str, user: &str, secret: &str) -> TestClient {
    let holder = holder(&Secret::new(secret).unwrap(), session, user);
    TestClient::signed_with(port, &format!("{ENDS_S}:{holder}"), secret)
}

fn revoke(world: &mut ServerHarness, session: &str, user: Option<&str>) {
    let until = world.now + 60_000;
    world.take(Input::Revoked {
        session,
        user,
        until,
    });
}

#[test]
fn trn_55_who_is_kicked_relays_no_more_and_the_other_one_goes_on() {
    for secret in [SECRET, OLD_SECRET] {
        let mut world = ServerHarness::new();
        let mut ann = of(1, "s1", "ann", secret);
        let mut on_tcp = of(2, "s1", "ann", secret).over_tcp();
        let mut bo = of(3, "s1", "bo", secret);
        let mut elsewhere = of(4, "s2", "ann", secret);
        for client in [&mut ann, &mut on_tcp, &mut bo, &mut elsewhere] {
            client.relay(&mut world);
        }
        revoke(&mut world, "s1", Some("ann"));
        assert_eq!(world.closed.len(), 2);
        assert_eq!(world.server.allocations(), 2);
        for client in [&mut ann, &mut on_tcp] {
            for method in [Method::ALLOCATE, Method::REFRESH, Method::CREATE_PERMISSION] {
                let answer = client.request(&mut world, method, over_udp);
                assert_eq!(answer.code, Some(401));
            }
        }
        assert!(
            world
                .metrics
                .contains(&Metric::Refused(RefusalCause::Revoked))
        );
        for client in [&mut bo, &mut elsewhere] {
            let answer = client.request(&mut world, Method::REFRESH, |writer| writer);
            assert_eq!(answer.code, None);
        }
    }
}

#[test]
fn trn_55_what_ends_a_session_ends_the_relaying_of_all_in_it() {
    let mut world = ServerHarness::new();
    let mut ann = of(1, "s1", "ann", SECRET);
    let mut bo = of(2, "s1", "bo", OLD_SECRET);
    let mut elsewhere = of(3, "s2", "ann", SECRET);
    for client in [&mut ann, &mut bo, &mut elsewhere] {
        client.relay(&mut world);
    }
    revoke(&mut world, "s1", None);
    assert_eq!(world.server.allocations(), 1);
    let ended = |metric: &&Metric| **metric == Metric::Ended;
    assert_eq!(world.metrics.iter().filter(ended).count(), 2);
    let mut late = of(4, "s1", "cleo", SECRET);
    for client in [&mut ann, &mut bo, &mut late] {
        assert_eq!(client.allocate(&mut world).code, Some(401));
    }
    assert_eq!(of(5, "s2", "bo", SECRET).allocate(&mut world).code, None);
}

#[test]
fn trn_55_a_revocation_is_forgotten_when_its_credentials_have_ended() {
    let mut world = ServerHarness::new();
    revoke(&mut world, "s1", None);
    world.now = world.now + 60_000;
    // One that is good for longer shows that nothing of it is left.
    assert_eq!(of(1, "s1", "ann", SECRET).allocate(&mut world).code, None);
    world.take(Input::Revoked {
        session: "s1",
        user: None,
        until: world.now,
    });
    assert_eq!(world.server.allocations(), 1, "what is over revokes nobody");
}

#[test]
fn trn_55_the_names_of_other_issuers_are_never_revoked() {
    let mut world = ServerHarness::new();
    let mut other = TestClient::new(1, "s1.ann");
    other.relay(&mut world);
    revoke(&mut world, "s1", Some("ann"));
    revoke(&mut world, "s1", None);
    let answer = other.request(&mut world, Method::REFRESH, |writer| writer);
    assert_eq!(answer.code, None);
}

#[test]
fn trn_57_no_permission_and_no_channel_outlives_the_credential() {
    let mut world = ServerHarness::new();
    let ends_s = world.now.as_secs() + 90;
    let mut ann = TestClient::signed_with(1, &format!("{ends_s}:s.ann"), SECRET);
    ann.relay(&mut world);
    assert_eq!(ann.permit(&mut world, PEER).code, None);
    assert_eq!(ann.bind(&mut world, 0x4000, PEER).code, None);
    world.now = UnixMs(ends_s * 1_000);
    ann.send(&mut world, PEER, b"late");
    assert_eq!(world.to_peers, []);
    assert_eq!(world.server.allocations(), 0);
    for answer in [
        ann.permit(&mut world, PEER),
        ann.bind(&mut world, 0x4000, PEER),
        ann.request(&mut world, Method::REFRESH, |writer| writer),
    ] {
        assert_eq!(answer.code, Some(401));
    }
}
