//! Facts from one store to another: at least once on the way, once in effect.

mod receiving;
mod server;
mod store;
mod transport;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bus::{
    AcceptError, Destination, EventHandler, EventsSecret, HttpTransport, NodeId, OutboxPublisher,
    routes,
};
use serde_json::json;
use service::{Shutdown, Tasks, clock};
use storage::{Database, Inbox, Outbox};
use tokio::sync::mpsc;
use wire::{Event, EventBatch, UnixMs};

use crate::server::{Server, all_ended};
use crate::store::Store;

const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789a";
const LIMIT: Duration = Duration::from_secs(20);

fn event(number: u32) -> Event {
    Event {
        id: format!("e{number}"),
        kind: "session.ended".to_owned(),
        occurred_at: UnixMs(i64::from(number)),
        source: "signaling".to_owned(),
        subject: "s1".to_owned(),
        revision: None,
        data: json!({"reason": "completed"}),
    }
}

fn batch(events: Vec<Event>) -> EventBatch {
    EventBatch {
        source: "signaling".to_owned(),
        node: "n1".to_owned(),
        events,
        complete_to: UnixMs(7),
    }
}

/// Applies an event by noting its id; fails as often as it is told to, before or after the commit.
struct RecordingHandler {
    database: Database,
    applied: mpsc::Sender<String>,
    complete: mpsc::Sender<UnixMs>,
    fail_before: AtomicU32,
    fail_after: AtomicU32,
}

impl EventHandler for RecordingHandler {
    async fn accept(&self, batch: EventBatch) -> Result<(), AcceptError> {
        if spend(&self.fail_before) {
            return Err(AcceptError::Stopping);
        }
        let mut transaction = self.database.begin().await?;
        let mut fresh = Vec::new();
        for event in &batch.events {
            if Inbox::take(&mut transaction, event, clock::now()).await? {
                fresh.push(event.id.clone());
            }
        }
        Inbox::advance(&mut transaction, &batch, clock::now()).await?;
        transaction.commit().await?;
        for id in fresh {
            self.applied.send(id).await.unwrap();
        }
        if spend(&self.fail_after) {
            return Err(AcceptError::Stopping);
        }
        self.complete.send(batch.complete_to).await.unwrap();
        Ok(())
    }
}

fn spend(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
        left.checked_sub(1)
    })
    .is_ok()
}

struct Receiver {
    store: Store,
    handler: Arc<RecordingHandler>,
    applied: mpsc::Receiver<String>,
    complete: mpsc::Receiver<UnixMs>,
}

impl Receiver {
    async fn new() -> Self {
        let store = Store::open().await;
        let (tell, applied) = mpsc::channel(1024);
        let (tell_complete, complete) = mpsc::channel(1024);
        let handler = Arc::new(RecordingHandler {
            database: store.database.clone(),
            applied: tell,
            complete: tell_complete,
            fail_before: AtomicU32::new(0),
            fail_after: AtomicU32::new(0),
        });
        Self {
            store,
            handler,
            applied,
            complete,
        }
    }

    async fn serve(&self) -> Server {
        let app = routes(EventsSecret::from_text(SECRET), Arc::clone(&self.handler));
        Server::start(app).await
    }

    async fn expect(&mut self, numbers: std::ops::Range<u32>) {
        for number in numbers {
            let id = tokio::time::timeout(LIMIT, self.applied.recv())
                .await
                .unwrap()
                .unwrap();
            assert_eq!(id, format!("e{number}"));
        }
    }
}

struct Sender {
    outbox: Outbox,
    store: Store,
    tasks: Tasks,
    shutdown: Shutdown,
}

impl Sender {
    async fn new() -> Self {
        let store = Store::open().await;
        Self {
            outbox: Outbox::new(store.database.clone()),
            store,
            tasks: Tasks::new(),
            shutdown: Shutdown::new(),
        }
    }

