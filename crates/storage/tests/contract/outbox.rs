//! Facts for other services, in the order of their commits.

use storage::{Database, Outbox};
use wire::{Event, UnixMs};

use crate::fixture::on_every_engine;

const WRITERS: usize = 4;
const EVENTS: usize = 100;

fn event(id: String) -> Event {
    Event {
        id,
        source: "scheduler".to_owned(),
        kind: "session.booked".to_owned(),
        subject: "s".to_owned(),
        occurred_at: UnixMs(1),
        revision: None,
        data: serde_json::json!({}),
    }
}

/// Commits events one by one, each in a transaction that goes on for a moment after.
async fn write(database: &Database, writer: usize) {
    for number in 0..EVENTS {
        let mut transaction = database.begin().await.unwrap();
        let facts = [
            event(format!("{writer}.{number}.a")),
            event(format!("{writer}.{number}.b")),
        ];
        Outbox::append_all(&mut transaction, &facts).await.unwrap();
        tokio::task::yield_now().await;
        transaction.commit().await.unwrap();
    }
}

on_every_engine! {
    async fn edg_118_a_reader_that_follows_the_outbox_misses_nothing_that_is_committed(store: &Store) {
        let other = store.open_again().await;
        let outbox = Outbox::new(store.database.clone());
        let writing = async {
            tokio::join!(
                write(&store.database, 0),
                write(&store.database, 1),
                write(&other, 2),
                write(&other, 3),
            )
        };
        let reading = async {
            let mut seen = Vec::new();
            while seen.len() < WRITERS * EVENTS * 2 {
                let pending = outbox.pending("chat").await.unwrap();
                seen.extend(pending.events.into_iter().map(|event| event.id));
                outbox.delivered("chat", pending.last).await.unwrap();
            }
            seen
        };
        let (_, seen) = tokio::time::timeout(std::time::Duration::from_secs(60), async {
            tokio::join!(writing, reading)
        })
        .await
        .expect("the reader sees all of them");
        for writer in 0..WRITERS {
            let own: Vec<_> = seen
                .iter()
                .filter(|id| id.starts_with(&format!("{writer}.")))
                .cloned()
                .collect();
            let expected: Vec<_> = (0..EVENTS)
                .flat_map(|number| [format!("{writer}.{number}.a"), format!("{writer}.{number}.b")])
                .collect();
            assert_eq!(own, expected);
        }
        other.close().await;
    }
}
