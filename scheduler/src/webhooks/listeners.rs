//! Open streams of listeners: one of each, the newest. What no stream is open for waits in the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use service::http::HttpError;
use tokio::sync::Notify;

/// Streams at once.
const MAX_STREAMS: usize = 1_000;
/// When to try again where there are too many, in milliseconds.
const RETRY_AFTER_MS: u64 = 5_000;

/// All open streams. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct OpenListeners {
    turns: Arc<Mutex<Turns>>,
    woken: Arc<Notify>,
}

#[derive(Default)]
struct Turns {
    last: u64,
    of: HashMap<String, u64>,
}

/// The right of one stream to serve its listener, until another one takes it; dropping it gives it back.
pub(crate) struct ListenerTurn {
    open: OpenListeners,
    listener: String,
    number: u64,
}

impl OpenListeners {
    /// Opens the stream of a listener, in place of the one that is open; 429 when there are too many.
    pub(crate) fn take(&self, listener: &str) -> Result<ListenerTurn, HttpError> {
        let mut turns = self.turns.lock().expect("no holder panics");
        if turns.of.len() >= MAX_STREAMS && !turns.of.contains_key(listener) {
            metrics::counter!("webhook_listeners_refused_total").increment(1);
            return Err(HttpError::rate_limited(RETRY_AFTER_MS));
        }
        turns.last += 1;
        let number = turns.last;
        turns.of.insert(listener.to_owned(), number);
        drop(turns);
        self.wake();
        Ok(ListenerTurn {
            open: self.clone(),
            listener: listener.to_owned(),
            number,
        })
    }

    /// True while a stream of the listener is open.
    pub(crate) fn is_open(&self, listener: &str) -> bool {
        let turns = self.turns.lock().expect("no holder panics");
        turns.of.contains_key(listener)
    }

    /// Has every stream look for what waits.
    pub(crate) fn wake(&self) {
        self.woken.notify_waiters();
    }

    /// Until something may wait.
    pub(crate) async fn woken(&self) {
        self.woken.notified().await;
    }
}

impl ListenerTurn {
    /// The listener that it serves.
    pub(crate) fn listener(&self) -> &str {
        &self.listener
    }

    /// False once another stream has taken over.
    pub(crate) fn is_held(&self) -> bool {
        let turns = self.open.turns.lock().expect("no holder panics");
        turns.of.get(&self.listener) == Some(&self.number)
    }
}

impl Drop for ListenerTurn {
    fn drop(&mut self) {
        let mut turns = self.open.turns.lock().expect("no holder panics");
        if turns.of.get(&self.listener) == Some(&self.number) {
            turns.of.remove(&self.listener);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sch_309_the_newest_stream_of_a_listener_is_the_one() {
        let open = OpenListeners::default();
        let first = open.take("l").unwrap();
        let second = open.take("l").unwrap();
        assert!(!first.is_held() && second.is_held());
        drop(first);
        assert!(second.is_held(), "an old stream ends no newer one");
        drop(second);
        assert!(open.turns.lock().unwrap().of.is_empty());
    }
}
