//! The policy `on_loss: pause`.

use wire::signaling::ServerFrame;
use wire::{OnLoss, UnixMs};

use super::fixture::{ANN, BOB, END, Fixture, LIVE};

fn pausing() -> (Fixture, wire::ConnectionId, wire::ConnectionId) {
    Fixture::with(|spec| {
        spec.on_loss = OnLoss::Pause;
        spec.max_pause_ms = 20_000;
    })
    .seated_live()
}

#[test]
fn sig_41_the_clock_stands_while_one_is_lost() {
    let (mut fixture, ann, bob) = pausing();
    fixture.tick(LIVE + 10_000);
    let turn = fixture.lose(bob);
    assert_eq!(turn.kinds(ann), ["peer_lost", "paused"]);
    let ServerFrame::Paused(paused) = turn.one(ann, "paused") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(paused.remaining_ms, 50_000);
    assert_eq!(paused.until, UnixMs(LIVE + 30_000));
    fixture.tick(LIVE + 15_000);
    let (bob, turn) = fixture.resume(BOB, 2, 3);
    assert_eq!(turn.kinds(bob), ["welcome", "paused", "live"]);
    let ServerFrame::Live(live) = turn.one(ann, "live") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(live.started_at, UnixMs(LIVE));
    assert_eq!(live.deadline_at, UnixMs(END + 5_000));
    assert!(turn.facts().is_empty());
    fixture.tick(END + 4_999);
    assert!(fixture.is(wire::Phase::Live));
    fixture.tick(END + 5_000);
    assert!(fixture.is(wire::Phase::Ended));
}

#[test]
fn sig_41_who_comes_alone_while_it_stands_is_told_what_is_left() {
    let (mut fixture, ann, bob) = pausing();
    fixture.tick(LIVE + 10_000);
    fixture.lose(bob);
    fixture.lose(ann);
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.kinds(ann), ["welcome", "waiting", "paused"]);
    let ServerFrame::Paused(paused) = turn.one(ann, "paused") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(paused.remaining_ms, 50_000);
}

#[test]
fn sig_41_all_pauses_together_have_a_cap() {
    let (mut fixture, _, bob) = pausing();
    fixture.tick(LIVE + 1_000);
    fixture.lose(bob);
    fixture.tick(LIVE + 16_000);
    let (bob, _) = fixture.resume(BOB, 2, 3);
    // 15 s are used, 5 s are left.
    fixture.lose(bob);
    fixture.tick(LIVE + 20_999);
    assert!(fixture.is(wire::Phase::Paused));
    fixture.tick(LIVE + 21_000);
    assert!(fixture.is(wire::Phase::Live));
    let (bob, _) = fixture.join(BOB);
    fixture.lose(bob);
    assert!(fixture.is(wire::Phase::Live), "the cap is used up");
    fixture.tick(END + 20_000 - 1);
    assert!(fixture.is(wire::Phase::Live));
    fixture.tick(END + 20_000);
    assert!(fixture.is(wire::Phase::Ended));
}

#[test]
fn sig_41_a_restart_pauses_nothing() {
    let (mut fixture, ..) = pausing();
    fixture.restart(LIVE + 20_000);
    fixture.resume(BOB, 2, 3);
    fixture.tick(END - 1);
    assert!(fixture.is(wire::Phase::Live));
    fixture.tick(END);
    assert!(fixture.is(wire::Phase::Ended));
}

#[test]
fn sig_41_a_late_timer_lengthens_no_pause() {
    let (mut fixture, _, bob) = pausing();
    fixture.lose(bob);
    fixture.now = LIVE + 20_500;
    let (_, turn) = fixture.resume(BOB, 2, 3);
    assert!(turn.0.len() > 1);
    let crate::SessionPhase::Live { deadline_at, .. } = fixture.phase() else {
        panic!("it is live again");
    };
    assert_eq!(deadline_at, UnixMs(END + 20_000));
}

#[test]
fn sig_55_a_pause_does_not_move_the_deadline_past_the_hard_end() {
    for (hard_end_at, pause_ms) in [(END + 2_000, 2_000), (END + 90_000, 30_000)] {
        let (mut fixture, _, bob) = paused_booking(hard_end_at).seated_live();
        fixture.tick(LIVE + 1_000);
        fixture.lose(bob);
        assert!(fixture.is(wire::Phase::Paused));
        fixture.tick(LIVE + 1_000 + pause_ms - 1);
        assert!(fixture.is(wire::Phase::Paused));
        fixture.tick(LIVE + 1_000 + pause_ms);
        assert!(matches!(
            fixture.phase(),
            crate::SessionPhase::Live { deadline_at, .. } if deadline_at.0 == END + pause_ms
        ));
    }
    // No room for any pause: the clock runs on.
    let (mut fixture, _, bob) = paused_booking(END).seated_live();
    fixture.lose(bob);
    assert!(fixture.is(wire::Phase::Live));
}

fn paused_booking(hard_end_at: i64) -> Fixture {
    Fixture::with(|spec| {
        spec.on_loss = OnLoss::Pause;
        spec.hard_end_at = Some(UnixMs(hard_end_at));
    })
}
