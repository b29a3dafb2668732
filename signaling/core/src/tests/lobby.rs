//! Waiting, leaving, and how a lobby closes.

use wire::signaling::{Ended, PeerLeft, ServerFrame};
use wire::{CloseCode, EndReason, EventType, Stay, UnixMs};

use super::fixture::{ANN, BOB, CLOSE, Fixture, GRACE, START};

fn ended(frame: &ServerFrame) -> &Ended {
    match frame {
        ServerFrame::Ended(ended) => ended,
        frame => panic!("ended is due, not {frame:?}"),
    }
}

#[test]
fn sig_36_leaving_the_lobby_frees_the_seat_at_once() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let turn = fixture.leave(bob);
    assert_eq!(turn.closed(bob), Some(CloseCode::Normal));
    assert_eq!(turn.kinds(ann), ["peer_left", "waiting"]);
    let ServerFrame::PeerLeft(PeerLeft { reason, .. }) = turn.one(ann, "peer_left") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(reason.name(), "left");
    let (_, fact) = turn.facts()[0];
    assert_eq!(fact.how.as_deref(), Some("left"));
    let (bob, turn) = fixture.join(BOB);
    assert_eq!(turn.fact_kinds(), [EventType::SessionJoined]);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate"]);
}

#[test]
fn sig_37_a_lost_seat_is_kept_for_the_grace_and_not_a_millisecond_less() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let lost_at = fixture.now;
    let turn = fixture.lose(bob);
    let ServerFrame::PeerLost(lost) = turn.one(ann, "peer_lost") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(lost.resume_until, UnixMs(lost_at + GRACE));
    assert!(fixture.tick(lost_at + GRACE - 1).0.is_empty());
    let turn = fixture.tick(lost_at + GRACE);
    assert_eq!(turn.kinds(ann), ["peer_left", "waiting"]);
    assert_eq!(turn.fact_kinds(), [EventType::SessionLeft]);
    assert_eq!(turn.facts()[0].1.how.as_deref(), Some("lost"));
}

#[test]
fn sig_38_who_was_never_in_when_the_lobby_closes_is_a_no_show() {
    let mut fixture = Fixture::new();
    let (ann, _) = fixture.join(ANN);
    assert!(fixture.tick(CLOSE - 1).0.is_empty());
    let turn = fixture.tick(CLOSE);
    let ended = ended(turn.one(ann, "ended"));
    assert_eq!(ended.reason, EndReason::NoShow);
    assert_eq!(ended.absent, Some(vec!["bob".into()]));
    assert_eq!(turn.closed(ann), Some(CloseCode::SessionOver));
    assert_eq!(
        turn.fact_kinds(),
        [
            EventType::SessionNoShow,
            EventType::SessionLeft,
            EventType::SessionEnded
        ]
    );
}

#[test]
fn sig_38_of_nobody_at_all_the_scheduler_judges() {
    let mut fixture = Fixture::new();
    let turn = fixture.tick(CLOSE);
    assert!(turn.facts().is_empty());
    assert_eq!(
        fixture.session.is_over().map(|outcome| outcome.reason),
        Some(EndReason::NoShow)
    );
}

#[test]
fn sig_38_where_both_had_been_in_it_is_abandoned() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.leave(bob);
    let turn = fixture.tick(CLOSE);
    assert_eq!(ended(turn.one(ann, "ended")).reason, EndReason::Abandoned);
}

#[test]
fn sig_38_a_grace_that_runs_is_waited_for() {
    let mut fixture = Fixture::new();
    let (ann, _) = fixture.join(ANN);
    fixture.tick(CLOSE - 1);
    fixture.lose(ann);
    assert!(fixture.tick(CLOSE - 2 + GRACE).0.is_empty());
    let (ann, turn) = fixture.resume(ANN, 1, 0);
    // Back, and the lobby is closed: now it is judged.
    let ended = ended(turn.one(ann, "ended"));
    assert_eq!(ended.reason, EndReason::NoShow);
    assert_eq!(ended.absent, Some(vec!["bob".into()]));
}

#[test]
fn sig_38_a_grace_that_runs_out_after_closing_leaves_it_abandoned() {
    let (mut fixture, ann, bob) = before_close();
    fixture.lose(bob);
    let turn = fixture.tick(fixture.now + GRACE);
    assert_eq!(turn.kinds(ann), ["peer_left", "waiting", "ended"]);
    assert_eq!(ended(turn.one(ann, "ended")).reason, EndReason::Abandoned);
}

