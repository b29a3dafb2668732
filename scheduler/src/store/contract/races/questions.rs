//! Questions that several ask for at once.

use std::sync::Arc;

use wire::SessionId;

use super::{ROUNDS, Store, at_once, book, booked};
use crate::commands::question_at;
use crate::store::contract::harness::{StoreHarness, booking_of, done};

async fn ask(store: Store, session: SessionId, position: u32, random: u64) -> String {
    let given = question_at(&*store, &session, position, random).await;
    given.unwrap().unwrap().id.clone()
}

pub(crate) async fn sch_163_two_who_ask_at_once_get_the_same(mut harness: StoreHarness) {
    let store = harness.store().await;
    let session = booked(&store, 0).await;
    // As many places as a session has, each asked for by both, who drew differently.
    for position in 0..u32::try_from(ROUNDS).unwrap() {
        let (one, other) = at_once(
            ask(Arc::clone(&store), session.id.clone(), position, 1),
            ask(Arc::clone(&store), session.id.clone(), position, 2),
        )
        .await;
        assert_eq!(one, other, "{position}");
    }
}

pub(crate) async fn sch_163_in_two_sessions_of_the_same_two_they_get_another(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let one = booked(&store, round).await;
        let (ana, bo) = (format!("ana-{round}"), format!("bo-{round}"));
        let command = booking_of("shop", [&bo, &ana], None);
        let other = done(book(Arc::clone(&store), command).await).0;
        // Both drew the same.
        let (first, second) = at_once(
            ask(Arc::clone(&store), one.id, 0, 3),
            ask(Arc::clone(&store), other.id, 0, 3),
        )
        .await;
        assert_ne!(first, second, "{round}");
    }
}
