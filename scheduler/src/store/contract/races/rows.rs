//! One row, or one set of rows, that several write at once.

use std::sync::Arc;

use super::{ROUNDS, Store, at_once, booked};
use crate::commands::{cancel, mark_read, record_configuration};
use crate::store::MarkRead;
use crate::store::contract::harness::{NOW, StoreHarness, all_of, cancelled};

async fn read_at(store: Store, read: MarkRead) -> bool {
    mark_read(&*store, &read).await.unwrap()
}

pub(crate) async fn sch_120_the_first_reading_of_a_notification_counts(mut harness: StoreHarness) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let session = booked(&store, round).await;
        cancel(&*store, cancelled(&session), NOW).await.unwrap();
        let [ana, _] = session.users();
        let listed = store.notifications().list(all_of(&ana)).await.unwrap();
        let read = |after_ms: i64| MarkRead {
            user: ana.clone(),
            session: None,
            id: listed[0].id.clone(),
            now: NOW + after_ms,
        };
        let found = at_once(
            read_at(Arc::clone(&store), read(1)),
            read_at(Arc::clone(&store), read(2)),
        )
        .await;
        assert_eq!(found, (true, true));
        let of = async || {
            let listed = store.notifications().list(all_of(&ana)).await.unwrap();
            listed[0].read_at
        };
        let first = of().await;
        assert!([Some(NOW + 1), Some(NOW + 2)].contains(&first));
        assert!(read_at(Arc::clone(&store), read(3)).await);
        assert_eq!(of().await, first);
    }
}

/// A configuration whose keys no other one has.
fn configuration(name: &str, round: usize) -> Vec<(String, String)> {
    let key = |at: usize| (format!("{name}-{round}-{at}"), "1".to_owned());
    (0..3).map(key).collect()
}

pub(crate) async fn sch_120_of_two_configurations_at_once_one_is_left_whole(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    for round in 0..ROUNDS {
        let record = |name: &str| {
            let (store, present) = (Arc::clone(&store), configuration(name, round));
            async move { record_configuration(&*store, &present, NOW).await.unwrap() }
        };
        at_once(record("a"), record("b")).await;
        let mut work = store.begin().await.unwrap();
        let left = work.audit().replace_configuration(&[]).await.unwrap();
        let whole = [configuration("a", round), configuration("b", round)];
        assert!(whole.contains(&left), "{left:?}");
        // Not committed: the next round begins with what this one left.
    }
}
