//! The process ends, and another goes on.

use wire::signaling::ServerFrame;
use wire::{EndReason, UnixMs};

use super::table::{ANN, BOB, CLOSE, END, GRACE, LIVE, START, Table, offer};

#[test]
fn sig_45_a_live_session_keeps_its_deadline() {
    let (mut table, ..) = Table::live();
    let epoch = table.epoch();
    assert!(table.restart(LIVE + 20_000).0.is_empty());
    let (ann, turn) = table.resume(ANN, 1, 3);
    assert_eq!(turn.kinds(ann), ["welcome", "waiting"]);
    let welcome = turn.welcome(ann);
    assert!(!welcome.resumed);
    assert_eq!(welcome.epoch, Some(epoch));
    assert_eq!(welcome.session.started_at, Some(UnixMs(LIVE)));
    assert_eq!(welcome.session.deadline_at, Some(UnixMs(END)));
    let (bob, turn) = table.resume(BOB, 2, 3);
    assert_eq!(turn.kinds(bob), ["welcome"]);
    assert_eq!(turn.kinds(ann), ["peer_resumed"]);
    assert_eq!(turn.seqs(ann), [2]);
    table.tick(END - 1);
    assert!(table.is(wire::Phase::Live));
    let turn = table.tick(END);
    assert_eq!(turn.kinds(ann), ["ended"]);
    assert_eq!(turn.kinds(bob), ["ended"]);
}

#[test]
fn sig_45_each_seat_has_a_full_grace_from_the_restart() {
    let (mut table, _, bob) = Table::live();
    table.lose(bob);
    table.tick(LIVE + 10_000);
    table.restart(LIVE + 20_000);
    table.tick(LIVE + 20_000 + GRACE - 1);
    assert!(table.is(wire::Phase::Live));
    table.tick(LIVE + 20_000 + GRACE);
    assert_eq!(
        table.session.is_over().map(|outcome| outcome.reason),
        Some(EndReason::Abandoned)
    );
}

#[test]
fn sig_45_a_deadline_that_passed_meanwhile_ends_it_at_once() {
    let (mut table, ..) = Table::live();
    let turn = table.restart(END + 5);
    assert_eq!(
        turn.facts().last().expect("ended").1.reason,
        Some(EndReason::Completed)
    );
    let (ann, turn) = table.resume(ANN, 1, 3);
    assert_eq!(turn.error(ann).reason.as_deref(), Some("completed"));
}

#[test]
fn sig_45_a_countdown_begins_anew_when_both_are_back() {
    for at in [START + 1_000, LIVE + 1_000] {
        let (mut table, ..) = Table::both_in();
        table.tick(at);
        table.restart(at);
        let (ann, turn) = table.resume(ANN, 1, 9);
        assert_eq!(turn.wire_phase(ann), wire::Phase::Lobby);
        let (bob, turn) = table.resume(BOB, 2, 9);
        assert_eq!(turn.kinds(bob), ["welcome", "negotiate", "countdown"]);
        assert_eq!(turn.kinds(ann), ["peer_resumed", "negotiate", "countdown"]);
    }
}

#[test]
fn sig_45_a_lobby_that_closed_meanwhile_waits_for_the_grace() {
    let mut table = Table::new();
    table.join(ANN);
    table.restart(CLOSE + 1);
    table.tick(CLOSE + GRACE);
    assert!(table.is(wire::Phase::Lobby));
    let turn = table.tick(CLOSE + 1 + GRACE);
    let (_, no_show) = turn.facts()[1];
    assert_eq!(no_show.absent, Some(vec!["bob".into()]));
}

#[test]
fn sig_45_the_one_who_comes_back_fresh_negotiates_anew() {
    let (mut table, ..) = Table::live();
    let epoch = table.epoch();
    table.restart(LIVE + 1);
    table.resume(ANN, 1, 3);
    let (bob, turn) = table.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate"]);
    assert!(table.epoch() > epoch);
}

#[test]
fn sig_45_no_epoch_comes_twice_though_the_last_write_was_lost() {
    let (mut table, ann, _) = Table::both_in();
    let stored = table.session.snapshot();
    table.now += 1;
    table.join(BOB);
    let lost = table.epoch();
    table.now += 1;
    table.session = crate::Session::restore(stored, std::sync::Arc::default(), UnixMs(table.now));
    assert!(table.frame(ann, offer(lost)).0.is_empty(), "no such socket");
    table.resume(ANN, 1, 0);
    table.join(BOB);
    assert!(table.epoch() > lost);
}

#[test]
fn sig_45_who_is_not_back_yet_was_last_in_at_the_restart() {
    let (mut table, ..) = Table::live();
    table.restart(LIVE + 9_000);
    let (ann, turn) = table.resume(ANN, 1, 3);
    let ServerFrame::Waiting(waiting) = turn.one(ann, "waiting") else {
        panic!("one() gave another kind");
    };
    assert_eq!(waiting.since, UnixMs(LIVE + 9_000));
}

#[test]
fn sig_45_what_took_effect_before_is_not_done_again() {
    let (mut table, ann, _) = Table::live();
    table.numbered(ann, 3, super::table::extend());
    table.restart(LIVE + 1_000);
    let (ann, turn) = table.resume(ANN, 1, 3);
    assert_eq!(turn.welcome(ann).last_id, 3);
}
