//! What one listener holds and takes at most.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::progress::LeastRate;

/// Least room for a head: hyper takes no less.
const HEADER_BYTES_MIN: usize = 8 * 1024;
/// Longest drain: a stop ends within 10 s, and sockets and stores still follow.
const DRAIN_MS_MAX: u64 = 5_000;

/// Limits of the accept loop and of requests. Each is a key of the settings, and counted by
/// [`crate::limits::Limit`] when it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Connections at once, WebSockets included. Above it new ones are closed at once.
    pub connections: usize,
    /// Connections at once of one address. Loopback is not counted, since a reverse proxy stands there;
    /// of who comes through a trusted proxy only WebSockets are.
    pub connections_per_address: usize,
    /// Of the connections, in all and of one address, how many may be of those who have shown no good
    /// credential yet, in hundredths. Above it the oldest of them is closed for each new one.
    pub unauthenticated_percent: usize,
    /// How long the head of a request may take, idle keep-alive included, in milliseconds.
    pub header_timeout_ms: u64,
    /// Largest head of a request, in bytes; above it hyper answers 431.
    pub header_bytes: usize,
    /// Most header lines of a request; above it hyper answers 431.
    pub header_lines: usize,
    /// Largest body of a command, in bytes.
    pub body_bytes: usize,
    /// How long the sender of a body is watched before it is judged, in milliseconds.
    pub body_window_ms: u64,
    /// Least bytes a second of a body, in each window; below it 408, and the connection is closed.
    pub body_bytes_per_second: u32,
    /// How long a whole body may take, in milliseconds.
    pub body_timeout_ms: u64,
    /// How long the reader of an answer is watched while nothing more can be written, in milliseconds.
    pub answer_window_ms: u64,
    /// Least bytes a second that such a reader takes, in each window; below it the connection is closed.
    pub answer_bytes_per_second: u32,
    /// How long requests in flight may take when the service stops, in milliseconds.
    pub drain_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            connections_per_address: 1_000,
            unauthenticated_percent: 50,
            header_timeout_ms: 10_000,
            header_bytes: 32 * 1024,
            header_lines: 64,
            body_bytes: super::BODY_LIMIT,
            body_window_ms: 5_000,
            body_bytes_per_second: 500,
            body_timeout_ms: 60_000,
            answer_window_ms: 15_000,
            answer_bytes_per_second: 500,
            drain_ms: 3_000,
        }
    }
}

impl Limits {
    /// Names the key whose value can't be used, and why.
    ///
    /// # Errors
    /// The first such key.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let above_0 = [
            ("connections", self.connections > 0),
            ("connections_per_address", self.connections_per_address > 0),
            ("header_timeout_ms", self.header_timeout_ms > 0),
            ("header_lines", self.header_lines > 0),
            ("body_bytes", self.body_bytes > 0),
            ("body_window_ms", self.body_window_ms > 0),
            ("body_bytes_per_second", self.body_bytes_per_second > 0),
            ("body_timeout_ms", self.body_timeout_ms > 0),
            ("answer_window_ms", self.answer_window_ms > 0),
            ("answer_bytes_per_second", self.answer_bytes_per_second > 0),
        ];
        if let Some((key, _)) = above_0.into_iter().find(|(_, good)| !good) {
            return Err((key, "is not above 0".to_owned()));
        }
        if !(1..=100).contains(&self.unauthenticated_percent) {
            return Err(("unauthenticated_percent", "is not from 1 to 100".to_owned()));
        }
        if self.header_bytes < HEADER_BYTES_MIN {
            return Err(("header_bytes", format!("is below {HEADER_BYTES_MIN}")));
        }
        if self.drain_ms > DRAIN_MS_MAX {
            return Err(("drain_ms", format!("is above {DRAIN_MS_MAX}")));
        }
        Ok(())
    }

    /// Of `connections`, how many may be of those who have shown no good credential; one at least.
    pub(super) fn unauthenticated_of(&self, connections: usize) -> usize {
        (connections.saturating_mul(self.unauthenticated_percent) / 100).max(1)
    }

    pub(super) fn header_timeout(&self) -> Duration {
        Duration::from_millis(self.header_timeout_ms)
    }

    pub(super) fn body_rate(&self) -> LeastRate {
        let window = Duration::from_millis(self.body_window_ms);
        LeastRate::new(window, self.body_bytes_per_second)
    }

    pub(super) fn body_timeout(&self) -> Duration {
        Duration::from_millis(self.body_timeout_ms)
    }

    pub(super) fn answer_rate(&self) -> LeastRate {
        let window = Duration::from_millis(self.answer_window_ms);
        LeastRate::new(window, self.answer_bytes_per_second)
    }

    pub(super) fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_can_not_be_used_is_named() {
        assert_eq!(Limits::default().check(), Ok(()));
        let none = Limits {
            header_lines: 0,
            ..Limits::default()
        };
        assert_eq!(none.check().unwrap_err().0, "header_lines");
        let small = Limits {
            header_bytes: 100,
            ..Limits::default()
        };
        assert_eq!(small.check().unwrap_err().0, "header_bytes");
    }
}
