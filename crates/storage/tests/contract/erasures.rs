//! What was erased is found nowhere, and nobody is told of it again.

use std::path::Path;

use serde_json::json;
use storage::testing::TestEngine;
use storage::{Database, Outbox, query};
use wire::{Event, UnixMs};

use crate::fixture::{Store, on_every_engine};

/// What is to be found nowhere.
const ERASED: &str = "canary-erased-5d2c";

fn event(number: u64, text: String) -> Event {
    Event {
        id: number.to_string(),
        source: "scheduler".to_owned(),
        kind: "room.opened".to_owned(),
        subject: "r".to_owned(),
        occurred_at: UnixMs(1),
        revision: None,
        data: json!({ "text": text }),
    }
}

/// Rows of every length, so that pages are split and joined; every tenth holds what will be erased.
async fn fill(database: &Database) {
    let mut transaction = database.begin().await.unwrap();
    for number in 0..600 {
        let length = (number * 7919) % 2_400;
        let filling = "x".repeat(usize::try_from(length).unwrap());
        let text = match number % 10 {
            0 => format!("{ERASED} {filling}"),
            _ => filling,
        };
        let fact = event((number * 104_729) % 1_009, text);
        Outbox::append(&mut transaction, &fact).await.unwrap();
        if number % 3 == 1 {
            let gone = query("DELETE FROM outbox WHERE position = ?1 AND body NOT LIKE ?2");
            let gone = gone
                .bind(number.cast_signed() / 2)
                .bind(format!("%{ERASED}%"));
            gone.execute(&mut transaction).await.unwrap();
        }
    }
    transaction.commit().await.unwrap();
}

async fn erase(database: &Database) {
    let mut transaction = database.begin().await.unwrap();
    query("UPDATE outbox SET body = '{}' WHERE body LIKE ?1")
        .bind(format!("%{ERASED}%"))
        .execute(&mut transaction)
        .await
        .unwrap();
    transaction.note_erasure().await.unwrap();
    transaction.commit().await.unwrap();
}

/// How often it stands in the files of a database.
fn found(file: &Path) -> usize {
    let directory = std::fs::read_dir(file.parent().unwrap()).unwrap();
    let bytes = directory.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let count = |bytes: Vec<u8>| {
        bytes
            .windows(ERASED.len())
            .filter(|part| *part == ERASED.as_bytes())
            .count()
    };
    bytes.map(count).sum()
}

#[tokio::test]
async fn edg_143_no_byte_of_what_was_erased_stays_in_a_file() {
    let store = Store::open(TestEngine::Sqlite).await.unwrap();
    fill(&store.database).await;
    let file = store.place.url().file().unwrap();
    assert!(found(file) > 0);
    assert!(!store.database.scrub().await.unwrap(), "nothing is erased");
    erase(&store.database).await;
    assert!(found(file) > 0, "the log has it");
    assert!(store.database.scrub().await.unwrap());
    assert_eq!(found(file), 0);
    assert!(!store.database.scrub().await.unwrap(), "it is done");
    store.database.probe_writable().await.unwrap();
}

#[tokio::test]
async fn edg_144_an_erasure_is_scrubbed_by_whoever_opens_the_file_next() {
    let store = Store::open(TestEngine::Sqlite).await.unwrap();
    fill(&store.database).await;
    erase(&store.database).await;
    let next = store.open_again().await;
    store.database.close().await;
    assert!(next.scrub().await.unwrap());
    assert_eq!(found(store.place.url().file().unwrap()), 0);
    next.close().await;
}

on_every_engine! {
    async fn edg_145_an_event_is_rewritten_where_it_names_somebody_delivered_or_not(store: &Store) {
        let outbox = Outbox::new(store.database.clone());
        let mut transaction = store.database.begin().await.unwrap();
        let named = |number: u64| match number % 4 {
            0 => "u-7".to_owned(),
            _ => "u-8".to_owned(),
        };
        let facts: Vec<_> = (0..900).map(|number| event(number, named(number))).collect();
        Outbox::append_all(&mut transaction, &facts).await.unwrap();
        transaction.commit().await.unwrap();
        outbox.delivered("chat", 300).await.unwrap();
        let mut transaction = store.database.begin().await.unwrap();
        let change = |event: &mut Event| event.data = json!({ "text": "nobody" });
        Outbox::rewrite(&mut transaction, "u-7", change).await.unwrap();
        transaction.note_erasure().await.unwrap();
        transaction.commit().await.unwrap();
        let mut seen = 0;
        loop {
            let pending = outbox.pending("signaling").await.unwrap();
            for event in &pending.events {
                let named = match seen % 4 {
                    0 => "nobody",
                    _ => "u-8",
                };
                assert_eq!(event.data["text"], named, "{seen}");
                seen += 1;
            }
            if pending.events.is_empty() {
                break;
            }
            outbox.delivered("signaling", pending.last).await.unwrap();
        }
        assert_eq!(seen, 900);
    }
}
