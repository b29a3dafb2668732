//! The process ends, and another goes on.

use wire::signaling::ServerFrame;
use wire::{EndReason, UnixMs};

use super::fixture::{ANN, BOB, CLOSE, END, Fixture, GRACE, LIVE, START, offer};

#[test]
fn sig_45_a_live_session_keeps_its_deadline() {
    let (mut fixture, ..) = Fixture::live();
    let epoch = fixture.epoch();
    assert!(fixture.restart(LIVE + 20_000).0.is_empty());
    let (ann, turn) = fixture.resume(ANN, 1, 3);
    assert_eq!(turn.kinds(ann), ["welcome", "waiting"]);
    let welcome = turn.welcome(ann);
    assert!(!welcome.resumed);
    assert_eq!(welcome.epoch, Some(epoch));
    assert_eq!(welcome.session.started_at, Some(UnixMs(LIVE)));
    assert_eq!(welcome.session.deadline_at, Some(UnixMs(END)));
    let (bob, turn) = fixture.resume(BOB, 2, 3);
    assert_eq!(turn.kinds(bob), ["welcome"]);
    assert_eq!(turn.kinds(ann), ["peer_resumed"]);
    assert_eq!(turn.seqs(ann), [2]);
    fixture.tick(END - 1);
    assert!(fixture.is(wire::Phase::Live));
    let turn = fixture.tick(END);
    assert_eq!(turn.kinds(ann), ["ended"]);
    assert_eq!(turn.kinds(bob), ["ended"]);
}

#[test]
fn sig_45_each_seat_has_a_full_grace_from_the_restart() {
    let (mut fixture, _, bob) = Fixture::live();
    fixture.lose(bob);
    fixture.tick(LIVE + 10_000);
    fixture.restart(LIVE + 20_000);
    fixture.tick(LIVE + 20_000 + GRACE - 1);
    assert!(fixture.is(wire::Phase::Live));
    fixture.tick(LIVE + 20_000 + GRACE);
    assert_eq!(
        fixture.session.is_over().map(|outcome| outcome.reason),
        Some(EndReason::Abandoned)
    );
}

#[test]
fn sig_45_a_deadline_that_passed_meanwhile_ends_it_at_once() {
    let (mut fixture, ..) = Fixture::live();
    let turn = fixture.restart(END + 5);
    assert_eq!(
        turn.facts().last().expect("ended").1.reason,
        Some(EndReason::Completed)
    );
    let (ann, turn) = fixture.resume(ANN, 1, 3);
    assert_eq!(turn.error(ann).reason.as_deref(), Some("completed"));
}

#[test]
fn sig_45_a_countdown_begins_anew_when_both_are_back() {
    for at in [START + 1_000, LIVE + 1_000] {
        let (mut fixture, ..) = Fixture::both_in();
        fixture.tick(at);
        fixture.restart(at);
        let (ann, turn) = fixture.resume(ANN, 1, 9);
        assert_eq!(turn.wire_phase(ann), wire::Phase::Lobby);
        let (bob, turn) = fixture.resume(BOB, 2, 9);
        assert_eq!(turn.kinds(bob), ["welcome", "negotiate", "countdown"]);
        assert_eq!(turn.kinds(ann), ["peer_resumed", "negotiate", "countdown"]);
    }
}

#[test]
fn sig_45_a_lobby_that_closed_meanwhile_waits_for_the_grace() {
    let mut fixture = Fixture::new();
    fixture.join(ANN);
    fixture.restart(CLOSE + 1);
    fixture.tick(CLOSE + GRACE);
    assert!(fixture.is(wire::Phase::Lobby));
    let turn = fixture.tick(CLOSE + 1 + GRACE);
    let (_, no_show) = turn.facts()[1];
    assert_eq!(no_show.absent, Some(vec!["bob".into()]));
}

#[test]
fn sig_45_the_one_who_comes_back_fresh_negotiates_anew() {
    let (mut fixture, ..) = Fixture::live();
    let epoch = fixture.epoch();
    fixture.restart(LIVE + 1);
    fixture.resume(ANN, 1, 3);
    let (bob, turn) = fixture.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate"]);
    assert!(fixture.epoch() > epoch);
}

#[test]
fn sig_45_no_epoch_comes_twice_though_the_last_write_was_lost() {
    let (mut fixture, ann, _) = Fixture::both_in();
    let stored = fixture.session.snapshot();
    fixture.now += 1;
    fixture.join(BOB);
    let lost = fixture.epoch();
    fixture.now += 1;
    fixture.session =
        crate::Session::restore(stored, std::sync::Arc::default(), UnixMs(fixture.now));
    assert!(
        fixture.frame(ann, offer(lost)).0.is_empty(),
        "no such socket"
    );
    fixture.resume(ANN, 1, 0);
    fixture.join(BOB);
    assert!(fixture.epoch() > lost);
}

#[test]
fn sig_45_who_is_not_back_yet_was_last_in_at_the_restart() {
    let (mut fixture, ..) = Fixture::live();
    fixture.restart(LIVE + 9_000);
    let (ann, turn) = fixture.resume(ANN, 1, 3);
    let ServerFrame::Waiting(waiting) = turn.one(ann, "waiting") else {
        panic!("one() gave another kind");
    };
    assert_eq!(waiting.since, UnixMs(LIVE + 9_000));
}

#[test]
fn sig_45_what_took_effect_before_is_not_done_again() {
    let (mut fixture, ann, _) = Fixture::live();
    fixture.numbered(ann, 3, super::fixture::extend());
    fixture.restart(LIVE + 1_000);
    let (ann, turn) = fixture.resume(ANN, 1, 3);
    assert_eq!(turn.welcome(ann).last_id, 3);
}
