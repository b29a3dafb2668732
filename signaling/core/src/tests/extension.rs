//! A live session is extended when both ask.

use wire::signaling::ServerFrame;
use wire::{ErrorCode, EventType, UnixMs};

use super::fixture::{END, Fixture, LIVE, START, extend};
use crate::{Output, StoreOutput};

#[test]
fn sig_40_both_must_ask() {
    let (mut fixture, ann, bob) = Fixture::live();
    let turn = fixture.numbered(ann, 1, extend());
    assert_eq!(turn.kinds(ann), ["ok", "extend_requested"]);
    assert_eq!(turn.kinds(bob), ["extend_requested"]);
    // Asking twice is asking once.
    assert_eq!(fixture.numbered(ann, 2, extend()).kinds(bob).len(), 0);
    let turn = fixture.numbered(bob, 1, extend());
    assert_eq!(turn.kinds(ann), ["extended"]);
    assert_eq!(turn.kinds(bob), ["ok", "extended"]);
    let ServerFrame::Extended(extended) = turn.one(ann, "extended") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(extended.deadline_at, UnixMs(END + 60_000));
    assert_eq!(extended.extensions_left, 0);
    assert_eq!(turn.fact_kinds(), [EventType::SessionExtended]);
    assert!(matches!(
        &turn.0[0],
        Output::Persist(StoreOutput::Save { wait: true, .. })
    ));
    fixture.tick(END + 60_000 - 1);
    assert!(fixture.is(wire::Phase::Live));
    fixture.tick(END + 60_000);
    assert!(fixture.is(wire::Phase::Ended));
}

#[test]
fn sig_40_who_asked_is_in_the_welcome() {
    let (mut fixture, ann, _) = Fixture::live();
    fixture.frame(ann, extend());
    let (bob, turn) = fixture.join(super::fixture::BOB);
    let session = &turn.welcome(bob).session;
    assert_eq!(session.extend_requested_by, Some("ann".into()));
    assert_eq!(session.extensions_left, 1);
}

#[test]
fn sig_40_the_warning_comes_again_for_the_new_deadline() {
    let (mut fixture, ann, bob) = Fixture::live();
    assert_eq!(fixture.tick(END - 10_000).kinds(ann), ["ending"]);
    fixture.frame(ann, extend());
    fixture.frame(bob, extend());
    assert!(fixture.tick(END + 49_999).0.is_empty());
    assert_eq!(fixture.tick(END + 50_000).kinds(ann), ["ending"]);
}

#[test]
fn sig_40_no_more_than_the_booking_allows() {
    let (mut fixture, ann, bob) = Fixture::live();
    fixture.frame(ann, extend());
    fixture.frame(bob, extend());
    let turn = fixture.numbered(ann, 7, extend());
    assert_eq!(turn.error(ann).code, ErrorCode::NoExtensionsLeft);
    assert_eq!(turn.error(ann).id, Some(7.into()));
}

#[test]
fn sig_40_never_past_the_hard_end() {
    let (mut fixture, ann, bob) =
        Fixture::with(|spec| spec.hard_end_at = Some(UnixMs(END + 1))).seated_live();
    fixture.frame(ann, extend());
    let turn = fixture.frame(bob, extend());
    assert!(matches!(
        turn.one(ann, "extended"),
        ServerFrame::Extended(extended) if extended.deadline_at == UnixMs(END + 1)
    ));

    let (mut fixture, ann, _) =
        Fixture::with(|spec| spec.hard_end_at = Some(UnixMs(END))).seated_live();
    let turn = fixture.frame(ann, extend());
    assert_eq!(turn.error(ann).code, ErrorCode::NoExtensionsLeft);
}

#[test]
fn sig_40_only_a_live_session_can_be_extended() {
    let (mut fixture, ann, _) = Fixture::both_in();
    for at in [START - 1, START, LIVE] {
        fixture.tick(at);
        let turn = fixture.frame(ann, extend());
        assert_eq!(turn.error(ann).code, ErrorCode::NotLive);
    }
}
