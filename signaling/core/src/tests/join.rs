//! Who is let in, and what they are told.

use wire::signaling::ServerFrame;
use wire::{CloseCode, ErrorCode, EventType, UnixMs};

use super::fixture::{ANN, BOB, CLOSE, END, Fixture, START, ping};

#[test]
fn sig_1_nobody_else_is_let_in() {
    let mut fixture = Fixture::new();
    let (eve, turn) = fixture.join_as("eve", None);
    assert_eq!(turn.error(eve).code, ErrorCode::NotAParticipant);
    assert_eq!(turn.closed(eve), Some(CloseCode::NotAParticipant));
    assert!(turn.facts().is_empty());
}

#[test]
fn sig_2_the_lobby_opens_on_its_millisecond() {
    let mut fixture = Fixture::new();
    fixture.now = START - 300_001;
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.error(ann).code, ErrorCode::TooEarly);
    assert_eq!(turn.error(ann).opens_at, Some(UnixMs(START - 300_000)));
    assert_eq!(turn.closed(ann), Some(CloseCode::TooEarly));
    fixture.now += 1;
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.wire_phase(ann), wire::Phase::Lobby);
}

#[test]
fn sig_3_after_the_end_nobody_is_let_in_and_the_reason_is_told() {
    let (mut fixture, ..) = Fixture::live();
    fixture.tick(END);
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.error(ann).code, ErrorCode::SessionOver);
    assert_eq!(turn.error(ann).reason.as_deref(), Some("completed"));
    assert_eq!(turn.closed(ann), Some(CloseCode::SessionOver));
    let (eve, turn) = fixture.join_as("eve", None);
    assert_eq!(turn.error(eve).code, ErrorCode::NotAParticipant);
}

#[test]
fn sig_3_a_resume_after_the_end_is_told_the_reason_too() {
    let (mut fixture, ann, _) = Fixture::live();
    fixture.lose(ann);
    fixture.tick(END);
    let (ann, turn) = fixture.resume(ANN, 1, 0);
    assert_eq!(turn.error(ann).reason.as_deref(), Some("completed"));
}

#[test]
fn sig_4_the_first_one_in_is_welcomed_and_waits_since_they_came() {
    let mut fixture = Fixture::new();
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.kinds(ann), ["welcome", "waiting"]);
    assert_eq!(turn.seqs(ann), [1]);
    let welcome = turn.welcome(ann);
    assert_eq!(welcome.resume_token, "token 1");
    assert!(!welcome.resumed);
    assert!(!welcome.you.polite);
    assert!(!welcome.peer.present);
    assert_eq!(welcome.epoch, None);
    let ServerFrame::Waiting(waiting) = turn.one(ann, "waiting") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(waiting.absent, ["bob".into()]);
    assert_eq!(waiting.since, UnixMs(START - 60_000));
    assert_eq!(waiting.closes_at, UnixMs(CLOSE));
    assert_eq!(turn.fact_kinds(), [EventType::SessionJoined]);
}

#[test]
fn sig_4_waiting_tells_when_the_absent_one_was_last_in() {
    let (mut fixture, _, bob) = Fixture::both_in();
    fixture.now += 10;
    fixture.leave(bob);
    fixture.now += 10;
    let (ann, turn) = fixture.join(ANN);
    let ServerFrame::Waiting(waiting) = turn.one(ann, "waiting") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(waiting.since, UnixMs(START - 60_000 + 10));
}

#[test]
fn sig_4_the_second_one_is_welcomed_and_the_first_is_told() {
    let mut fixture = Fixture::new();
    let (ann, _) = fixture.join(ANN);
    let (bob, turn) = fixture.join(BOB);
    assert_eq!(turn.kinds(bob), ["welcome", "negotiate"]);
    assert_eq!(turn.kinds(ann), ["peer_joined", "negotiate"]);
    let welcome = turn.welcome(bob);
    assert!(welcome.you.polite);
    assert!(welcome.peer.present);
}

#[test]
fn sig_10_a_second_join_on_one_socket_is_refused_and_the_socket_lives() {
    let mut fixture = Fixture::new();
    let (ann, _) = fixture.join(ANN);
    let again = wire::signaling::Join {
        ticket: String::new(),
        resume: None,
    };
    let turn = fixture.numbered(ann, 4, again);
    assert_eq!(turn.error(ann).code, ErrorCode::AlreadyJoined);
    assert_eq!(turn.error(ann).id, Some(4.into()));
    assert_eq!(turn.closed(ann), None);
    assert_eq!(fixture.frame(ann, ping(0)).kinds(ann), ["pong"]);
}

#[test]
fn sig_14_a_numbered_frame_that_took_effect_is_answered_by_ok_and_has_no_second_effect() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let turn = fixture.numbered(ann, 5, super::fixture::data("1"));
    assert_eq!(turn.kinds(ann), ["ok"]);
    assert_eq!(turn.kinds(bob), ["data"]);
    for repeated in [5, 4] {
        let turn = fixture.numbered(ann, repeated, super::fixture::data("1"));
        assert_eq!(turn.kinds(ann), ["ok"]);
        assert!(turn.kinds(bob).is_empty());
    }
    let turn = fixture.numbered(ann, 6, super::fixture::data("1"));
    assert_eq!(turn.kinds(bob), ["data"]);
}

#[test]
fn sig_14_numbers_may_begin_at_0() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    let turn = fixture.numbered(ann, 0, super::fixture::data("1"));
    assert_eq!(turn.kinds(bob), ["data"]);
    let turn = fixture.numbered(ann, 0, super::fixture::data("1"));
    assert_eq!(turn.kinds(ann), ["ok"]);
    assert!(turn.kinds(bob).is_empty());
}

#[test]
fn sig_14_a_refused_frame_may_be_sent_again_under_its_number() {
    let mut fixture = Fixture::new();
    let (ann, _) = fixture.join(ANN);
    let turn = fixture.numbered(ann, 1, super::fixture::data("1"));
    assert_eq!(turn.error(ann).code, ErrorCode::PeerAbsent);
    assert_eq!(turn.error(ann).id, Some(1.into()));
    let (bob, _) = fixture.join(BOB);
    let turn = fixture.numbered(ann, 1, super::fixture::data("1"));
    assert_eq!(turn.kinds(bob), ["data"]);
}

#[test]
fn sig_14_a_fresh_join_begins_its_numbers_anew() {
    let (mut fixture, ann, bob) = Fixture::both_in();
    fixture.numbered(ann, 9, super::fixture::data("1"));
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.welcome(ann).last_id, 0);
    let turn = fixture.numbered(ann, 1, super::fixture::data("2"));
    assert_eq!(turn.kinds(bob), ["data"]);
}

#[test]
fn sig_25_ping_is_answered_with_its_own_time_and_the_servers() {
    let mut fixture = Fixture::new();
    let (ann, _) = fixture.join(ANN);
    let turn = fixture.frame(ann, ping(0));
    let ServerFrame::Pong(pong) = turn.one(ann, "pong") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(pong.sent_at, 7.into());
    assert_eq!(pong.server_now, UnixMs(fixture.now));
    assert!(turn.seqs(ann).is_empty());
}

#[test]
fn sig_25_refresh_is_answered_with_ice_servers() {
    let mut fixture = Fixture::new();
    let (ann, _) = fixture.join(ANN);
    let turn = fixture.frame(ann, wire::signaling::Refresh {});
    assert_eq!(turn.kinds(ann), ["ice_servers"]);
    assert_eq!(turn.seqs(ann), [2]);
}
