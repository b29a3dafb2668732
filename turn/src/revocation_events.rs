//! What signaling and the scheduler tell: who was removed from a session, and which sessions are over. Their
//! credentials relay nothing from then on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bus::{AcceptError, EventHandler, EventsSecret};
use service::clock::now;
use service::health::Readiness;
use service::{StartError, Tasks};
use tokio_util::sync::CancellationToken;
use turn_core::Input;
use wire::EventBatch;

use crate::relay::Relay;
use crate::revocation_store::{Revocation, RevocationStore};

/// How often what has run out is forgotten on disk.
const PRUNE_EVERY: Duration = Duration::from_secs(600);

/// Applies batches to the relay, each event once.
pub(crate) struct RevocationEvents {
    relay: Relay,
    store: RevocationStore,
    life_ms: i64,
    secret: EventsSecret,
}

impl RevocationEvents {
    /// Opens the store in `data_dir`, and lets the relay know what stands there. Credentials are good for
    /// `life_ms` at most.
    ///
    /// # Errors
    /// When the store or the services' secret can't be opened or read.
    pub(crate) async fn open(
        data_dir: &Path,
        relay: Relay,
        life_ms: i64,
    ) -> Result<Arc<Self>, StartError> {
        let secret = EventsSecret::load_or_create(data_dir)?;
        let store = RevocationStore::open(data_dir).await?;
        let known = store.load(now()).await;
        let known = known.map_err(|error| StartError::Listen(std::io::Error::other(error)))?;
        let events = Self {
            relay,
            store,
            life_ms,
            secret,
        };
        known.iter().for_each(|revocation| events.apply(revocation));
        Ok(Arc::new(events))
    }

    /// `POST /v1/events`, for the private listener.
    pub(crate) fn routes(self: &Arc<Self>) -> axum::Router {
        bus::routes(self.secret.clone(), Arc::clone(self))
    }

    /// Watches the store, and keeps it small until `stop`.
    pub(crate) fn keep(
        self: &Arc<Self>,
        readiness: &Readiness,
        tasks: &Tasks,
        stop: CancellationToken,
    ) {
        let store = self.store.clone();
        readiness.check("store", move || {
            let store = store.clone();
            async move { store.probe().await }
        });
        let store = self.store.clone();
        tasks.spawn("turn prune", async move {
            while let Err(()) = stop_within(&stop, PRUNE_EVERY).await {
                if let Err(error) = store.prune(now()).await {
                    tracing::warn!(%error, "revocations that are over were not deleted");
                }
            }
        });
    }

    /// Closes the store.
    pub(crate) async fn close(&self) {
        self.store.close().await;
    }

    fn apply(&self, revocation: &Revocation) {
        self.relay.take(Input::Revoked {
            session: &revocation.session,
            user: revocation.person.as_deref(),
            until: revocation.until,
        });
    }
}

impl EventHandler for RevocationEvents {
    async fn accept(&self, batch: EventBatch) -> Result<(), AcceptError> {
        for revocation in self.store.take(&batch, self.life_ms, now()).await? {
            tracing::info!(session = revocation.session, "credentials revoked");
            self.apply(&revocation);
        }
        Ok(())
    }
}

/// `Err` when the span has passed without a stop.
async fn stop_within(stop: &CancellationToken, span: Duration) -> Result<(), ()> {
    let stopped = tokio::time::timeout(span, stop.cancelled()).await;
    stopped.map_err(drop)
}
