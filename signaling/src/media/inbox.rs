//! From a stored event to what it changes: one at a time, in the order in which they came.

use std::sync::Arc;
use std::time::Duration;

use service::clock::now;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use wire::{MediaBackend, UnixMs};

use super::heard::{Heard, Unreadable};
use super::rooms::{Applied, Rooms};
use super::store::{Letter, LetterState, MediaStore};
use crate::store::StoreError;

/// How long an event of a session that is not known here is kept, in milliseconds.
const PARKED_FOR_MS: i64 = 10 * 60_000;
/// How often is looked though nothing seems to have come: `rendezvous media replay` is another process.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Pause after the store failed.
const STORE_RETRY: Duration = Duration::from_secs(1);
/// How often what can't come again is forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// Reads an event's body.
pub(crate) type Read = fn(&str) -> Result<Heard, Unreadable>;

type Outcome = (i64, LetterState, Option<String>);

/// Applies what is in the inbox of one server.
#[derive(Debug, Clone)]
pub(crate) struct Applier {
    pub(crate) kind: MediaBackend,
    pub(crate) rooms: Rooms,
    pub(crate) store: MediaStore,
    pub(crate) read: Read,
    /// Something was stored.
    pub(crate) arrived: Arc<Notify>,
}

impl Applier {
    /// Applies for as long as it is polled.
    pub(crate) async fn run(&self) {
        let mut pruned = Instant::now();
        loop {
            if let Err(error) = self.look().await {
                tracing::error!(%error, "the media inbox can't be read or written");
                sleep(STORE_RETRY).await;
                continue;
            }
            if pruned.elapsed() >= PRUNE_EVERY {
                pruned = Instant::now();
                if let Err(error) = self.store.prune(now()).await {
                    tracing::warn!(%error, "nothing of the media inbox was pruned");
                }
            }
            let waited = async {
                tokio::select! {
                    () = self.arrived.notified() => {}
                    () = self.rooms.a_newcomer() => {}
                }
            };
            // Nothing came: then it is looked all the same.
            let _ = timeout(LOOK_EVERY, waited).await;
        }
    }

    async fn look(&self) -> Result<(), StoreError> {
        loop {
            let letters = self.store.letters(self.kind, LetterState::New, 0).await?;
            if letters.is_empty() {
                break;
            }
            let outcomes: Vec<_> = letters.iter().map(|letter| self.apply(letter)).collect();
            self.store.file(&outcomes).await?;
        }
        let mut after = 0;
        loop {
            let parked = self
                .store
                .letters(self.kind, LetterState::Parked, after)
                .await?;
            let Some(last) = parked.last() else {
                return Ok(());
            };
            after = last.position;
            let outcomes: Vec<_> = parked
                .iter()
                .filter_map(|letter| self.apply_parked(letter, now()))
                .collect();
            self.store.file(&outcomes).await?;
        }
    }

    fn apply(&self, letter: &Letter) -> Outcome {
        let done = (letter.position, LetterState::Done, None);
        let applied = match (self.read)(&letter.body) {
            Ok(Heard::News { room, news }) => self.rooms.apply(&room, news, now()),
            Ok(Heard::Hint { room }) => self.rooms.ask_about(&room, now()),
            Ok(Heard::Nothing) => {
                self.count("ignored");
                return done;
            }
            Err(unreadable) => {
                self.count("dead");
                tracing::error!(position = letter.position, %unreadable, "a media event is laid aside");
                return (
                    letter.position,
                    LetterState::Dead,
                    Some(unreadable.to_string()),
                );
            }
        };
        match applied {
            Applied::Taken => {
                self.count("applied");
                done
            }
            Applied::Unknown => {
                self.count("parked");
                (letter.position, LetterState::Parked, None)
            }
        }
    }

    /// None where it goes on waiting.
    fn apply_parked(&self, letter: &Letter, now: UnixMs) -> Option<Outcome> {
        let room = match (self.read)(&letter.body) {
            Ok(Heard::News { room, .. } | Heard::Hint { room }) => room,
            Ok(Heard::Nothing) | Err(_) => String::new(),
        };
        if self.rooms.knows(&room) {
            return Some(self.apply(letter));
        }
        let is_old = now.since(letter.received_at) >= PARKED_FOR_MS;
        is_old.then(|| {
            self.count("dropped");
            let why = "no session here has this room".to_owned();
            (letter.position, LetterState::Done, Some(why))
        })
    }

    fn count(&self, outcome: &'static str) {
        metrics::counter!("signaling_media_events_total", "server" => self.kind.name(), "outcome" => outcome)
            .increment(1);
    }
}
