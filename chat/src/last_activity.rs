//! When people were last active, kept over restarts: what is told of who is not connected. It is written behind, each person once
//! in a minute at most, so that it is exact to a minute; and it is forgotten after half a year.

use std::collections::BTreeMap;
use std::time::Duration;

use service::clock::now;
use tokio::time::{Instant, sleep};
use wire::{UnixMs, UserId};

use crate::registry::Registry;
use crate::store::StoreError;
use crate::store::sql::SqlRooms;

/// Between two looks at who was active.
const EVERY: Duration = Duration::from_secs(1);
/// People of one transaction: some milliseconds' work of a server.
const TOGETHER: usize = 500;
/// People who wait while the store does not take them; of more it is forgotten.
const MAX_WAITING: usize = 50_000;
/// Between two sweeps.
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);
/// How long it is kept, in milliseconds: about half a year.
const KEPT_MS: i64 = 180 * 24 * 60 * 60 * 1_000;

/// Keeps it, and reads it.
#[derive(Debug, Clone)]
pub(crate) struct LastActivity {
    store: SqlRooms,
}

impl LastActivity {
    pub(crate) fn new(store: SqlRooms) -> Self {
        Self { store }
    }

    /// Of those of the people of whom it is known. A store that does not answer knows of nobody: who asks how people are is
    /// answered all the same.
    pub(crate) async fn of(&self, users: &[UserId]) -> BTreeMap<UserId, UnixMs> {
        match self.store.last_active(users).await {
            Ok(found) => found,
            Err(error) => {
                metrics::counter!("chat_last_activity_failures_total").increment(1);
                tracing::warn!(%error, "when people were last active is not known at present");
                BTreeMap::new()
            }
        }
    }

    /// Writes what the registry learns, for ever.
    pub(crate) async fn keep(&self, registry: Registry) {
        let (mut waiting, mut sweep_at) = (BTreeMap::new(), Instant::now());
        loop {
            for (user, at) in registry.take_active() {
                if waiting.len() < MAX_WAITING {
                    waiting.insert(user, at);
                }
            }
            if let Err(error) = self.write(&mut waiting).await {
                metrics::counter!("chat_last_activity_failures_total").increment(1);
                tracing::warn!(%error, "when people were last active is written later");
            }
            if sweep_at <= Instant::now() && self.sweep().await {
                sweep_at = Instant::now() + SWEEP_EVERY;
            }
            sleep(EVERY).await;
        }
    }

    async fn write(&self, waiting: &mut BTreeMap<UserId, UnixMs>) -> Result<(), StoreError> {
        while !waiting.is_empty() {
            let some = waiting.iter().take(TOGETHER);
            let some: BTreeMap<_, _> = some.map(|(user, at)| (user.clone(), *at)).collect();
            self.store.note_active(&some).await?;
            waiting.retain(|user, _| !some.contains_key(user));
        }
        Ok(())
    }

    /// True once there is nothing left to be forgotten.
    async fn sweep(&self) -> bool {
        let before = now() + -KEPT_MS;
        match self.store.forget_active(before, TOGETHER as u32).await {
            Ok(forgotten) => forgotten < TOGETHER,
            Err(error) => {
                metrics::counter!("chat_last_activity_failures_total").increment(1);
                tracing::warn!(%error, "what is known of who was active long ago is forgotten later");
                false
            }
        }
    }
}
