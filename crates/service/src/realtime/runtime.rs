//! Start and stop of a realtime service: what is opened first, what is watched, what ends in which order.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{ConnectionContext, RealtimeConfig, ReceivedOrigins};
use crate::health::Readiness;
use crate::http::{self, ListenerConfig};
use crate::lifecycle::{Shutdown, Tasks};
use crate::listeners::{self, Listeners};
use crate::origin::AllowedOrigins;
use crate::socket::{ConnectionLimiter, SocketLimits};
use crate::start_error::StartError;
use crate::tickets::{JwksSource, TicketVerifier};

/// Longest wait for sockets to finish their closing handshake when the service stops.
const SOCKETS_LIMIT: Duration = Duration::from_secs(3);

/// The tasks of a realtime service, and what they need of it.
pub struct Runtime {
    /// Asks the other services.
    pub client: reqwest::Client,
    /// Checks of `/health/ready`.
    pub readiness: Readiness,
    /// Everything that is no socket; waited for at the end.
    pub tasks: Tasks,
    /// Both stages of the stop.
    pub shutdown: Shutdown,
    /// Cancelled when the sockets are closed: the store's writer commits what is left and ends.
    pub stop: CancellationToken,
    sockets: Tasks,
    listener: ListenerConfig,
    origins: AllowedOrigins,
    limiter: ConnectionLimiter,
    keys: JwksSource,
    directory: PathBuf,
}

impl Runtime {
    /// Checks the settings; nothing runs yet.
    ///
    /// # Errors
    /// When an origin or a proxy can't be read.
    pub fn new(
        service: &'static str,
        config: &RealtimeConfig,
        http: http::Limits,
        sockets: SocketLimits,
        shutdown: Shutdown,
    ) -> Result<Self, StartError> {
        tracing::info!(service, public_url = config.public_url, "starts");
        let directory = config.data_dir.join(service);
        Ok(Self {
            client: http::client(),
            readiness: Readiness::new(),
            tasks: Tasks::new(),
            shutdown,
            stop: CancellationToken::new(),
            sockets: Tasks::new(),
            listener: ListenerConfig::new(http, &config.trusted_proxies)?,
            origins: AllowedOrigins::new(&config.allowed_origins).map_err(StartError::Config)?,
            limiter: ConnectionLimiter::new(sockets),
            keys: JwksSource {
                scheduler_url: config.scheduler_url.clone(),
                issuer: config
                    .issuer
                    .as_ref()
                    .unwrap_or(&config.scheduler_url)
                    .clone(),
                cache: directory.join("jwks.json"),
                refetch: sockets.jwks_refetch(),
            },
            directory,
        })
    }

    /// Where the service's own files lie: `<data_dir>/<service>`.
    #[must_use]
    pub fn directory(&self) -> &PathBuf {
        &self.directory
    }

    /// Runs `future` until [`Runtime::stop`].
    pub fn spawn_until_stop<F>(&self, name: &'static str, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tasks.spawn(name, async move {
            tokio::select! {
                () = future => {}
                () = stop.cancelled() => {}
            }
        });
    }

    /// Takes what applications say of their origins, for every connection from then on.
    #[must_use]
    pub fn received_origins(&self) -> ReceivedOrigins {
        ReceivedOrigins::load(self.origins.clone(), &self.directory)
    }

    /// Starts fetching ticket keys, and has readiness wait for the first of them.
    #[must_use]
    pub fn connections(&self) -> ConnectionContext {
        let tickets = TicketVerifier::start(
            self.keys.clone(),
            self.client.clone(),
            &self.tasks,
            &self.shutdown,
        );
        let verifier = tickets.clone();
        self.readiness.check("ticket_keys", move || {
            let has_key = verifier.has_key();
            async move { has_key.then_some(()).ok_or("no ticket key yet".to_owned()) }
        });
        ConnectionContext {
            tickets,
            origins: self.origins.clone(),
            limiter: self.limiter.clone(),
            sockets: self.sockets.clone(),
            shutdown: self.shutdown.clone(),
            reconnect_backoff: Arc::default(),
        }
    }

    /// Runs `goodbye` at the first sign of a stop: every socket is told when to come back.
    pub fn on_shutdown(&self, goodbye: impl FnOnce() + Send + 'static) {
        let shutdown = self.shutdown.clone();
        self.tasks.spawn("goodbye", async move {
            shutdown.started().await;
            goodbye();
        });
    }

    /// Serves until the shutdown. Then the sockets are closed, which still tell the core how they ended; then
    /// `writer` ends, then the rest of the tasks, for `tasks_limit` at most.
    ///
    /// # Errors
    /// When the listener fails for good.
    pub async fn serve(
        self,
        listeners: Listeners,
        app: Router,
        writer: JoinHandle<()>,
        tasks_limit: Duration,
    ) -> Result<(), StartError> {
        let (front, readiness) = (self.listener, self.readiness);
        listeners::serve(listeners, app, readiness, front, self.shutdown).await?;
        self.sockets.close_or_cut("sockets", SOCKETS_LIMIT).await;
        self.stop.cancel();
        if writer.await.is_err() {
            tracing::warn!("the store's writer was cut");
        } else {
            self.tasks.close_or_cut("tasks", tasks_limit).await;
        }
        tracing::info!("stops");
        Ok(())
    }
}
