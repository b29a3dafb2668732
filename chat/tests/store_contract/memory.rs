//! The store in memory: the plainest reading of the contract.

use chat::store::memory::MemoryStore;

use crate::contract::{StoreFactory, end_the_same, keeps_messages, keeps_rooms};

struct InMemory;

impl StoreFactory for InMemory {
    type Store = MemoryStore;

    async fn make(&self) -> Option<MemoryStore> {
        Some(MemoryStore::default())
    }
}

keeps_messages!(InMemory);
keeps_rooms!(InMemory);

/// In memory there is time for many more orders than on a database.
#[tokio::test]
async fn cht_163_a_thousand_orders_of_a_groups_facts_end_the_same() {
    end_the_same(&MemoryStore::default(), 1_000).await;
}
