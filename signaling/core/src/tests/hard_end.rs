//! `hard_end_at`: nothing of a session goes past it, whatever phase it is in.

use wire::signaling::ServerFrame;
use wire::{ConnectionId, EndReason, OnLoss, SessionSpec, UnixMs};

use super::fixture::{ANN, BOB, CLOSE, END, Fixture, LIVE, START, StepResult, extend};
use crate::SessionPhase;

fn booked(hard_end_at: i64, change: impl FnOnce(&mut SessionSpec)) -> Fixture {
    Fixture::with(|spec| {
        spec.hard_end_at = Some(UnixMs(hard_end_at));
        change(spec);
    })
}

/// How it ended for a socket.
fn reason(step: &StepResult, socket: ConnectionId) -> EndReason {
    match step.one(socket, "ended") {
        ServerFrame::Ended(ended) => ended.reason,
        frame => panic!("asked for by its type, not {frame:?}"),
    }
}

#[test]
fn sig_254_the_first_deadline_is_clipped_and_said_in_live() {
    for hard_end_at in [LIVE + 3_000, END - 1, END, END + 1] {
        let deadline_at = hard_end_at.min(END);
        let mut fixture = booked(hard_end_at, |_| {});
        let (ann, bob);
        (fixture, ann, bob) = fixture.seated();
        fixture.both_connected(ann, bob);
        let step = fixture.tick(LIVE);
        let ServerFrame::Live(live) = step.one(ann, "live") else {
            unreachable!("asked for by its type")
        };
        assert_eq!(live.deadline_at, UnixMs(deadline_at));
        fixture.tick(deadline_at - 1);
        assert!(fixture.is(wire::Phase::Live), "{hard_end_at}");
        let step = fixture.tick(deadline_at);
        assert_eq!(reason(&step, bob), EndReason::Completed);
    }
}

#[test]
fn sig_254_the_warning_goes_by_the_clipped_deadline_and_no_extension_is_left() {
    let (mut fixture, ann, _) = booked(END - 20_000, |_| {}).seated_live();
    assert!(fixture.tick(END - 30_001).0.is_empty());
    assert_eq!(fixture.tick(END - 30_000).kinds(ann), ["ending"]);
    let step = fixture.frame(ann, extend());
    assert_eq!(step.error(ann).code, wire::ErrorCode::NoExtensionsLeft);
    let (bob, step) = fixture.join(BOB);
    assert_eq!(step.welcome(bob).session.extensions_left, 0);
}

#[test]
fn sig_254_an_extension_up_to_it_leaves_none() {
    let (mut fixture, ann, bob) = booked(END + 7_000, |spec| spec.max_extensions = 3).seated_live();
    fixture.frame(ann, extend());
    let step = fixture.frame(bob, extend());
    let ServerFrame::Extended(extended) = step.one(ann, "extended") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(extended.deadline_at, UnixMs(END + 7_000));
    assert_eq!(extended.extensions_left, 0);
}

#[test]
fn sig_254_no_pause_and_no_restart_goes_past_it() {
    let hard_end_at = LIVE + 30_000;
    let (mut fixture, _, bob) =
        booked(hard_end_at, |spec| spec.on_loss = OnLoss::Pause).seated_live();
    fixture.tick(LIVE + 10_000);
    fixture.lose(bob);
    assert!(fixture.is(wire::Phase::Live), "there is nothing to pause");
    fixture.restart(LIVE + 20_000);
    assert!(matches!(
        fixture.phase(),
        SessionPhase::Live { deadline_at, .. } if deadline_at == UnixMs(hard_end_at)
    ));
    fixture.tick(hard_end_at);
    assert!(fixture.is(wire::Phase::Ended));
}

#[test]
fn sig_255_before_live_it_ends_what_can_no_longer_be_held() {
    // In the countdown.
    let (mut fixture, ann, _) = booked(LIVE - 1, |_| {}).seated();
    fixture.tick(LIVE - 2);
    assert!(fixture.is(wire::Phase::Countdown));
    let step = fixture.tick(LIVE - 1);
    assert_eq!(reason(&step, ann), EndReason::Abandoned);
    // While media is waited for.
    let (mut fixture, ann, _) = booked(LIVE + 2_000, |_| {}).seated();
    fixture.tick(LIVE + 1_999);
    assert!(fixture.is(wire::Phase::Connecting));
    let step = fixture.tick(LIVE + 2_000);
    assert_eq!(reason(&step, ann), EndReason::ConnectFailed);
    // Both are in after it.
    let mut fixture = booked(START + 1_000, |_| {});
    let (ann, _) = fixture.join(ANN);
    fixture.lose(ann);
    fixture.tick(START + 1_500);
    let (ann, _) = fixture.join(ANN);
    fixture.join(BOB);
    assert!(fixture.is(wire::Phase::Ended), "{ann:?}");
}

#[test]
fn sig_255_a_lobby_closes_with_it_and_says_so() {
    let mut fixture = booked(START + 3_000, |_| {});
    let (ann, step) = fixture.join(ANN);
    let ServerFrame::Waiting(waiting) = step.one(ann, "waiting") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(waiting.closes_at, UnixMs(START + 3_000));
    let step = fixture.tick(START + 3_000);
    assert_eq!(reason(&step, ann), EndReason::NoShow);
    let mut fixture = booked(CLOSE + 1, |_| {});
    fixture.join(ANN);
    fixture.tick(CLOSE - 1);
    assert!(fixture.is(wire::Phase::Lobby));
    fixture.tick(CLOSE);
    assert!(fixture.is(wire::Phase::Ended));
}
