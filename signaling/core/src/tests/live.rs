//! The clock of a live session.

use wire::signaling::{Leave, ServerFrame};
use wire::{CloseCode, EndReason, EventType, UnixMs};

use super::fixture::{ANN, BOB, END, Fixture, GRACE, LIVE, START, StepResult, data, extend};
use crate::{Output, SocketOutput, StoreOutput};

fn reason(turn: &StepResult, socket: wire::ConnectionId) -> EndReason {
    match turn.one(socket, "ended") {
        ServerFrame::Ended(ended) => ended.reason,
        frame => panic!("ended is due, not {frame:?}"),
    }
}

#[test]
fn sig_33_it_is_live_at_the_end_of_the_countdown_when_media_is_up() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.both_connected(ann, bob);
    assert!(
        fixture.tick(LIVE - 1).to(ann).len() == 1,
        "only the countdown"
    );
    let turn = fixture.tick(LIVE);
    for socket in [ann, bob] {
        let ServerFrame::Live(live) = turn.one(socket, "live") else {
            unreachable!("asked for by its type")
        };
        assert_eq!(live.started_at, UnixMs(LIVE));
        assert_eq!(live.deadline_at, UnixMs(END));
    }
    assert_eq!(turn.fact_kinds(), [EventType::SessionLive]);
}

#[test]
fn sig_34_the_warning_comes_10_s_before_the_end() {
    let (mut fixture, ann, bob) = Fixture::live();
    assert!(fixture.tick(END - 10_001).0.is_empty());
    let turn = fixture.tick(END - 10_000);
    assert_eq!(turn.kinds(ann), ["ending"]);
    assert_eq!(turn.kinds(bob), ["ending"]);
    assert!(fixture.tick(END - 1).0.is_empty());
}

#[test]
fn sig_34_a_short_session_is_warned_as_it_goes_live() {
    for duration_ms in [1_000, 10_000] {
        let (mut fixture, ann, bob) = Fixture::with(|spec| spec.duration_ms = duration_ms).seated();
        fixture.both_connected(ann, bob);
        fixture.tick(LIVE - 1);
        assert_eq!(fixture.tick(LIVE).kinds(ann), ["live", "ending"]);
    }
    let (mut fixture, ann, bob) = Fixture::with(|spec| spec.duration_ms = 10_001).seated();
    fixture.both_connected(ann, bob);
    fixture.tick(LIVE - 1);
    assert_eq!(fixture.tick(LIVE).kinds(ann), ["live"]);
    assert_eq!(fixture.tick(LIVE + 1).kinds(ann), ["ending"]);
}

#[test]
fn sig_35_it_ends_for_both_on_its_millisecond() {
    let (mut fixture, ann, bob) = Fixture::live();
    fixture.tick(END - 1);
    assert!(fixture.is(wire::Phase::Live));
    let turn = fixture.tick(END);
    for socket in [ann, bob] {
        assert_eq!(turn.kinds(socket), ["ended"]);
        assert_eq!(reason(&turn, socket), EndReason::Completed);
        assert_eq!(turn.closed(socket), Some(CloseCode::SessionOver));
    }
    assert_eq!(fixture.session.next_deadline(), None);
}

#[test]
fn sig_35_what_comes_at_the_deadline_comes_too_late() {
    let (mut fixture, ann, bob) = Fixture::live();
    fixture.frame(bob, extend());
    fixture.now = END;
    let turn = fixture.frame(ann, extend());
    assert_eq!(turn.kinds(ann), ["ended"]);
    assert!(fixture.frame(ann, data("1")).0.is_empty());
}

#[test]
fn sig_35_a_call_that_comes_late_ends_it_without_a_late_warning() {
    let (mut fixture, ann, _) = Fixture::live();
    fixture.now = END + 500;
    let turn = fixture.take(crate::Input::Tick);
    assert_eq!(turn.kinds(ann), ["ended"]);
}

#[test]
fn sig_36_leaving_a_live_session_ends_it_for_both() {
    let (mut fixture, ann, bob) = Fixture::live();
    let turn = fixture.numbered(bob, 1, Leave {});
    assert_eq!(turn.kinds(bob), ["ok", "ended"]);
    assert_eq!(turn.kinds(ann), ["ended"]);
    assert_eq!(reason(&turn, ann), EndReason::Left);
    assert_eq!(turn.closed(ann), Some(CloseCode::SessionOver));
    assert_eq!(turn.closed(bob), Some(CloseCode::SessionOver));
    let how: Vec<_> = turn
        .facts()
        .iter()
        .map(|(_, fact)| fact.how.clone())
        .collect();
    assert_eq!(
        how,
        [Some("left".to_owned()), Some("ended".to_owned()), None]
    );
}

