//! The store in memory: the plainest reading of the contract.

use chat::store::memory::MemoryStore;

use crate::contract::{
    FeedFactory, StoreFactory, end_the_same, follow_a_naive_feed, keeps_feeds, keeps_messages,
    keeps_rooms,
};

struct InMemory;

impl StoreFactory for InMemory {
    type Store = MemoryStore;

    async fn make(&self) -> Option<MemoryStore> {
        Some(MemoryStore::default())
    }
}

impl FeedFactory for InMemory {
    type Feed = MemoryStore;

    async fn make_feed(&self) -> Option<MemoryStore> {
        Some(MemoryStore::default())
    }
}

keeps_messages!(InMemory);
keeps_rooms!(InMemory);
keeps_feeds!(InMemory);

#[tokio::test]
async fn cht_210_a_thousand_feeds_are_what_naive_ones_are() {
    for seed in 0..1_000 {
        follow_a_naive_feed(&MemoryStore::default(), seed, 50).await;
    }
}

/// In memory there is time for many more orders than on a database.
#[tokio::test]
async fn cht_163_a_thousand_orders_of_a_groups_facts_end_the_same() {
    end_the_same(&MemoryStore::default(), 1_000).await;
}
