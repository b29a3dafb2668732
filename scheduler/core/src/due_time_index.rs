//! The due times of the next minute, in order: one index and one timer instead of a task per job.
//!
//! It says when to poll the stored jobs, not what is due: the stored jobs say that.

use std::collections::BTreeSet;

use wire::UnixMs;

/// How far ahead due times are held.
const SPAN_MS: i64 = 60_000;
/// Distinct due times that are held; beyond it the poll finds what the index does not know.
const MAX_TIMES: usize = 100_000;

/// The due times of the next minute.
#[derive(Debug, Default)]
pub struct DueTimeIndex {
    times: BTreeSet<UnixMs>,
}

impl DueTimeIndex {
    /// How far ahead from `now` due times are worth adding.
    #[must_use]
    pub fn until(now: UnixMs) -> UnixMs {
        now + SPAN_MS
    }

    /// Adds a due time, unless it is more than a minute ahead or the index is full.
    pub fn add(&mut self, now: UnixMs, due_at: UnixMs) {
        if due_at <= Self::until(now) && self.times.len() < MAX_TIMES {
            self.times.insert(due_at);
        }
    }

    /// Removes every time that has come; true when there was one.
    pub fn take_due(&mut self, now: UnixMs) -> bool {
        let later = self.times.split_off(&(now + 1));
        let due = !self.times.is_empty();
        self.times = later;
        due
    }

    /// The next time, if one is known.
    #[must_use]
    pub fn next_deadline(&self) -> Option<UnixMs> {
        self.times.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_000_000);

    #[test]
    fn sch_14_times_come_in_order_and_only_when_due() {
        let mut due_times = DueTimeIndex::default();
        for after in [30, 10, 20, 10] {
            due_times.add(NOW, NOW + after);
        }
        assert_eq!(due_times.next_deadline(), Some(NOW + 10));
        assert!(!due_times.take_due(NOW + 9));
        assert!(due_times.take_due(NOW + 20));
        assert_eq!(due_times.next_deadline(), Some(NOW + 30));
    }

    #[test]
    fn sch_14_what_is_more_than_a_minute_ahead_is_left_to_the_rows() {
        let mut due_times = DueTimeIndex::default();
        due_times.add(NOW, NOW + SPAN_MS + 1);
        assert_eq!(due_times.next_deadline(), None);
        due_times.add(NOW, NOW + SPAN_MS);
        assert_eq!(due_times.next_deadline(), Some(NOW + SPAN_MS));
    }
}
