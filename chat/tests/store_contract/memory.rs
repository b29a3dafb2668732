//! The store in memory: the plainest reading of the contract.

use chat::store::memory::MemoryStore;

use crate::contract::{StoreFactory, keeps_messages, keeps_rooms};

struct InMemory;

impl StoreFactory for InMemory {
    type Store = MemoryStore;

    async fn make(&self) -> Option<MemoryStore> {
        Some(MemoryStore::default())
    }
}

keeps_messages!(InMemory);
keeps_rooms!(InMemory);