#[test]
fn sig_37_a_loss_lets_the_clock_run_and_the_seat_may_be_taken_anew() {
    let (mut fixture, ann, bob) = Fixture::live();
    fixture.now = LIVE + 1_000;
    assert_eq!(fixture.lose(bob).kinds(ann), ["peer_lost"]);
    let turn = fixture.tick(LIVE + 1_000 + GRACE);
    assert_eq!(turn.kinds(ann), ["peer_left", "waiting"]);
    let (bob, turn) = fixture.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate"]);
    let session = &turn.welcome(bob).session;
    assert_eq!(session.phase, wire::Phase::Live);
    assert_eq!(session.deadline_at, Some(UnixMs(END)));
    assert_eq!(turn.kinds(ann), ["peer_joined", "negotiate"]);
}

#[test]
fn sig_37_with_both_seats_empty_it_is_abandoned() {
    let (mut fixture, ann, bob) = Fixture::live();
    fixture.lose(bob);
    fixture.now = LIVE + 1_000;
    fixture.lose(ann);
    fixture.tick(LIVE + 1_000 + GRACE - 1);
    assert!(fixture.is(wire::Phase::Live));
    let turn = fixture.tick(LIVE + 1_000 + GRACE);
    assert_eq!(
        turn.fact_kinds(),
        [EventType::SessionLeft, EventType::SessionEnded]
    );
    assert_eq!(turn.facts()[1].1.reason, Some(EndReason::Abandoned));
}

#[test]
fn sig_37_a_grace_that_ends_with_the_session_does_not_make_it_abandoned() {
    let (mut fixture, ann, bob) = Fixture::live();
    fixture.tick(END - GRACE);
    fixture.lose(ann);
    fixture.lose(bob);
    let turn = fixture.tick(END);
    let (_, ended) = turn.facts()[2];
    assert_eq!(ended.reason, Some(EndReason::Completed));
}

#[test]
fn sig_46_live_and_ended_are_stored_before_anybody_is_told() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.both_connected(ann, bob);
    fixture.tick(START);
    for at in [LIVE, END] {
        fixture.now = at;
        let turn = fixture.take(crate::Input::Tick);
        assert!(
            matches!(&turn.0[0], Output::Persist(StoreOutput::Save { wait: true, snapshot })
                if snapshot.phase == fixture.phase())
        );
        let first_fact = turn
            .0
            .iter()
            .position(|o| matches!(o, Output::Persist(StoreOutput::Fact(..))));
        let first_send = turn
            .0
            .iter()
            .position(|o| matches!(o, Output::Deliver(SocketOutput::Send { .. })));
        assert!(first_fact < first_send);
    }
}

#[test]
fn sig_46_a_join_is_stored_behind_its_welcome() {
    let mut fixture = Fixture::new();
    let (_, turn) = fixture.join(ANN);
    assert!(matches!(
        &turn.0[0],
        Output::Persist(StoreOutput::Save { wait: false, .. })
    ));
}

#[test]
fn sig_56_each_deadline_says_what_it_is_of() {
    let due = |fixture: &Fixture| fixture.session.next_due().map(|(_, due)| due.name());
    let mut fixture = Fixture::new();
    assert_eq!(due(&fixture), Some("close"));
    fixture.join(super::fixture::ANN);
    let (bob, _) = fixture.join(super::fixture::BOB);
    assert_eq!(due(&fixture), Some("start"));
    assert!(!fixture.session.has_running_timer());
    fixture.lose(bob);
    assert_eq!(due(&fixture), Some("grace"));
    assert!(fixture.session.has_running_timer());
    fixture.resume(super::fixture::BOB, 2, 0);
    fixture.tick(super::fixture::START);
    assert_eq!(due(&fixture), Some("countdown"));
    fixture.tick(LIVE);
    assert_eq!(due(&fixture), Some("connect"));
    let (mut fixture, ..) = Fixture::live();
    assert_eq!(due(&fixture), Some("warning"));
    assert!(fixture.session.has_running_timer());
    fixture.tick(END - 10_000);
    assert_eq!(due(&fixture), Some("deadline"));
    fixture.tick(END);
    assert_eq!(due(&fixture), None);
    assert!(!fixture.session.has_running_timer());
}
