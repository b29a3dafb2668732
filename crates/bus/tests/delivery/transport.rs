//! The publisher with a transport that is no HTTP.

use std::sync::atomic::AtomicU32;

use bus::{EventTransport, NodeId, OutboxPublisher, TransportError};
use service::{Shutdown, Tasks};
use storage::Outbox;
use tokio::sync::mpsc;
use wire::EventBatch;

use crate::server::all_ended;
use crate::store::Store;
use crate::{LIMIT, event, spend};

/// Hands batches to the test; loses as many as it is told to.
struct ChannelTransport {
    batches: mpsc::Sender<(&'static str, EventBatch)>,
    lose: AtomicU32,
}

impl EventTransport for ChannelTransport {
    fn destinations(&self) -> Vec<&'static str> {
        vec!["scheduler"]
    }

    async fn deliver(
        &self,
        destination: &'static str,
        batch: &EventBatch,
    ) -> Result<(), TransportError> {
        let sent = self.batches.send((destination, batch.clone())).await;
        sent.map_err(|error| TransportError::NoAnswer(error.into()))?;
        match spend(&self.lose) {
            true => Err(TransportError::NoAnswer("it was lost".into())),
            false => Ok(()),
        }
    }
}

#[tokio::test]
async fn edg_68_any_transport_gets_each_batch_until_it_has_taken_it() {
    let store = Store::open().await;
    let outbox = Outbox::new(store.database.clone());
    let mut transaction = store.database.begin().await.unwrap();
    Outbox::append_all(&mut transaction, &[event(1), event(2)])
        .await
        .unwrap();
    transaction.commit().await.unwrap();

    let (batches, mut delivered) = mpsc::channel(16);
    let lose = AtomicU32::new(1);
    let (tasks, shutdown) = (Tasks::new(), Shutdown::new());
    let node = NodeId::load_or_create(store.directory.path()).unwrap();
    let transport = ChannelTransport { batches, lose };
    OutboxPublisher::new(outbox.clone(), "signaling", node.clone(), transport)
        .start(&tasks, &shutdown);

    let mut next = async || {
        tokio::time::timeout(LIMIT, delivered.recv())
            .await
            .unwrap()
            .unwrap()
    };
    let (destination, first) = next().await;
    assert_eq!(
        (destination, first.source.as_str()),
        ("scheduler", "signaling")
    );
    assert_eq!(first.node, node.as_str());
    assert_eq!(first.events, [event(1), event(2)]);
    let (_, again) = next().await;
    assert_eq!(again.events, first.events);
    // What was taken does not come again: the next batch is what follows.
    let mut transaction = store.database.begin().await.unwrap();
    Outbox::append(&mut transaction, &event(3)).await.unwrap();
    transaction.commit().await.unwrap();
    outbox.wake();
    let (_, third) = next().await;
    assert_eq!(third.events, [event(3)]);

    shutdown.start();
    all_ended(&tasks).await;
}
