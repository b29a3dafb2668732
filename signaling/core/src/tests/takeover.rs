//! The same person twice.

use wire::{CloseCode, DuplicatePolicy, ErrorCode};

use super::table::{ANN, LIVE, START, Table};

#[test]
fn sig_8_a_fresh_join_closes_the_older_socket_and_is_told_to_the_other() {
    let (mut table, ann, bob) = Table::both_in();
    let (newer, turn) = table.join(ANN);
    assert_eq!(turn.closed(ann), Some(CloseCode::Replaced));
    assert_eq!(turn.kinds(newer), ["welcome", "negotiate"]);
    assert_eq!(turn.kinds(bob), ["peer_joined", "negotiate"]);
    assert!(turn.facts().is_empty(), "the person was in all the time");
}

#[test]
fn sig_8_the_older_sockets_token_is_dead() {
    let (mut table, ..) = Table::both_in();
    let (newer, _) = table.join(ANN);
    let (old, turn) = table.resume(ANN, 1, 0);
    assert_eq!(turn.error(old).code, ErrorCode::AlreadyJoined);
    assert_eq!(turn.closed(old), Some(CloseCode::Replaced));
    assert_eq!(turn.closed(newer), None);
    // Also after a restart, and while the newer one is lost.
    table.restart(table.now);
    let (old, turn) = table.resume(ANN, 1, 0);
    assert_eq!(turn.closed(old), Some(CloseCode::Replaced));
}

#[test]
fn sig_8_a_page_that_comes_too_late_to_resume_does_not_kill_its_own_token() {
    let (mut table, ann, _) = Table::both_in();
    table.lose(ann);
    table.tick(table.now + 30_000);
    let (ann, turn) = table.resume(ANN, 1, 0);
    assert!(!turn.welcome(ann).resumed);
    // That welcome was lost too.
    table.lose(ann);
    let (ann, turn) = table.resume(ANN, 1, 0);
    assert_eq!(turn.kinds(ann)[0], "welcome");
}

#[test]
fn sig_8_a_countdown_goes_on() {
    let (mut table, _, bob) = Table::both_in();
    table.tick(START);
    let (ann, turn) = table.join(ANN);
    assert_eq!(turn.wire_phase(ann), wire::Phase::Countdown);
    assert_eq!(turn.kinds(bob), ["peer_joined", "negotiate"]);
    table.both_connected(ann, bob);
    table.tick(LIVE);
    assert!(table.is(wire::Phase::Live));
}

#[test]
fn sig_9_under_reject_the_second_socket_is_refused_while_the_first_lives() {
    let (mut table, ann, bob) =
        Table::with(|spec| spec.duplicate = DuplicatePolicy::Reject).seated();
    let (second, turn) = table.join(ANN);
    assert_eq!(turn.error(second).code, ErrorCode::AlreadyJoined);
    assert_eq!(turn.closed(second), Some(CloseCode::Replaced));
    assert_eq!(turn.closed(ann), None);
    assert!(turn.to(bob).is_empty());
    // The same page may resume, and a lost socket does not live.
    let (third, turn) = table.resume(ANN, 1, 0);
    assert!(turn.welcome(third).resumed);
    table.lose(third);
    let (fourth, turn) = table.join(ANN);
    assert_eq!(turn.kinds(fourth), ["welcome", "negotiate"]);
}

#[test]
fn sig_11_a_join_that_was_under_way_does_not_throw_out_a_newer_socket() {
    let (mut table, _, bob) = Table::both_in();
    let turn = table.take(crate::Input::Join {
        connection: wire::ConnectionId(bob.0 - 1),
        user: "bob".into(),
        spec: super::table::spec(),
        resume: None,
        new_token: "late".to_owned(),
        new_token_hash: [9; 32],
    });
    let late = wire::ConnectionId(bob.0 - 1);
    assert_eq!(turn.closed(bob), None);
    assert_eq!(turn.to(late).len(), 1);
}
