//! From both in to live.

use wire::signaling::{Connected, ServerFrame};
use wire::{EndReason, UnixMs};

use super::table::{ANN, BOB, LIVE, START, Table};

#[test]
fn sig_30_it_begins_at_the_start_when_both_are_in() {
    let (mut table, ann, bob) = Table::both_in();
    assert!(table.tick(START - 1).0.is_empty());
    let turn = table.tick(START);
    for socket in [ann, bob] {
        let ServerFrame::Countdown(countdown) = turn.one(socket, "countdown") else {
            unreachable!("asked for by its type")
        };
        assert_eq!(countdown.live_at, UnixMs(LIVE));
        assert_eq!(countdown.server_now, UnixMs(START));
    }
}

#[test]
fn sig_30_after_the_start_it_begins_with_the_second_one() {
    let mut table = Table::new();
    table.join(ANN);
    table.tick(START + 70);
    let (bob, turn) = table.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate", "countdown"]);
    assert!(matches!(
        turn.one(bob, "countdown"),
        ServerFrame::Countdown(countdown) if countdown.live_at == UnixMs(LIVE + 70)
    ));
}

#[test]
fn sig_31_a_loss_cancels_it_and_a_new_one_starts_when_both_are_in_again() {
    let (mut table, ann, bob) = Table::both_in();
    table.tick(START + 10);
    let turn = table.lose(bob);
    assert_eq!(turn.kinds(ann), ["peer_lost", "countdown_cancelled"]);
    assert!(matches!(
        turn.one(ann, "countdown_cancelled"),
        ServerFrame::CountdownCancelled(cancelled) if cancelled.reason.name() == "lost"
    ));
    table.tick(START + 900);
    let (bob, turn) = table.resume(BOB, 2, 1);
    assert_eq!(
        turn.kinds(bob),
        ["welcome", "countdown", "countdown_cancelled", "countdown"]
    );
    assert_eq!(turn.kinds(ann), ["peer_resumed", "countdown"]);
    table.tick(LIVE + 899);
    assert!(table.is(wire::Phase::Countdown));
}

#[test]
fn sig_31_leaving_cancels_it() {
    let (mut table, ann, bob) = Table::both_in();
    table.tick(START);
    let turn = table.leave(bob);
    assert_eq!(
        turn.kinds(ann),
        ["peer_left", "countdown_cancelled", "waiting"]
    );
    assert!(matches!(
        turn.one(ann, "countdown_cancelled"),
        ServerFrame::CountdownCancelled(cancelled) if cancelled.reason.name() == "left"
    ));
    assert!(table.is(wire::Phase::Lobby));
}

#[test]
fn sig_32_without_media_it_ends_in_connecting() {
    let (mut table, ..) = Table::both_in();
    table.tick(LIVE - 1);
    assert!(table.is(wire::Phase::Countdown));
    table.tick(LIVE);
    assert!(table.is(wire::Phase::Connecting));
}

#[test]
fn sig_32_connecting_goes_live_when_both_have_reported() {
    let (mut table, ann, bob) = Table::both_in();
    table.tick(LIVE + 300);
    let epoch = table.epoch();
    assert!(table.frame(ann, Connected { epoch }).to(bob).is_empty());
    // One alone, and the same one again, is not both.
    table.frame(ann, Connected { epoch });
    assert!(table.is(wire::Phase::Connecting));
    let turn = table.frame(bob, Connected { epoch });
    assert!(matches!(
        turn.one(ann, "live"),
        ServerFrame::Live(live) if live.started_at == UnixMs(LIVE + 300)
    ));
}

#[test]
fn sig_32_media_that_never_comes_up_fails_the_session_on_its_millisecond() {
    let (mut table, ann, bob) = Table::both_in();
    table.tick(LIVE + 20_000 - 1);
    assert!(table.is(wire::Phase::Connecting));
    let epoch = table.epoch();
    table.frame(bob, Connected { epoch });
    let turn = table.tick(LIVE + 20_000);
    assert!(matches!(
        turn.one(ann, "ended"),
        ServerFrame::Ended(ended) if ended.reason == EndReason::ConnectFailed
    ));
}

#[test]
fn sig_32_a_loss_while_connecting_goes_back_to_the_lobby() {
    let (mut table, ann, bob) = Table::both_in();
    table.tick(LIVE);
    let turn = table.lose(bob);
    assert_eq!(turn.kinds(ann), ["peer_lost", "countdown_cancelled"]);
    assert!(table.is(wire::Phase::Lobby));
}

#[test]
fn sig_33_a_countdown_that_nobody_watched_costs_nobody_time() {
    let (mut table, ann, bob) = Table::both_in();
    table.both_connected(ann, bob);
    table.tick(START);
    table.now = LIVE + 40_000;
    let turn = table.take(crate::Input::Tick);
    assert!(matches!(
        turn.one(ann, "live"),
        ServerFrame::Live(live) if live.deadline_at == UnixMs(LIVE + 100_000)
    ));
}
