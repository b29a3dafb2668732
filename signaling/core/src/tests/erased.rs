//! Somebody who takes part leaves for good.

use wire::signaling::ServerFrame;
use wire::{CloseCode, EndReason, LEFT_NAME};

use super::fixture::{ANN, BOB, Fixture};
use crate::Input;

fn erased(user: &str) -> Input {
    Input::Erased { user: user.into() }
}

#[test]
fn sig_271_a_session_of_somebody_who_is_erased_is_called_off_and_names_them_no_more() {
    let (mut fixture, ann, bob) = Fixture::live();
    let turn = fixture.take(erased("bob"));
    let ServerFrame::Ended(ended) = turn.one(ann, "ended") else {
        unreachable!("asked for by its type")
    };
    assert_eq!(ended.reason, EndReason::Cancelled);
    for connection in [ann, bob] {
        assert_eq!(turn.closed(connection), Some(CloseCode::SessionOver));
    }
    let spec = fixture.session.snapshot().spec;
    assert_eq!(spec.participants[BOB].name, LEFT_NAME);
    assert_eq!(spec.participants[ANN].name, "ANN");
    fixture.restart(fixture.now);
    let (bob, turn) = fixture.join(BOB);
    assert_eq!(turn.closed(bob), Some(CloseCode::SessionOver));
}

#[test]
fn sig_271_of_a_session_that_is_over_the_name_is_forgotten_and_other_sessions_stay() {
    let (mut fixture, ann, _) = Fixture::live();
    assert!(fixture.take(erased("cy")).0.is_empty());
    fixture.take(Input::End);
    let turn = fixture.take(erased("ann"));
    assert_eq!(turn.closed(ann), None, "it was closed before");
    let spec = fixture.session.snapshot().spec;
    assert_eq!(spec.participants[ANN].name, LEFT_NAME);
    assert!(fixture.take(erased("ann")).0.is_empty());
}
