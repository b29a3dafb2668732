//! The store in an SQL database, and what only one that lasts promises.

use chat::store::sql::SqlChatStore;
use chat::store::{Appended, MessageStore, RoomChanges, RoomStore};
use tempfile::TempDir;

use crate::contract::{
    StoreFactory, event, fill, keeps_the_contract, new, opened, opening, stored,
};

/// A database in a directory of its own.
struct TemporaryDatabase(TempDir);

impl Default for TemporaryDatabase {
    fn default() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl StoreFactory for TemporaryDatabase {
    type Store = SqlChatStore;

    async fn make(&self) -> SqlChatStore {
        SqlChatStore::open(&self.0.path().join("chat.db"))
            .await
            .unwrap()
    }
}

keeps_the_contract!(TemporaryDatabase);

#[tokio::test]
async fn cht_51_events_wait_in_order_each_once() {
    let database = TemporaryDatabase::default();
    let store = database.make().await;
    let events = vec![event("f-1"), event("f-2")];
    for _ in 0..2 {
        let changes = RoomChanges {
            events: events.clone(),
            ..RoomChanges::default()
        };
        store.apply(&changes).await.unwrap();
    }
    assert_eq!(
        store.outbox().pending("scheduler").await.unwrap().events,
        events
    );
}

#[tokio::test]
async fn cht_52_sql_keeps_it_over_a_reopening() {
    let database = TemporaryDatabase::default();
    let store = database.make().await;
    store
        .apply(&opened(vec![opening("r", &["Ann"], None)]))
        .await
        .unwrap();
    fill(&store, "r", 3).await;
    store.close().await;
    let store = database.make().await;
    let again = store.append(&[new("r", "ann", "c-2", "hi")]).await.unwrap();
    assert!(matches!(&again[0], Appended::Repeat(message) if message.seq == 2));
    let next = store.append(&[new("r", "ann", "c-4", "hi")]).await.unwrap();
    assert_eq!(stored(&next[0]).seq, 4);
    assert_eq!(
        store.rooms(&["r".into()]).await.unwrap()[0].epoch,
        "epoch 0"
    );
}
