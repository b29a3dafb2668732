//! The same person twice.

use wire::{CloseCode, DuplicatePolicy, ErrorCode};

use super::fixture::{ANN, Fixture, LIVE, START};

#[test]
fn sig_8_a_fresh_join_closes_the_older_socket_and_is_told_to_the_other() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let (newer, turn) = fixture.join(ANN);
    assert_eq!(turn.closed(ann), Some(CloseCode::Replaced));
    assert_eq!(turn.kinds(newer), ["welcome", "negotiate"]);
    assert_eq!(turn.kinds(bob), ["peer_joined", "negotiate"]);
    assert!(turn.facts().is_empty(), "the person was in all the time");
}

#[test]
fn sig_8_the_older_sockets_token_is_dead() {
    let (mut fixture, ..) = Fixture::both_in();
    let (newer, _) = fixture.join(ANN);
    let (old, turn) = fixture.resume(ANN, 1, 0);
    assert_eq!(turn.error(old).code, ErrorCode::AlreadyJoined);
    assert_eq!(turn.closed(old), Some(CloseCode::Replaced));
    assert_eq!(turn.closed(newer), None);
    // Also after a restart, and while the newer one is lost.
    fixture.restart(fixture.now);
    let (old, turn) = fixture.resume(ANN, 1, 0);
    assert_eq!(turn.closed(old), Some(CloseCode::Replaced));
}

#[test]
fn sig_8_a_page_that_comes_too_late_to_resume_does_not_kill_its_own_token() {
    let (mut fixture, ann, _) = Fixture::both_in();
    fixture.lose(ann);
    fixture.tick(fixture.now + 30_000);
    let (ann, turn) = fixture.resume(ANN, 1, 0);
    assert!(!turn.welcome(ann).resumed);
    // That welcome was lost too.
    fixture.lose(ann);
    let (ann, turn) = fixture.resume(ANN, 1, 0);
    assert_eq!(turn.kinds(ann)[0], "welcome");
}

#[test]
fn sig_8_a_countdown_goes_on() {
    let (mut fixture, _, bob) = Fixture::both_in();
    fixture.tick(START);
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.wire_phase(ann), wire::Phase::Countdown);
    assert_eq!(turn.kinds(bob), ["peer_joined", "negotiate"]);
    fixture.both_connected(ann, bob);
    fixture.tick(LIVE);
    assert!(fixture.is(wire::Phase::Live));
}

#[test]
fn sig_9_under_reject_the_second_socket_is_refused_while_the_first_lives() {
    let (mut fixture, ann, bob) =
        Fixture::with(|spec| spec.duplicate = DuplicatePolicy::Reject).seated();
    let (second, _) = fixture.join(ANN);
    let turn = fixture.take(crate::Input::Alive { connection: ann });
    assert_eq!(turn.error(second).code, ErrorCode::AlreadyJoined);
    assert_eq!(turn.closed(second), Some(CloseCode::RateLimited));
    assert_eq!(turn.closed(ann), None);
    assert!(turn.to(bob).is_empty());
    // The same page may resume, and a lost socket does not live.
    let (third, turn) = fixture.resume(ANN, 1, 0);
    assert!(turn.welcome(third).resumed);
    fixture.lose(third);
    let (fourth, turn) = fixture.join(ANN);
    assert_eq!(turn.kinds(fourth), ["welcome", "negotiate"]);
}

#[test]
fn sig_11_a_join_that_was_under_way_does_not_throw_out_a_newer_socket() {
    let (mut fixture, _, bob) = Fixture::both_in();
    let turn = fixture.take(crate::Input::Join {
        connection: wire::ConnectionId(bob.0 - 1),
        user: "bob".into(),
        spec: super::fixture::spec(),
        resume: None,
        new_token: "late".to_owned(),
        new_token_hash: [9; 32],
    });
    let late = wire::ConnectionId(bob.0 - 1);
    assert_eq!(turn.closed(bob), None);
    assert_eq!(turn.to(late).len(), 1);
}
