//! Bookings that come at once.

use std::sync::Arc;

use scheduler_core::CommandOutcome;

use super::{ROUNDS, at_once, book};
use crate::store::contract::harness::{StoreHarness, booking_of, done, key};
use crate::store::{SessionFilter, SessionsOf};

pub(crate) async fn sch_118_a_key_that_comes_twice_at_once_stands_for_one_booking(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let (ana, bo) = (format!("ana-{round}"), format!("bo-{round}"));
        let application = format!("shop-{round}");
        let sent = key(&format!("k-{round}"), "a");
        let command = booking_of(&application, [&ana, &bo], Some(sent));
        let (one, other) = at_once(
            book(Arc::clone(&store), command.clone()),
            book(Arc::clone(&store), command),
        )
        .await;
        let (first, second) = match (one.outcome, other.outcome) {
            (CommandOutcome::Done(first), CommandOutcome::Repeated { session, .. })
            | (CommandOutcome::Repeated { session, .. }, CommandOutcome::Done(first)) => {
                (first, session)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(first, second);
        let filter = SessionFilter {
            whose: SessionsOf::Application(application),
            from: None,
            to: None,
            state: None,
            after: None,
            limit: 10,
        };
        let booked = store.sessions().list(filter).await.unwrap();
        assert_eq!(booked, [*first]);
    }
}

pub(crate) async fn sch_118_somebody_new_in_two_bookings_at_once_is_one_person(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        // In both orders: neither may wait for the other for ever.
        let (ana, bo) = (format!("ana-{round}"), format!("bo-{round}"));
        let (one, other) = at_once(
            book(Arc::clone(&store), booking_of("shop", [&ana, &bo], None)),
            book(Arc::clone(&store), booking_of("shop", [&bo, &ana], None)),
        )
        .await;
        let (one, other) = (done(one).0, done(other).0);
        let [ana, bo] = one.users();
        assert_eq!(other.users(), [bo, ana]);
        assert_ne!(one.id, other.id);
    }
}
