//! Up to when everything of a service has been taken.

use storage::{Database, Inbox};
use wire::{EventBatch, UnixMs};

use crate::fixture::on_every_engine;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A batch of `node` that tells `complete_to`, taken at `now`.
async fn advance(database: &Database, node: &str, complete_to: i64, now: i64) {
    let batch = EventBatch {
        source: "signaling".to_owned(),
        node: node.to_owned(),
        events: Vec::new(),
        complete_to: UnixMs(complete_to),
    };
    let mut transaction = database.begin().await.unwrap();
    Inbox::advance(&mut transaction, &batch, UnixMs(now))
        .await
        .unwrap();
    transaction.commit().await.unwrap();
}

async fn watermark(database: &Database) -> Option<i64> {
    let mut connection = database.read().await.unwrap();
    let told = Inbox::source_watermark(&mut connection, "signaling").await;
    told.unwrap().map(|at| at.0)
}

on_every_engine! {
    async fn edg_65_no_node_vouches_for_the_silence_of_another(store: &Store) {
        let database = &store.database;
        assert_eq!(watermark(database).await, None);
        advance(database, "n1", 100, 100).await;
        assert_eq!(watermark(database).await, Some(100));
        advance(database, "n2", 50, 101).await;
        assert_eq!(watermark(database).await, Some(50));
        advance(database, "n1", 900, 102).await;
        assert_eq!(
            watermark(database).await,
            Some(50),
            "the second has not told more"
        );
        advance(database, "n2", 800, 103).await;
        assert_eq!(watermark(database).await, Some(800));
        advance(database, "n2", 700, 104).await;
        assert_eq!(
            watermark(database).await,
            Some(800),
            "watermarks go forward"
        );
    }

    async fn edg_65_a_node_is_waited_for_until_another_was_heard_a_day_later(store: &Store) {
        let database = &store.database;
        advance(database, "n1", 100, 100).await;
        advance(database, "n2", 200, 200).await;
        advance(database, "n2", DAY_MS, 99 + DAY_MS).await;
        assert_eq!(watermark(database).await, Some(100));
        advance(database, "n2", 2 * DAY_MS, 100 + DAY_MS).await;
        assert_eq!(watermark(database).await, Some(2 * DAY_MS));
        // Back again, it counts again.
        advance(database, "n1", 150, 101 + DAY_MS).await;
        assert_eq!(watermark(database).await, Some(150));
    }

    async fn edg_65_one_node_alone_is_waited_for_however_long_it_is_silent(store: &Store) {
        let database = &store.database;
        advance(database, "n1", 100, 100).await;
        advance(database, "n1", 90, 100 + 10 * DAY_MS).await;
        assert_eq!(watermark(database).await, Some(100));
    }

    async fn edg_65_a_process_without_a_name_counts_until_one_with_a_name_is_heard(store: &Store) {
        let database = &store.database;
        advance(database, "", 100, 100).await;
        assert_eq!(watermark(database).await, Some(100));
        advance(database, "n1", 300, 101).await;
        assert_eq!(
            watermark(database).await,
            Some(300),
            "the same process, of a newer version"
        );
        advance(database, "", 200, 102).await;
        assert_eq!(
            watermark(database).await,
            Some(200),
            "another, of the older version"
        );
    }

    async fn edg_65_watermarks_never_go_back_however_batches_race(store: &Store) {
        let database = &store.database;
        for round in 0..200_i64 {
            let at = round * 10;
            let told = |later| async move { advance(database, "n1", at + later, at + later).await };
            tokio::join!(told(3), told(1), told(2));
            assert_eq!(watermark(database).await, Some(at + 3));
        }
    }
}
