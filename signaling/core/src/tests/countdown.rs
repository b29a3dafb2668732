//! From both in to live.

use wire::signaling::{Connected, ServerFrame};
use wire::{EndReason, UnixMs};

use super::fixture::{ANN, BOB, Fixture, LIVE, START};

#[test]
fn sig_30_it_begins_at_the_start_when_both_are_in() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    assert!(fixture.tick(START - 1).0.is_empty());
    let turn = fixture.tick(START);
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
    let mut fixture = Fixture::new();
    fixture.join(ANN);
    fixture.tick(START + 70);
    let (bob, turn) = fixture.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate", "countdown"]);
    assert!(matches!(
        turn.one(bob, "countdown"),
        ServerFrame::Countdown(countdown) if countdown.live_at == UnixMs(LIVE + 70)
    ));
}

#[test]
fn sig_31_a_loss_cancels_it_and_a_new_one_starts_when_both_are_in_again() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.tick(START + 10);
    let turn = fixture.lose(bob);
    assert_eq!(turn.kinds(ann), ["peer_lost", "countdown_cancelled"]);
    assert!(matches!(
        turn.one(ann, "countdown_cancelled"),
        ServerFrame::CountdownCancelled(cancelled) if cancelled.reason.name() == "lost"
    ));
    fixture.tick(START + 900);
    let (bob, turn) = fixture.resume(BOB, 2, 1);
    assert_eq!(
        turn.kinds(bob),
        ["welcome", "countdown", "countdown_cancelled", "countdown"]
    );
    assert_eq!(turn.kinds(ann), ["peer_resumed", "countdown"]);
    fixture.tick(LIVE + 899);
    assert!(fixture.is(wire::Phase::Countdown));
}

#[test]
fn sig_31_leaving_cancels_it() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.tick(START);
    let turn = fixture.leave(bob);
    assert_eq!(
        turn.kinds(ann),
        ["peer_left", "countdown_cancelled", "waiting"]
    );
    assert!(matches!(
        turn.one(ann, "countdown_cancelled"),
        ServerFrame::CountdownCancelled(cancelled) if cancelled.reason.name() == "left"
    ));
    assert!(fixture.is(wire::Phase::Lobby));
}

#[test]
fn sig_32_without_media_it_ends_in_connecting() {
    let (mut fixture, ..) = Fixture::both_in();
    fixture.tick(LIVE - 1);
    assert!(fixture.is(wire::Phase::Countdown));
    fixture.tick(LIVE);
    assert!(fixture.is(wire::Phase::Connecting));
}

#[test]
fn sig_32_connecting_goes_live_when_both_have_reported() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.tick(LIVE + 300);
    let epoch = fixture.epoch();
    assert!(fixture.frame(ann, Connected { epoch }).to(bob).is_empty());
    // One alone, and the same one again, is not both.
    fixture.frame(ann, Connected { epoch });
    assert!(fixture.is(wire::Phase::Connecting));
    let turn = fixture.frame(bob, Connected { epoch });
    assert!(matches!(
        turn.one(ann, "live"),
        ServerFrame::Live(live) if live.started_at == UnixMs(LIVE + 300)
    ));
}

#[test]
fn sig_32_media_that_never_comes_up_fails_the_session_on_its_millisecond() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.tick(LIVE + 20_000 - 1);
    assert!(fixture.is(wire::Phase::Connecting));
    let epoch = fixture.epoch();
    fixture.frame(bob, Connected { epoch });
    let turn = fixture.tick(LIVE + 20_000);
    assert!(matches!(
        turn.one(ann, "ended"),
        ServerFrame::Ended(ended) if ended.reason == EndReason::ConnectFailed
    ));
}

#[test]
fn sig_32_a_loss_while_connecting_goes_back_to_the_lobby() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.tick(LIVE);
    let turn = fixture.lose(bob);
    assert_eq!(turn.kinds(ann), ["peer_lost", "countdown_cancelled"]);
    assert!(fixture.is(wire::Phase::Lobby));
}

#[test]
fn sig_33_a_countdown_that_nobody_watched_costs_nobody_time() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.both_connected(ann, bob);
    fixture.tick(START);
    fixture.now = LIVE + 40_000;
    let turn = fixture.take(crate::Input::Tick);
    assert!(matches!(
        turn.one(ann, "live"),
        ServerFrame::Live(live) if live.deadline_at == UnixMs(LIVE + 100_000)
    ));
}
