//! Coming back to a seat.

use std::sync::Arc;

use wire::{CloseCode, UnixMs};

use super::fixture::{ANN, BOB, Fixture, GRACE, data, ping};
use crate::{Observation, Output, Session, SessionMetric, Settings};

#[test]
fn sig_6_a_resume_gets_exactly_what_it_missed_and_no_negotiate() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    // Bob has seen negotiate, seq 1.
    fixture.lose(bob);
    fixture.frame(ann, data("1"));
    fixture.frame(ann, data("2"));
    fixture.now += 10;
    let (bob, turn) = fixture.resume(BOB, 2, 1);
    assert_eq!(turn.kinds(bob), ["welcome", "data", "data"]);
    assert_eq!(turn.seqs(bob), [2, 3]);
    assert!(turn.welcome(bob).resumed);
    assert_eq!(turn.kinds(ann), ["peer_resumed"]);
    assert!(turn.facts().is_empty());
}

#[test]
fn sig_6_a_resume_works_before_the_old_socket_is_seen_to_be_dead() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.frame(ann, data("1"));
    let (newer, turn) = fixture.resume(BOB, 2, 1);
    assert_eq!(turn.closed(bob), Some(CloseCode::Replaced));
    assert_eq!(turn.kinds(newer), ["welcome", "data"]);
    assert!(fixture.lose(bob).0.is_empty(), "the older socket's end");
    assert_eq!(fixture.frame(ann, data("2")).kinds(newer), ["data"]);
}

#[test]
fn sig_6_at_the_end_of_the_grace_a_resume_is_fresh() {
    for (late_ms, resumed) in [(-1, true), (0, false), (1, false)] {
        let (mut fixture, _, bob) = Fixture::both_in();
        let lost_at = fixture.now;
        fixture.lose(bob);
        fixture.now = lost_at + GRACE + late_ms;
        let (bob, turn) = fixture.resume(BOB, 2, 1);
        assert_eq!(turn.welcome(bob).resumed, resumed, "{late_ms} ms late");
    }
}

#[test]
fn sig_5_a_fresh_join_drops_the_buffer_and_counts_from_1() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.lose(bob);
    fixture.frame(ann, data("1"));
    let (bob, turn) = fixture.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate"]);
    assert_eq!(turn.seqs(bob), [1]);
    assert!(!turn.welcome(bob).resumed);
    assert_eq!(turn.kinds(ann), ["peer_joined", "negotiate"]);
}

#[test]
fn sig_12_the_token_that_brought_the_page_back_is_good_until_the_next_welcome_arrived() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.lose(bob);
    fixture.frame(ann, data("1"));
    let (bob, _) = fixture.resume(BOB, 2, 1);
    // That welcome was lost on the way.
    fixture.lose(bob);
    let (bob, turn) = fixture.resume(BOB, 2, 1);
    assert!(turn.welcome(bob).resumed);
    assert_eq!(turn.kinds(bob)[1], "data");
}

#[test]
fn sig_13_a_ping_frees_the_buffer() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.frame(ann, data("1"));
    fixture.frame(ann, data("2"));
    fixture.frame(bob, ping(2));
    fixture.lose(bob);
    let (bob, turn) = fixture.resume(BOB, 2, 2);
    assert_eq!(turn.seqs(bob), [3]);
    fixture.lose(bob);
    // Seq 2 was confirmed and is gone.
    let (bob, turn) = fixture.resume(BOB, 3, 1);
    assert!(!turn.welcome(bob).resumed);
}

#[test]
fn sig_13_a_full_buffer_costs_the_resume_and_nobody_else_anything() {
    let settings = Settings {
        resume_buffer_frames: 3,
        ..Settings::default()
    };
    let mut fixture = Fixture::new();
    let spec = super::fixture::spec();
    fixture.session = Session::new(spec, Arc::new(settings));
    let (mut fixture, ann, bob) = fixture.seated();
    fixture.lose(bob);
    for _ in 0..2 {
        fixture.frame(ann, data("1"));
    }
    let turn = fixture.frame(ann, data("1"));
    assert_eq!(
        turn.0,
        [Output::Observe(Observation::Count(
            SessionMetric::BufferOverflow
        ))]
    );
    let (bob, turn) = fixture.resume(BOB, 2, 0);
    assert!(!turn.welcome(bob).resumed);
    assert_eq!(turn.closed(ann), None);

    // What is still there is given.
    fixture.lose(bob);
    for _ in 0..4 {
        fixture.frame(ann, data("1"));
    }
    let (bob, turn) = fixture.resume(BOB, 3, 2);
    assert!(turn.welcome(bob).resumed);
    assert_eq!(turn.seqs(bob), [3, 4, 5]);
}

#[test]
fn sig_7_a_position_that_never_was_is_not_resumed() {
    let (mut fixture, _, bob) = Fixture::both_in();
    fixture.lose(bob);
    let (bob, turn) = fixture.resume(BOB, 2, 99);
    assert!(!turn.welcome(bob).resumed);
    assert_eq!(turn.seqs(bob), [1]);
}

#[test]
fn sig_7_frames_gone_and_both_connected_keep_the_epoch() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.both_connected(ann, bob);
    let epoch = fixture.epoch();
    fixture.lose(bob);
    let (bob, turn) = fixture.resume(BOB, 2, 99);
    assert_eq!(turn.kinds(bob), ["welcome"]);
    assert_eq!(turn.welcome(bob).epoch, Some(epoch));
    assert_eq!(turn.kinds(ann), ["peer_resumed"]);
}

#[test]
fn sig_7_frames_gone_and_not_both_connected_begin_a_new_epoch() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let epoch = fixture.epoch();
    fixture.frame(ann, wire::signaling::Connected { epoch });
    fixture.lose(bob);
    let (bob, turn) = fixture.resume(BOB, 2, 99);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate"]);
    assert_eq!(turn.kinds(ann), ["peer_resumed", "negotiate"]);
    assert!(fixture.epoch() > epoch);
}

#[test]
fn sig_11_frames_and_the_end_of_an_older_socket_have_no_effect() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let (newer, _) = fixture.join(BOB);
    assert!(fixture.lose(bob).0.is_empty());
    assert!(fixture.frame(bob, data("1")).0.is_empty());
    assert!(fixture.leave(bob).0.is_empty());
    assert!(
        fixture
            .take(crate::Input::Overflow { connection: bob })
            .0
            .is_empty()
    );
    assert_eq!(fixture.frame(ann, data("1")).kinds(newer), ["data"]);
}

#[test]
fn sig_4_a_peer_who_is_lost_is_told_as_such() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let lost_at = fixture.now;
    fixture.lose(bob);
    fixture.lose(ann);
    fixture.now += 5;
    let (ann, turn) = fixture.join(ANN);
    let peer = &turn.welcome(ann).peer;
    assert!(!peer.present);
    assert_eq!(peer.resume_until, Some(UnixMs(lost_at + GRACE)));
}
