//! What operators do.

use wire::signaling::{LeftReason, ServerFrame};
use wire::{CloseCode, ErrorCode, EventType};

use super::fixture::{ANN, BOB, Fixture};
use crate::{Input, SeatState};

#[test]
fn sig_44_ending_ends_it_for_both() {
    let (mut fixture, ann, bob) = Fixture::live();
    let turn = fixture.take(Input::End);
    assert_eq!(turn.closed(ann), Some(CloseCode::SessionOver));
    assert_eq!(turn.closed(bob), Some(CloseCode::SessionOver));
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.error(ann).reason.as_deref(), Some("terminated"));
    assert!(fixture.take(Input::End).0.is_empty());
}

#[test]
fn sig_44_the_kicked_can_not_come_back() {
    let (mut fixture, ann, bob) = Fixture::live();
    let turn = fixture.take(Input::Kick { user: "bob".into() });
    assert_eq!(turn.kinds(ann), ["peer_left", "ended"]);
    let ServerFrame::PeerLeft(left) = turn.one(ann, "peer_left") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(left.reason, LeftReason::Kicked);
    assert_eq!(turn.closed(ann), Some(CloseCode::SessionOver));
    assert_eq!(turn.closed(bob), Some(CloseCode::Kicked));
    assert_eq!(turn.facts()[0].1.how.as_deref(), Some("kicked"));
    let (kind, kicked) = turn.facts()[1];
    assert_eq!(kind, EventType::UserKicked);
    assert_eq!(kicked.user_id, Some("bob".into()));
    fixture.restart(fixture.now);
    let (bob, turn) = fixture.join(BOB);
    assert_eq!(turn.error(bob).code, ErrorCode::SessionOver);
    assert_eq!(turn.closed(bob), Some(CloseCode::Kicked));
    let (ann, turn) = fixture.join(ANN);
    assert_eq!(turn.closed(ann), Some(CloseCode::SessionOver));
}

#[test]
fn sig_44_operators_see_who_is_in() {
    let (mut fixture, ann, bob) = Fixture::live();
    fixture.lose(bob);
    let view = fixture.session.view(wire::UnixMs(fixture.now));
    assert_eq!(view.phase, wire::Phase::Live);
    assert_eq!(view.participants[ANN].connection_id, Some(ann));
    assert_eq!(view.participants[BOB].state, SeatState::Lost);
    assert!(view.participants[BOB].connected);
}
