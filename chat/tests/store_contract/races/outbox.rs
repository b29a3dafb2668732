//! What a publisher reads while two processes write.

use std::sync::Arc;
use std::time::Duration;

use chat::store::{RoomChanges, RoomStore};
use storage::testing::TestEngine;

use super::{ROUNDS, Two};
use crate::contract::event;

/// Far longer than the rounds take, on two busy cores.
const LIMIT: Duration = Duration::from_secs(120);

/// Both write as fast as they can, one to three events at once; a reader that never looks back misses none, and has
/// those of each writer in the order of its commits.
pub(crate) async fn order_is_that_of_the_commits(engine: TestEngine) {
    let Some(two) = Two::on(engine).await else {
        return;
    };
    let writing: Vec<_> = (0..2)
        .map(|writer| {
            let store = Arc::clone(&two.stores[writer]);
            tokio::spawn(async move {
                for round in 0..ROUNDS {
                    let group = 0..=(round % 3);
                    let events = group.map(|n| event(&format!("{writer} {round:04} {n}")));
                    let changes = RoomChanges {
                        events: events.collect(),
                        ..RoomChanges::default()
                    };
                    store.apply(&changes).await.unwrap();
                }
            })
        })
        .collect();
    let each: u64 = (0..ROUNDS).map(|round| round % 3 + 1).sum();
    let mut read: Vec<String> = Vec::new();
    let reading = async {
        let outbox = two.stores[0].outbox();
        while (read.len() as u64) < 2 * each {
            let pending = outbox.pending("scheduler").await.unwrap();
            if pending.events.is_empty() {
                continue;
            }
            read.extend(pending.events.iter().map(|event| event.id.clone()));
            outbox.delivered("scheduler", pending.last).await.unwrap();
        }
    };
    let all_read = tokio::time::timeout(LIMIT, reading).await;
    for writer in writing {
        writer.await.unwrap();
    }
    assert!(all_read.is_ok(), "some were skipped: {} read", read.len());
    for writer in ["0 ", "1 "] {
        let ids: Vec<_> = read.iter().filter(|id| id.starts_with(writer)).collect();
        assert_eq!(ids.len() as u64, each, "each once");
        assert!(ids.is_sorted(), "in the order of the commits");
    }
}
