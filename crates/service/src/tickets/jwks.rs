//! The scheduler's public keys: fetched, refreshed, and kept on disk for when it is down.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use wire::{ChatClaims, SignalingClaims, TicketAudience, TicketHeaderClaims, UnixMs};

use super::verify::{Expected, verify};
use super::{KeySet, TicketFault};
use crate::lifecycle::{Shutdown, Tasks};
use crate::limits::Limit;
use crate::secret_file;

/// Pause after a fetch that failed.
const RETRY: Duration = Duration::from_millis(500);
/// Longest wait for the keys; with [`RETRY`] they are asked for at least every 2 s.
const FETCH_TIMEOUT: Duration = Duration::from_secs(1);
/// How often the keys are fetched anew: a revoked key counts for so long at most, while the scheduler
/// answers. Small, because the set is.
const REFRESH: Duration = Duration::from_secs(5);
/// How long a ticket with an unknown `kid` waits for a fetch.
const UNKNOWN_KID_WAIT: Duration = Duration::from_secs(1);
/// Largest JWK set, in bytes.
const MAX_JWKS_BYTES: usize = 64 * 1024;

/// Where the keys come from.
#[derive(Debug, Clone)]
pub struct JwksSource {
    /// The scheduler's public address; `/.well-known/jwks.json` is fetched there.
    pub scheduler_url: String,
    /// What the `iss` of each ticket must be: the scheduler's public address.
    pub issuer: String,
    /// Where the last good copy is kept, as `<data-dir>/chat/jwks.json`.
    pub cache: PathBuf,
    /// Least time between fetches that unknown `kid`s ask for: anybody can ask as often as they like.
    pub refetch: Duration,
}

/// Verifies tickets. Clones share the keys.
#[derive(Debug, Clone)]
pub struct TicketVerifier {
    state: Arc<VerifierState>,
}

#[derive(Debug)]
struct VerifierState {
    keys: RwLock<Arc<KeySet>>,
    issuer: String,
    /// A `kid` was not known.
    wanted: Notify,
    /// Rises with each fetch, whether it succeeded or not.
    fetches: watch::Sender<u64>,
    /// False where keys were given and nothing fetches.
    fetching: bool,
}

impl TicketVerifier {
    /// One with these keys and no others, for tickets of this issuer; for the scheduler itself, and for tests.
    #[must_use]
    pub fn with_keys(keys: KeySet, issuer: &str) -> Self {
        Self::new(keys, issuer.to_owned(), false)
    }

    /// Starts with the copy on disk, if any, and fetches from now on. Does not wait: until the first
    /// keys are there every ticket is `unknown_key`, and [`TicketVerifier::has_key`] is false.
    pub fn start(
        source: JwksSource,
        client: reqwest::Client,
        tasks: &Tasks,
        shutdown: &Shutdown,
    ) -> Self {
        let kept = std::fs::read_to_string(&source.cache)
            .ok()
            .and_then(|json| KeySet::from_jwks(&json).ok())
            .unwrap_or_default();
        let verifier = Self::new(kept, source.issuer.clone(), true);
        let fetcher = JwksFetcher {
            url: format!(
                "{}/.well-known/jwks.json",
                source.scheduler_url.trim_end_matches('/')
            ),
            cache: source.cache,
            refetch: source.refetch,
            client,
            state: Arc::clone(&verifier.state),
        };
        let shutdown = shutdown.clone();
        tasks.spawn("jwks", async move {
            tokio::select! {
                () = fetcher.fetch_forever() => {}
                () = shutdown.started() => {}
            }
        });
        verifier
    }

    fn new(keys: KeySet, issuer: String, fetching: bool) -> Self {
        Self {
            state: Arc::new(VerifierState {
                keys: RwLock::new(Arc::new(keys)),
                issuer,
                wanted: Notify::new(),
                fetches: watch::Sender::new(0),
                fetching,
            }),
        }
    }

    /// True once a key is in hand; a check of readiness.
    #[must_use]
    pub fn has_key(&self) -> bool {
        !self.state.keys().is_empty()
    }

