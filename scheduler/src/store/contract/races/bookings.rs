//! Bookings that come at once.

use std::sync::Arc;

use scheduler_core::CommandOutcome;

use super::{ROUNDS, at_once, book};
use crate::commands;
use crate::store::contract::harness::{
    NOW, START_IN_MS, StoreHarness, booking_of, done, key, moved,
};
use crate::store::contract::occupancies::booking_at;
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

pub(crate) async fn sch_203_of_overlapping_bookings_at_once_one_is_refused(harness: StoreHarness) {
    overlaps(harness, ROUNDS).await;
}

pub(crate) async fn overlaps(mut harness: StoreHarness, rounds: usize) {
    let store = harness.store().await;
    for round in 0..rounds {
        let [ana, bo, cy] = ["ana", "bo", "cy"].map(|name| format!("{name}-{round}"));
        // Known before, so that what locks them is their rows.
        done(
            book(
                Arc::clone(&store),
                booking_at([&ana, &bo], -9_000_000, true),
            )
            .await,
        );
        let (one, other) = at_once(
            book(Arc::clone(&store), booking_at([&ana, &bo], 0, false)),
            book(Arc::clone(&store), booking_at([&cy, &ana], 1_000, false)),
        )
        .await;
        let (session, busy) = match (one.outcome, other.outcome) {
            (CommandOutcome::Done(session), CommandOutcome::Busy(busy))
            | (CommandOutcome::Busy(busy), CommandOutcome::Done(session)) => (session, busy),
            other => panic!("{other:?}"),
        };
        assert_eq!(busy.session, session.id);
    }
}

pub(crate) async fn sch_203_of_a_booking_and_a_move_at_once_one_is_refused(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let [ana, bo, cy] = ["ana", "bo", "cy"].map(|name| format!("{name}-{round}"));
        let far = booking_at([&ana, &bo], 9_000_000, false);
        let far = done(book(Arc::clone(&store), far).await).0;
        let mut near = moved(&far, far.revision);
        near.terms.starts_at = NOW + START_IN_MS;
        let moving = {
            let store = Arc::clone(&store);
            async move { commands::change(&*store, near, NOW).await.unwrap() }
        };
        let booking = book(Arc::clone(&store), booking_at([&cy, &ana], 1_000, false));
        let (one, other) = at_once(moving, booking).await;
        let is_busy =
            |executed: &commands::Executed| matches!(executed.outcome, CommandOutcome::Busy(_));
        assert_eq!(
            (is_busy(&one), is_busy(&other)),
            (!is_busy(&other), !is_busy(&one))
        );
    }
}
