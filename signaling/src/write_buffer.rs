//! Collects what sessions want stored, and writes it in one transaction after another.
//!
//! Nobody waits here while holding a session: submitting only adds to the next batch. Of a session that changes
//! faster than the disk turns, only the newest row is written. It decides nothing about sessions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use service::clock::now;
use service::telemetry::spans;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;
use wire::{Event, SessionId, UnixMs};

use crate::store::{AcceptedEvent, Batch, SnapshotStore};
use crate::stored_session::PendingSnapshot;

/// How long a change that nobody waits for may be buffered, so that the next ones share its commit.
const LINGER: Duration = Duration::from_millis(25);
/// First pause after a failed commit; it doubles.
const RETRY_MIN: Duration = Duration::from_millis(50);
/// Longest pause after a failed commit: a store that is back is noticed within it.
const RETRY_MAX: Duration = Duration::from_secs(1);
/// Facts that wait for a store that does not answer: 100 MB of them at most.
const MAX_PENDING_FACTS: usize = 100_000;
/// Longest wait for the store when the process stops, of the 10 s that it has.
const LAST_COMMIT_LIMIT: Duration = Duration::from_secs(2);

/// What is written together.
#[derive(Debug, Default)]
pub(crate) struct StoreChange {
    pub(crate) snapshot: Option<PendingSnapshot>,
    pub(crate) facts: Vec<Event>,
    pub(crate) accepted: Vec<AcceptedEvent>,
}

/// Takes changes; cheap to clone. [`run`](Self::run) writes them.
#[derive(Debug, Clone, Default)]
pub(crate) struct WriteBuffer(Arc<SharedBuffer>);

#[derive(Debug, Default)]
struct SharedBuffer {
    state: Mutex<BufferState>,
    work: Notify,
}

#[derive(Debug, Default)]
struct BufferState {
    pending: PendingBatch,
    /// When the oldest fact happened that is being written at the moment.
    writing_from: Option<UnixMs>,
}

/// What the next commit will contain.
#[derive(Debug, Default)]
struct PendingBatch {
    snapshots: HashMap<SessionId, PendingSnapshot>,
    facts: Vec<Event>,
    accepted: Vec<AcceptedEvent>,
    waiting: Vec<oneshot::Sender<()>>,
    /// When its oldest part was put there.
    since: Option<Instant>,
}

impl WriteBuffer {
    /// Buffers a change; its commit begins within [`LINGER`].
    pub(crate) fn submit(&self, change: StoreChange) {
        self.lock().pending.add(change);
        self.0.work.notify_one();
    }