    /// Verifies a ticket to join a session.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn signaling(
        &self,
        ticket: &str,
        now: UnixMs,
    ) -> Result<SignalingClaims, TicketFault> {
        self.verify(ticket, TicketAudience::Signaling, now).await
    }

    /// Verifies a ticket to chat.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn chat(&self, ticket: &str, now: UnixMs) -> Result<ChatClaims, TicketFault> {
        self.verify(ticket, TicketAudience::Chat, now).await
    }

    /// Verifies an operator's ticket.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn operator(
        &self,
        ticket: &str,
        now: UnixMs,
    ) -> Result<TicketHeaderClaims, TicketFault> {
        self.verify(ticket, TicketAudience::Operator, now).await
    }

    async fn verify<C: DeserializeOwned>(
        &self,
        ticket: &str,
        audience: TicketAudience,
        now: UnixMs,
    ) -> Result<C, TicketFault> {
        let issuer = self.state.issuer.as_str();
        let expected = Expected { issuer, audience };
        let outcome = verify(ticket, expected, &self.state.keys(), now);
        let outcome = match outcome {
            Err(TicketFault::UnknownKey) if self.state.fetching => {
                self.await_fetch().await;
                verify(ticket, expected, &self.state.keys(), now)
            }
            outcome => outcome,
        };
        if let Err(TicketFault::BadIssuer) = &outcome {
            // Signed with the scheduler's key: more likely a setting that differs than a stranger.
            tracing::debug!(
                issuer,
                "a ticket's iss is another: is scheduler.public_url the same for each service?"
            );
        }
        if let Err(fault) = &outcome {
            metrics::counter!("tickets_refused_total", "reason" => fault.reason()).increment(1);
        }
        outcome
    }

    /// Asks for a fetch and waits for one, a little; the keys may just have been changed.
    async fn await_fetch(&self) {
        let mut fetches = self.state.fetches.subscribe();
        self.state.wanted.notify_one();
        drop(tokio::time::timeout(UNKNOWN_KID_WAIT, fetches.changed()).await);
    }
}

impl VerifierState {
    fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, keys: KeySet) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }
}

struct JwksFetcher {
    url: String,
    cache: PathBuf,
    refetch: Duration,
    client: reqwest::Client,
    state: Arc<VerifierState>,
}

impl JwksFetcher {
    async fn fetch_forever(&self) {
        // A key that is new is fetched at once; only then do those who ask for more have to wait.
        let mut asked_at: Option<Instant> = None;
        loop {
            let fetched = self.fetch().await;
            let next = match &fetched {
                Ok(()) => REFRESH,
                Err(error) => {
                    tracing::debug!(error, "the ticket keys were not fetched");
                    RETRY
                }
            };
            self.state.fetches.send_modify(|fetches| *fetches += 1);
            tokio::select! {
                () = tokio::time::sleep(next) => {}
                () = self.state.wanted.notified() => {
                    let now = Instant::now();
                    let at = asked_at.map_or(now, |last| last + self.refetch.min(next));
                    if at > now {
                        Limit::JwksRefetch.hit();
                    }
                    tokio::time::sleep_until(at).await;
                    asked_at = Some(Instant::now());
                }
            }
        }
    }

    async fn fetch(&self) -> Result<(), String> {
        let failed = |error: reqwest::Error| error.without_url().to_string();
        let request = self.client.get(&self.url).timeout(FETCH_TIMEOUT);
        let response = request.send().await.map_err(failed)?;
        let response = response.error_for_status().map_err(failed)?;
        let body = response.bytes().await.map_err(failed)?;
        if body.len() > MAX_JWKS_BYTES {
            return Err("the JWK set is too large".to_owned());
        }
        let json = std::str::from_utf8(&body).map_err(|_| "the JWK set is no text".to_owned())?;
        self.state.replace(KeySet::from_jwks(json)?);
        if let Err(error) = secret_file::replace(&self.cache, &body) {
            tracing::warn!(%error, path = %self.cache.display(), "the ticket keys were not kept");
        }
        Ok(())
    }
}
