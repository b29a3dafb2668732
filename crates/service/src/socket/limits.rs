//! What sockets may hold, send and take their time for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limiter::Rate;

/// Smallest frame limit: a ticket with a whole booking still fits into a `join`.
const FRAME_BYTES_MIN: usize = 4 * 1024;

/// Limits of sockets. Each is a key of the settings, and counted by [`crate::limits::Limit`] when it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SocketLimits {
    /// Sockets at once of one person.
    pub connections_per_user: usize,
    /// Largest frame and message, in bytes.
    pub frame_bytes: usize,
    /// How long a new socket may take to send its first frame, in milliseconds.
    pub join_timeout_ms: u64,
    /// A write that makes no progress for this long ends the socket, in milliseconds.
    pub write_timeout_ms: u64,
    /// Frames that may wait for one socket.
    pub queue_frames: usize,
    /// Bytes that may wait for one socket.
    pub queue_bytes: usize,
    /// Frames a second of one socket, in the long run.
    pub frames_per_second: u32,
    /// Frames at once of one socket; never less than those of a second.
    pub frames_burst: u32,
    /// Frames of all sockets of one person: as many as this number of sockets may send.
    pub frames_user_factor: u32,
    /// Frames of all sockets of one address: as many as this number of sockets may send. Loopback is not
    /// counted, unless a trusted proxy names it.
    pub frames_address_factor: u32,
    /// First frames a second of one address, in the long run.
    pub joins_per_second: u32,
    /// First frames at once of one address; never less than those of a second.
    pub joins_burst: u32,
    /// Least time between fetches of the ticket keys that unknown `kid`s ask for, in milliseconds.
    pub jwks_refetch_ms: u64,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            connections_per_user: 250,
            frame_bytes: wire::MAX_FRAME_BYTES,
            join_timeout_ms: 5_000,
            write_timeout_ms: 10_000,
            queue_frames: wire::QUEUE_FRAMES,
            queue_bytes: wire::QUEUE_BYTES,
            frames_per_second: 100,
            frames_burst: 200,
            frames_user_factor: 10,
            frames_address_factor: 50,
            joins_per_second: 50,
            joins_burst: 50,
            jwks_refetch_ms: 5_000,
        }
    }
}

impl SocketLimits {
    /// Names the key whose value can't be used, and why.
    ///
    /// # Errors
    /// The first such key.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let above_0 = [
            ("connections_per_user", self.connections_per_user > 0),
            ("join_timeout_ms", self.join_timeout_ms > 0),
            ("write_timeout_ms", self.write_timeout_ms > 0),
            ("queue_frames", self.queue_frames > 0),
            ("frames_per_second", self.frames_per_second > 0),
            ("frames_user_factor", self.frames_user_factor > 0),
            ("frames_address_factor", self.frames_address_factor > 0),
            ("joins_per_second", self.joins_per_second > 0),
            ("jwks_refetch_ms", self.jwks_refetch_ms > 0),
        ];
        if let Some((key, _)) = above_0.into_iter().find(|(_, good)| !good) {
            return Err((key, "is not above 0".to_owned()));
        }
        if self.frame_bytes < FRAME_BYTES_MIN {
            return Err(("frame_bytes", format!("is below {FRAME_BYTES_MIN}")));
        }
        if self.queue_bytes < self.frame_bytes {
            return Err(("queue_bytes", "is below frame_bytes".to_owned()));
        }
        Ok(())
    }

    /// Frames of one socket.
    #[must_use]
    pub fn frames(&self) -> Rate {
        rate(self.frames_per_second, self.frames_burst, 1)
    }

    /// Frames of one person.
    #[must_use]
    pub fn frames_per_user(&self) -> Rate {
        rate(
            self.frames_per_second,
            self.frames_burst,
            self.frames_user_factor,
        )
    }

    /// Frames of one address.
    #[must_use]
    pub fn frames_per_address(&self) -> Rate {
        rate(
            self.frames_per_second,
            self.frames_burst,
            self.frames_address_factor,
        )
    }

    /// Joins of one address.
    #[must_use]
    pub fn joins(&self) -> Rate {
        rate(self.joins_per_second, self.joins_burst, 1)
    }

    /// How long a new socket may take to send its first frame.
    #[must_use]
    pub fn join_timeout(&self) -> Duration {
        Duration::from_millis(self.join_timeout_ms)
    }

    /// Least time between fetches that unknown `kid`s ask for.
    #[must_use]
    pub fn jwks_refetch(&self) -> Duration {
        Duration::from_millis(self.jwks_refetch_ms)
    }
}

fn rate(per_second: u32, burst: u32, times: u32) -> Rate {
    Rate {
        per_second: per_second.saturating_mul(times),
        burst: burst.max(per_second).saturating_mul(times),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_can_not_be_used_is_named() {
        assert_eq!(SocketLimits::default().check(), Ok(()));
        let narrow = SocketLimits {
            queue_bytes: 10_000,
            ..SocketLimits::default()
        };
        assert_eq!(narrow.check().unwrap_err().0, "queue_bytes");
    }
}
