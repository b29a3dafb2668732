//! The booking changes while people wait.

use wire::{CloseCode, EndReason, ErrorCode, UnixMs};

use super::fixture::{ANN, BOB, END, Fixture, LIVE, START, spec};
use crate::Input;

fn moved(revision: u64, by_ms: i64) -> Input {
    let mut spec = spec();
    spec.revision = revision;
    spec.lobby_opens_at = spec.lobby_opens_at + by_ms;
    spec.starts_at = spec.starts_at + by_ms;
    spec.closes_at = spec.closes_at + by_ms;
    Input::Booked { spec }
}

#[test]
fn sig_42_a_higher_revision_replaces_what_was_booked() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.tick(START + 1_000);
    let turn = fixture.take(moved(2, 60_000));
    for socket in [ann, bob] {
        assert_eq!(turn.kinds(socket), ["countdown_cancelled", "rescheduled"]);
    }
    fixture.tick(START + 59_999);
    assert!(fixture.is(wire::Phase::Lobby));
    fixture.tick(START + 60_000);
    assert!(fixture.is(wire::Phase::Countdown));
}

#[test]
fn sig_42_an_older_or_equal_revision_is_late() {
    let (mut fixture, ..) = Fixture::both_in();
    fixture.take(moved(3, 60_000));
    assert!(fixture.take(moved(2, 0)).0.is_empty());
    assert!(fixture.take(moved(3, 0)).0.is_empty());
    assert_eq!(
        fixture.session.snapshot().spec.starts_at,
        UnixMs(START + 60_000)
    );
}

#[test]
fn sig_42_where_the_new_lobby_is_not_open_they_come_back_later() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let turn = fixture.take(moved(2, 3_600_000));
    for socket in [ann, bob] {
        assert_eq!(turn.kinds(socket), ["rescheduled"]);
        assert_eq!(turn.closed(socket), Some(CloseCode::TooEarly));
    }
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.error(ann).code, ErrorCode::TooEarly);
    fixture.tick(START + 3_300_000);
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.kinds(ann), ["welcome", "waiting"]);
    // Having waited for the earlier time does not count for this one.
    let turn = fixture.tick(START + 3_720_000);
    assert_eq!(turn.facts()[0].1.absent, Some(vec!["bob".into()]));
}

#[test]
fn sig_42_a_live_session_is_not_moved() {
    let (mut fixture, ..) = Fixture::live();
    assert!(fixture.take(moved(2, 3_600_000)).0.is_empty());
    fixture.tick(END);
    assert_eq!(
        fixture.session.is_over().map(|outcome| outcome.reason),
        Some(EndReason::Completed)
    );
}

#[test]
fn sig_42_who_is_no_longer_named_goes() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let mut spec = spec();
    spec.revision = 2;
    spec.participants[BOB].user_id = "cat".into();
    let turn = fixture.take(Input::Booked { spec });
    assert_eq!(turn.closed(bob), Some(CloseCode::NotAParticipant));
    assert_eq!(turn.closed(ann), None);
    assert_eq!(turn.kinds(ann), ["rescheduled", "waiting"]);
    let (cat, turn) = fixture.join_as("cat", None);
    assert_eq!(turn.kinds(cat), ["welcome", "negotiate"]);
}

#[test]
fn sig_43_cancelling_ends_it_in_every_phase() {
    for at in [START - 1, START, LIVE, LIVE + 1] {
        let (mut fixture, ann, bob) = Fixture::both_in();
        fixture.both_connected(ann, bob);
        fixture.tick(at);
        assert!(fixture.take(Input::Cancelled { revision: 0 }).0.is_empty());
        let turn = fixture.take(Input::Cancelled { revision: 1 });
        assert_eq!(turn.kinds(ann), ["ended"]);
        assert_eq!(turn.closed(bob), Some(CloseCode::SessionOver));
        let (ann, turn) = fixture.join(ANN);
        assert_eq!(turn.error(ann).reason.as_deref(), Some("cancelled"));
    }
}
