//! The clock of a live session.

use wire::signaling::{Leave, ServerFrame};
use wire::{CloseCode, EndReason, EventType, UnixMs};

use super::table::{ANN, BOB, END, GRACE, LIVE, START, Table, Turn, data, extend};
use crate::Output;

fn reason(turn: &Turn, socket: wire::ConnectionId) -> EndReason {
    match turn.one(socket, "ended") {
        ServerFrame::Ended(ended) => ended.reason,
        frame => panic!("ended is due, not {frame:?}"),
    }
}

#[test]
fn sig_33_it_is_live_at_the_end_of_the_countdown_when_media_is_up() {
    let (mut table, ann, bob) = Table::both_in();
    table.both_connected(ann, bob);
    assert!(
        table.tick(LIVE - 1).to(ann).len() == 1,
        "only the countdown"
    );
    let turn = table.tick(LIVE);
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
    let (mut table, ann, bob) = Table::live();
    assert!(table.tick(END - 10_001).0.is_empty());
    let turn = table.tick(END - 10_000);
    assert_eq!(turn.kinds(ann), ["ending"]);
    assert_eq!(turn.kinds(bob), ["ending"]);
    assert!(table.tick(END - 1).0.is_empty());
}

#[test]
fn sig_34_a_short_session_is_warned_as_it_goes_live() {
    for duration_ms in [1_000, 10_000] {
        let (mut table, ann, bob) = Table::with(|spec| spec.duration_ms = duration_ms).seated();
        table.both_connected(ann, bob);
        table.tick(LIVE - 1);
        assert_eq!(table.tick(LIVE).kinds(ann), ["live", "ending"]);
    }
    let (mut table, ann, bob) = Table::with(|spec| spec.duration_ms = 10_001).seated();
    table.both_connected(ann, bob);
    table.tick(LIVE - 1);
    assert_eq!(table.tick(LIVE).kinds(ann), ["live"]);
    assert_eq!(table.tick(LIVE + 1).kinds(ann), ["ending"]);
}

#[test]
fn sig_35_it_ends_for_both_on_its_millisecond() {
    let (mut table, ann, bob) = Table::live();
    table.tick(END - 1);
    assert!(table.is(wire::Phase::Live));
    let turn = table.tick(END);
    for socket in [ann, bob] {
        assert_eq!(turn.kinds(socket), ["ended"]);
        assert_eq!(reason(&turn, socket), EndReason::Completed);
        assert_eq!(turn.closed(socket), Some(CloseCode::SessionOver));
    }
    assert_eq!(table.session.next_deadline(), None);
}

#[test]
fn sig_35_what_comes_at_the_deadline_comes_too_late() {
    let (mut table, ann, bob) = Table::live();
    table.frame(bob, extend());
    table.now = END;
    let turn = table.frame(ann, extend());
    assert_eq!(turn.kinds(ann), ["ended"]);
    assert!(table.frame(ann, data("1")).0.is_empty());
}

#[test]
fn sig_35_a_call_that_comes_late_ends_it_without_a_late_warning() {
    let (mut table, ann, _) = Table::live();
    table.now = END + 500;
    let turn = table.take(crate::Input::Tick);
    assert_eq!(turn.kinds(ann), ["ended"]);
}

#[test]
fn sig_36_leaving_a_live_session_ends_it_for_both() {
    let (mut table, ann, bob) = Table::live();
    let turn = table.numbered(bob, 1, Leave {});
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
    let (mut table, ann, bob) = Table::live();
    table.now = LIVE + 1_000;
    assert_eq!(table.lose(bob).kinds(ann), ["peer_lost"]);
    let turn = table.tick(LIVE + 1_000 + GRACE);
    assert_eq!(turn.kinds(ann), ["peer_left", "waiting"]);
    let (bob, turn) = table.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate"]);
    let session = &turn.welcome(bob).session;
    assert_eq!(session.phase, wire::Phase::Live);
    assert_eq!(session.deadline_at, Some(UnixMs(END)));
    assert_eq!(turn.kinds(ann), ["peer_joined", "negotiate"]);
}

#[test]
fn sig_37_with_both_seats_empty_it_is_abandoned() {
    let (mut table, ann, bob) = Table::live();
    table.lose(bob);
    table.now = LIVE + 1_000;
    table.lose(ann);
    table.tick(LIVE + 1_000 + GRACE - 1);
    assert!(table.is(wire::Phase::Live));
    let turn = table.tick(LIVE + 1_000 + GRACE);
    assert_eq!(
        turn.fact_kinds(),
        [EventType::SessionLeft, EventType::SessionEnded]
    );
    assert_eq!(turn.facts()[1].1.reason, Some(EndReason::Abandoned));
}

#[test]
fn sig_37_a_grace_that_ends_with_the_session_does_not_make_it_abandoned() {
    let (mut table, ann, bob) = Table::live();
    table.tick(END - GRACE);
    table.lose(ann);
    table.lose(bob);
    let turn = table.tick(END);
    let (_, ended) = turn.facts()[2];
    assert_eq!(ended.reason, Some(EndReason::Completed));
}

#[test]
fn sig_46_live_and_ended_are_stored_before_anybody_is_told() {
    let (mut table, ann, bob) = Table::both_in();
    table.both_connected(ann, bob);
    table.tick(START);
    for at in [LIVE, END] {
        table.now = at;
        let turn = table.take(crate::Input::Tick);
        assert!(matches!(&turn.0[0], Output::Save { wait: true, snapshot }
                if snapshot.phase == table.phase()));
        let first_fact = turn.0.iter().position(|o| matches!(o, Output::Fact(..)));
        let first_send = turn.0.iter().position(|o| matches!(o, Output::Send { .. }));
        assert!(first_fact < first_send);
    }
}

#[test]
fn sig_46_a_join_is_stored_behind_its_welcome() {
    let mut table = Table::new();
    let (_, turn) = table.join(ANN);
    assert!(matches!(&turn.0[0], Output::Save { wait: false, .. }));
}

#[test]
fn sig_56_each_deadline_says_what_it_is_of() {
    let due = |table: &Table| table.session.next_due().map(|(_, due)| due.name());
    let mut table = Table::new();
    assert_eq!(due(&table), Some("close"));
    table.join(super::table::ANN);
    let (bob, _) = table.join(super::table::BOB);
    assert_eq!(due(&table), Some("start"));
    assert!(!table.session.span_runs());
    table.lose(bob);
    assert_eq!(due(&table), Some("grace"));
    assert!(table.session.span_runs());
    table.resume(super::table::BOB, 2, 0);
    table.tick(super::table::START);
    assert_eq!(due(&table), Some("countdown"));
    table.tick(LIVE);
    assert_eq!(due(&table), Some("connect"));
    let (mut table, ..) = Table::live();
    assert_eq!(due(&table), Some("warning"));
    assert!(table.session.span_runs());
    table.tick(END - 10_000);
    assert_eq!(due(&table), Some("deadline"));
    table.tick(END);
    assert_eq!(due(&table), None);
    assert!(!table.session.span_runs());
}
