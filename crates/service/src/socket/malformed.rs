//! When a client has sent too much that makes no sense; pure.

use wire::UnixMs;

/// Malformed frames that close a socket.
const LIMIT: usize = 3;
/// Within how long, in milliseconds.
const WINDOW_MS: i64 = 10_000;

/// Remembers when the last malformed frames came.
#[derive(Debug, Clone, Default)]
pub struct MalformedCounter {
    seen: [Option<UnixMs>; LIMIT - 1],
}

impl MalformedCounter {
    /// Counts one. True when it is the third within 10 s: close with 4500.
    #[must_use]
    pub fn count(&mut self, now: UnixMs) -> bool {
        let [older, newer] = self.seen;
        self.seen = [newer, Some(now)];
        older.is_some_and(|older| now.since(older) < WINDOW_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_14_the_third_within_ten_seconds_is_too_much() {
        let mut counter = MalformedCounter::default();
        assert!(!counter.count(UnixMs(0)));
        assert!(!counter.count(UnixMs(5_000)));
        assert!(counter.count(UnixMs(9_999)));

        let mut counter = MalformedCounter::default();
        assert!(!counter.count(UnixMs(0)));
        assert!(!counter.count(UnixMs(5_000)));
        assert!(!counter.count(UnixMs(10_000)));
        assert!(counter.count(UnixMs(10_001)));
    }
}