    /// Buffers a change and starts its commit at once. The receiver resolves when it is on disk.
    pub(crate) fn submit_urgent(&self, change: StoreChange) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.lock();
        state.pending.add(change);
        state.pending.waiting.push(sender);
        drop(state);
        self.0.work.notify_one();
        receiver
    }

    /// Every fact that happened up to then is on disk, as far as it was submitted; at most `now`.
    pub(crate) fn written_to(&self, now: UnixMs) -> UnixMs {
        let state = self.lock();
        let oldest = state.pending.facts.first().map(|fact| fact.occurred_at);
        let unwritten = [state.writing_from, oldest].into_iter().flatten().min();
        unwritten.map_or(now, |first| (first - 1).min(now))
    }

    /// Writes until `stop`, and then once more what is left.
    pub(crate) async fn run<S: SnapshotStore>(self, store: Arc<S>, stop: CancellationToken) {
        loop {
            let stopping = self.wait_for_work(&stop).await;
            let pending = self.lock().take();
            let (batch, waiting) = pending.into_batch();
            if !batch.is_empty() && !write_or_stop(store.as_ref(), &batch, &stop).await {
                tracing::error!(
                    rows = batch.rows.len(),
                    "the last snapshots were not written"
                );
                return;
            }
            self.lock().writing_from = None;
            for waiter in waiting {
                // Whoever stopped waiting has gone on without the store.
                let _ = waiter.send(());
            }
            if stopping {
                return;
            }
        }
    }

    /// True when it is time to stop.
    async fn wait_for_work(&self, stop: &CancellationToken) -> bool {
        loop {
            let due = self.lock().pending.due();
            if due.is_some_and(|due| due <= Instant::now()) {
                return stop.is_cancelled();
            }
            let lingering = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return true,
                () = lingering => return false,
                () = self.0.work.notified() => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BufferState> {
        // Pushes and inserts only: a panic elsewhere leaves nothing half done here.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BufferState {
    fn take(&mut self) -> PendingBatch {
        self.writing_from = self.pending.facts.first().map(|fact| fact.occurred_at);
        std::mem::take(&mut self.pending)
    }
}

impl PendingBatch {
    fn add(&mut self, change: StoreChange) {
        if let Some(snapshot) = change.snapshot {
            self.snapshots.insert(snapshot.session.clone(), snapshot);
        }
        for fact in change.facts {
            if self.facts.len() < MAX_PENDING_FACTS {
                self.facts.push(fact);
            } else {
                metrics::counter!("signaling_facts_dropped_total").increment(1);
            }
        }
        self.accepted.extend(change.accepted);
        self.since.get_or_insert_with(Instant::now);
    }

    /// When the next commit is due; at once where somebody waits.
    fn due(&self) -> Option<Instant> {
        let since = self.since?;
        let somebody_waits = !self.waiting.is_empty();
        Some(if somebody_waits {
            since
        } else {
            since + LINGER
        })
    }

    /// The rows become JSON here, while sessions can go on submitting.
    fn into_batch(self) -> (Batch, Vec<oneshot::Sender<()>>) {
        let at = now();
        let closings = self
            .snapshots
            .values()
            .filter_map(|snapshot| snapshot.room_closing(at));
        let batch = Batch {
            closings: closings.collect(),
            rows: self
                .snapshots
                .into_values()
                .map(PendingSnapshot::into_row)
                .collect(),
            facts: self.facts,
            accepted: self.accepted,
        };
        (batch, self.waiting)
    }
}

/// True once the batch is written; false when the process can't wait for that any longer.
async fn write_or_stop<S: SnapshotStore>(
    store: &S,
    batch: &Batch,
    stop: &CancellationToken,
) -> bool {
    let given_up = async {
        stop.cancelled().await;
        sleep(LAST_COMMIT_LIMIT).await;
    };
    let commit = spans::commit(batch.rows.len() + batch.facts.len());
    tokio::select! {
        () = write(store, batch).instrument(commit) => true,
        () = given_up => false,
    }
}

/// Writes a batch, however many tries it takes.
async fn write<S: SnapshotStore>(store: &S, batch: &Batch) {
    let began = Instant::now();
    let mut pause = RETRY_MIN;
    while let Err(error) = store.commit(batch).await {
        metrics::counter!("signaling_store_failures_total").increment(1);
        tracing::error!(%error, retry_ms = pause.as_millis(), "the store refused a commit");
        sleep(pause).await;
        pause = (pause * 2).min(RETRY_MAX);
    }
    metrics::histogram!("signaling_store_commit_seconds").record(began.elapsed().as_secs_f64());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;
    use crate::stored_session::StoredSession;
    use serde_json::json;

    fn fact(id: &str, at: i64) -> Event {
        Event {
            id: id.to_owned(),
            kind: "session.live".to_owned(),
            occurred_at: UnixMs(at),
            source: "signaling".to_owned(),
            subject: "s".to_owned(),
            revision: None,
            data: json!({}),
        }
    }

    fn change(revision: u64, fact_id: &str, at: i64) -> StoreChange {
        let mut spec = crate::stored_session::tests::spec();
        spec.revision = revision;
        StoreChange {
            snapshot: Some(PendingSnapshot {
                session: spec.id.clone(),
                stored: StoredSession::Booked(Box::new(spec)),
                forget_at: UnixMs(at),
            }),
            facts: vec![fact(fact_id, at)],
            accepted: Vec::new(),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn sig_104_the_newest_row_and_every_fact_in_order_are_written() {
        let (writes, store) = (WriteBuffer::default(), Arc::new(MemoryStore::default()));
        let stop = CancellationToken::new();
        let running = tokio::spawn(writes.clone().run(Arc::clone(&store), stop.clone()));
        writes.submit(change(1, "e1", 10));
        writes.submit(change(2, "e2", 20));
        assert_eq!(writes.written_to(UnixMs(30)), UnixMs(9), "not yet");
        writes.submit_urgent(change(3, "e3", 30)).await.unwrap();
        assert_eq!(writes.written_to(UnixMs(40)), UnixMs(40));
        let rows = store.load().await.unwrap();
        assert_eq!(rows.len(), 1);
        assert!(rows[0].body.contains("\"revision\":3"));
        let facts = store.facts();
        let ids: Vec<_> = facts.iter().map(|fact| fact.id.as_str()).collect();
        assert_eq!(ids, ["e1", "e2", "e3"]);
        stop.cancel();
        running.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn sig_104_what_nobody_waits_for_is_written_soon_and_at_the_latest_when_stopping() {
        let (writes, store) = (WriteBuffer::default(), Arc::new(MemoryStore::default()));
        let stop = CancellationToken::new();
        let running = tokio::spawn(writes.clone().run(Arc::clone(&store), stop.clone()));
        writes.submit(change(1, "e1", 10));
        sleep(LINGER * 2).await;
        assert_eq!(store.facts().len(), 1);
        writes.submit(change(2, "e2", 20));
        stop.cancel();
        running.await.unwrap();
        assert_eq!(store.facts().len(), 2);
    }
}