#[test]
fn sig_39_a_countdown_begins_up_to_30_s_after_closing_and_no_later() {
    let (mut fixture, _, bob) = before_close();
    fixture.tick(CLOSE + 100);
    fixture.lose(bob);
    fixture.tick(CLOSE + 30_000);
    let (_, turn) = fixture.resume(BOB, 2, 0);
    assert!(
        turn.0
            .iter()
            .any(|output| format!("{output:?}").contains("Countdown"))
    );
    assert!(fixture.is(wire::Phase::Countdown));

    let (mut fixture, ann, bob) = before_close();
    fixture.tick(CLOSE + 100);
    fixture.lose(bob);
    fixture.tick(CLOSE + 30_001);
    let (_, turn) = fixture.resume(BOB, 2, 0);
    assert_eq!(ended(turn.one(ann, "ended")).reason, EndReason::Abandoned);
}

#[test]
fn sig_37_a_socket_that_reads_too_slowly_is_closed_and_its_seat_kept() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let turn = fixture.take(crate::Input::Overflow { connection: bob });
    assert_eq!(turn.closed(bob), Some(CloseCode::SlowConsumer));
    assert_eq!(turn.kinds(ann), ["peer_lost"]);
    assert!(fixture.lose(bob).0.is_empty());
}

#[test]
fn sig_54_a_no_show_rests_on_who_was_in_from_when_to_when() {
    let mut fixture = Fixture::new();
    let came = fixture.now;
    let (ann, _) = fixture.join(ANN);
    fixture.tick(came + 10_000);
    fixture.leave(ann);
    fixture.tick(came + 20_000);
    let (ann, _) = fixture.join(ANN);
    fixture.tick(CLOSE - 1_000);
    fixture.lose(ann);
    let turn = fixture.tick(CLOSE - 1_000 + GRACE);
    let verdicts = [EventType::SessionNoShow, EventType::SessionEnded];
    for kind in verdicts {
        let (_, fact) = turn
            .facts()
            .into_iter()
            .find(|(it, _)| *it == kind)
            .expect("is told");
        assert_eq!(fact.absent, Some(vec!["bob".into()]));
        let evidence = fact.evidence.as_deref().expect("of a verdict");
        // Until she was lost, not until she was given up.
        let stays = [
            stay(came, came + 10_000),
            stay(came + 20_000, CLOSE - 1_000),
        ];
        assert_eq!(evidence[ANN].stays, stays);
        assert_eq!(evidence[BOB].user_id, "bob".into());
        assert!(evidence[BOB].stays.is_empty());
        assert_eq!(evidence[ANN].media_up_at, None);
    }
}

#[test]
fn sig_54_a_verdict_says_whose_media_came_up_also_after_a_restart() {
    let (mut fixture, ann, _) = Fixture::both_in();
    let (came, epoch) = (fixture.now, fixture.epoch());
    fixture.tick(START - 1_000);
    fixture.frame(ann, wire::signaling::Connected { epoch });
    fixture.restart(START - 500);
    fixture.tick(START);
    fixture.resume(ANN, 1, 0);
    fixture.resume(BOB, 2, 0);
    let turn = fixture.tick(START + 60_000);
    let (_, fact) = *turn.facts().last().expect("ended");
    assert_eq!(fact.reason, Some(EndReason::ConnectFailed));
    let evidence = fact.evidence.as_deref().expect("of a verdict");
    assert_eq!(evidence[ANN].media_up_at, Some(UnixMs(START - 1_000)));
    assert_eq!(evidence[BOB].media_up_at, None);
    let ended_at = START + 25_000;
    assert_eq!(evidence[ANN].stays, [stay(came, ended_at)]);
    assert_eq!(evidence[BOB].stays, [stay(came, ended_at)]);
}

#[test]
fn sig_54_of_many_stays_the_first_and_the_newest_are_kept() {
    let mut fixture = Fixture::new();
    let came = fixture.now;
    for at in 0..40 {
        fixture.tick(came + at * 1_000);
        let (ann, _) = fixture.join(ANN);
        fixture.tick(came + at * 1_000 + 10);
        fixture.leave(ann);
    }
    let turn = fixture.tick(CLOSE);
    let evidence = turn.facts()[0].1.evidence.clone().expect("of a verdict");
    assert_eq!(evidence[ANN].stays.len(), 16);
    assert_eq!(evidence[ANN].stays[0].from, UnixMs(came));
    assert_eq!(evidence[ANN].stays[15].from, UnixMs(came + 39_000));
}

fn stay(from: i64, to: i64) -> Stay {
    Stay {
        from: UnixMs(from),
        to: Some(UnixMs(to)),
    }
}

/// Both in, media never up, in a countdown that began just before the lobby closed.
fn before_close() -> (Fixture, wire::ConnectionId, wire::ConnectionId) {
    let mut fixture = Fixture::with(|spec| spec.countdown_ms = 60_000);
    let (ann, _) = fixture.join(ANN);
    fixture.tick(CLOSE - 1);
    let (bob, _) = fixture.join(BOB);
    assert!(fixture.is(wire::Phase::Countdown) && fixture.now > START);
    (fixture, ann, bob)
}
