//! The store in memory: the plainest reading of the contract.

use chat::store::memory::MemoryStore;

use crate::contract::{StoreFactory, keeps_the_contract};

#[derive(Default)]
struct InMemory;

impl StoreFactory for InMemory {
    type Store = MemoryStore;

    async fn make(&self) -> MemoryStore {
        MemoryStore::default()
    }
}

keeps_the_contract!(InMemory);