    async fn append(&self, numbers: std::ops::Range<u32>) {
        let mut transaction = self.store.database.begin().await.unwrap();
        for number in numbers {
            Outbox::append(&mut transaction, &event(number))
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
        self.outbox.wake();
    }

    fn post_to(&self, base_url: String) {
        drop(rustls::crypto::ring::default_provider().install_default());
        let secret = EventsSecret::from_text(SECRET);
        let client = service::http::client();
        let destination = Destination {
            service: "scheduler",
            base_url,
            only: None,
        };
        let transport = HttpTransport::new(secret, client, vec![destination]);
        let node = NodeId::load_or_create(self.store.directory.path()).unwrap();
        OutboxPublisher::new(self.outbox.clone(), "signaling", node, transport)
            .start(&self.tasks, &self.shutdown);
    }

    async fn stop(self) {
        self.shutdown.start();
        all_ended(&self.tasks).await;
    }
}

fn url(server: &Server) -> String {
    format!("http://{}/", server.address)
}

#[tokio::test]
async fn edg_28_events_arrive_in_order_and_once() {
    let (mut receiver, sender) = (Receiver::new().await, Sender::new().await);
    let server = receiver.serve().await;
    sender.append(0..450).await;
    sender.post_to(url(&server));
    receiver.expect(0..450).await;
    sender.append(450..460).await;
    receiver.expect(450..460).await;
    sender.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn edg_28_a_receiver_that_fails_gets_them_again() {
    let (mut receiver, sender) = (Receiver::new().await, Sender::new().await);
    receiver.handler.fail_before.store(1, Ordering::SeqCst);
    receiver.handler.fail_after.store(1, Ordering::SeqCst);
    let server = receiver.serve().await;
    sender.append(0..3).await;
    sender.post_to(url(&server));
    receiver.expect(0..3).await;
    // Committed and then refused: they come a second time and have no second effect.
    sender.append(3..4).await;
    receiver.expect(3..4).await;
    sender.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn edg_28_a_receiver_that_is_down_gets_them_within_two_seconds_of_its_return() {
    let (mut receiver, sender) = (Receiver::new().await, Sender::new().await);
    let reserved = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    sender.append(0..3).await;
    sender.post_to(format!("http://{address}"));
    // Let it fail at least once before anybody listens.
    tokio::time::timeout(Duration::from_millis(700), receiver.applied.recv())
        .await
        .unwrap_err();
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    let app = routes(
        EventsSecret::from_text(SECRET),
        Arc::clone(&receiver.handler),
    );
    let back = std::time::Instant::now();
    let shutdown = Shutdown::new();
    let running = tokio::spawn(service::http::serve(
        listener,
        app,
        service::http::Limits::default(),
        shutdown.clone(),
    ));
    receiver.expect(0..3).await;
    assert!(
        back.elapsed() < Duration::from_secs(2),
        "{:?}",
        back.elapsed()
    );
    sender.stop().await;
    shutdown.start();
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn edg_28_a_restart_of_the_sender_loses_nothing() {
    let (mut receiver, sender) = (Receiver::new().await, Sender::new().await);
    sender.append(0..3).await;
    let store = sender.store.reopen().await;
    let sender = Sender {
        outbox: Outbox::new(store.database.clone()),
        store,
        tasks: Tasks::new(),
        shutdown: Shutdown::new(),
    };
    let server = receiver.serve().await;
    sender.post_to(url(&server));
    receiver.expect(0..3).await;
    sender.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn edg_29_complete_to_never_passes_what_is_unsent_or_uncommitted() {
    let (mut receiver, sender) = (Receiver::new().await, Sender::new().await);
    let server = receiver.serve().await;
    sender.append(1_000..1_300).await;
    sender.post_to(url(&server));
    let first = receiver.complete.recv().await.unwrap();
    assert_eq!(first, UnixMs(1_199), "a hundred are still to come");
    let second = receiver.complete.recv().await.unwrap();
    let behind = clock::now().since(second);
    assert!((2_000..10_000).contains(&behind), "{behind}");
    let kept = Inbox::source_watermark(
        &mut receiver.store.database.read().await.unwrap(),
        "signaling",
    )
    .await
    .unwrap();
    assert_eq!(kept, Some(second));
    sender.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn edg_30_twice_and_in_reverse_is_the_same() {
    let mut receiver = Receiver::new().await;
    let (one, two) = (batch(vec![event(1)]), batch(vec![event(2), event(2)]));
    for delivered in [&two, &one, &two, &one] {
        receiver.handler.accept(delivered.clone()).await.unwrap();
    }
    let mut applied = Vec::new();
    while let Ok(id) = receiver.applied.try_recv() {
        applied.push(id);
    }
    assert_eq!(applied, ["e2", "e1"]);
}

#[tokio::test]
async fn delivered_events_are_forgotten_after_a_day_and_others_never() {
    let sender = Sender::new().await;
    sender.append(0..3).await;
    let later = UnixMs(3 + 24 * 60 * 60 * 1000);
    assert_eq!(sender.outbox.prune(later).await.unwrap(), 0);
    let pending = sender.outbox.pending("scheduler").await.unwrap();
    sender
        .outbox
        .delivered("scheduler", pending.last - 1)
        .await
        .unwrap();
    assert_eq!(sender.outbox.prune(later).await.unwrap(), 2);
    let left = sender.outbox.pending("scheduler").await.unwrap();
    assert_eq!(left.events, [event(2)]);
}

#[tokio::test]
async fn sig_269_events_wait_for_nobody_who_is_told_nothing_any_longer() {
    let sender = Sender::new().await;
    sender.append(0..10).await;
    // One that is gone took three of them, another one all.
    sender.outbox.delivered("gone", 3).await.unwrap();
    sender.outbox.delivered("scheduler", 10).await.unwrap();
    let late = clock::now() + 48 * 3_600_000;
    assert_eq!(sender.outbox.prune(late).await.unwrap(), 3);
    sender.outbox.keep_only(&["scheduler"]).await.unwrap();
    assert_eq!(sender.outbox.prune(late).await.unwrap(), 7);
    let pending = sender.outbox.pending("scheduler").await.unwrap();
    assert!(
        pending.events.is_empty() && pending.last == 10,
        "the other one goes on"
    );
}
