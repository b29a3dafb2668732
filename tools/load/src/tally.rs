//! What was counted and how long things took, shared by all tasks of a run.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;

/// Longest span that is recorded, in nanoseconds: an hour; longer counts as that.
const LONGEST_NS: u64 = 3_600_000_000_000;
/// Shortest span that is recorded, in nanoseconds.
const SHORTEST_NS: u64 = 1_000;
/// Three digits: the error is below a thousandth.
const DIGITS: u8 = 3;
/// Kinds of errors that are counted apart; codes come from the server, and must not fill the memory.
const MAX_CODES: usize = 200;
/// Where further kinds of errors are counted.
const OTHER_CODES: &str = "other";

/// What takes time, or comes late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Span {
    /// From a connection's first packet to being in.
    Join,
    /// From sending a frame to the other one's having it.
    Message,
    /// From the offer to the last frame of an exchange.
    Exchange,
    /// From the first connection of a pair to the last close.
    Session,
    /// How late `countdown` came after the start.
    CountdownLate,
    /// How late `live` came after `live_at`.
    LiveLate,
    /// How late `ended` came after `deadline_at`.
    EndedLate,
    /// How late the generator itself began what was due.
    OwnLate,
    /// From asking for a session to having it booked.
    Booking,
    /// How late a reminder was marked.
    ReminderLate,
    /// How late the first webhook of a session's reminders came.
    WebhookLate,
    /// From sending a chat message to its acknowledgement.
    Ack,
    /// From sending a message in a group to its being with every member.
    FanOut,
    /// From the moment at which all come back to having all that was missed.
    CaughtUp,
    /// From a native pair's first join to media that is up on both sides.
    Connected,
    /// From a message over a data channel to its coming back.
    RoundTrip,
    /// From one packet of a tone to the next, as they arrive.
    PacketGap,
}

impl Span {
    /// Its name in the result.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Span::Join => "join",
            Span::Message => "message",
            Span::Exchange => "exchange",
            Span::Session => "session",
            Span::CountdownLate => "countdown_late",
            Span::LiveLate => "live_late",
            Span::EndedLate => "ended_late",
            Span::OwnLate => "generator_late",
            Span::Booking => "booking",
            Span::ReminderLate => "reminder_late",
            Span::WebhookLate => "webhook_late",
            Span::Ack => "ack",
            Span::FanOut => "fan_out",
            Span::CaughtUp => "caught_up",
            Span::Connected => "connected",
            Span::RoundTrip => "round_trip",
            Span::PacketGap => "packet_gap",
        }
    }
}

/// All that was measured; every method takes one short lock.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Counted>);

/// A copy of what was measured.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    pub(crate) spans: BTreeMap<Span, Histogram<u64>>,
    pub(crate) errors: BTreeMap<String, u64>,
    pub(crate) ends: BTreeMap<String, u64>,
    pub(crate) operations: u64,
    pub(crate) messages: u64,
}

impl Tally {
    /// Counts a span.
    pub(crate) fn took(&self, what: Span, span: Duration) {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        let mut counted = self.lock();
        counted
            .spans
            .entry(what)
            .or_insert_with(histogram)
            .saturating_record(nanos);
        counted.messages += u64::from(what == Span::Message);
    }

    /// Counts an operation that is done: a join, an exchange, a session.
    pub(crate) fn done(&self) {
        self.lock().operations += 1;
    }

    /// Counts something that went wrong.
    pub(crate) fn failed(&self, code: &str) {
        count(&mut self.lock().errors, code);
    }

    /// Counts how a session ended.
    pub(crate) fn ended(&self, reason: &str) {
        count(&mut self.lock().ends, reason);
    }

    /// How many operations are done.
    pub(crate) fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// How many joins are done.
    pub(crate) fn joins(&self) -> u64 {
        self.count_of(Span::Join)
    }

    /// How many spans of a kind were counted.
    pub(crate) fn count_of(&self, what: Span) -> u64 {
        self.lock().spans.get(&what).map_or(0, Histogram::len)
    }

    /// Forgets the spans of a kind: those of a warm-up.
    pub(crate) fn forget(&self, what: &[Span]) {
        let mut counted = self.lock();
        counted.spans.retain(|span, _| !what.contains(span));
        counted.messages = 0;
        counted.operations = 0;
    }

    /// All of it, as it stands.
    pub(crate) fn counted(&self) -> Counted {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        // Each change is one step: nothing can be half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(SHORTEST_NS, LONGEST_NS, DIGITS)
        .expect("the bounds are a factor of two apart at least, and the digits are few")
}

fn count(map: &mut BTreeMap<String, u64>, code: &str) {
    let code = match map.len() >= MAX_CODES && !map.contains_key(code) {
        true => OTHER_CODES,
        false => code,
    };
    *map.entry(code.to_owned()).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_6_quantiles_are_exact_to_a_thousandth_and_nothing_is_too_long() {
        let tally = Tally::default();
        for us in 1..=10_000 {
            tally.took(Span::Message, Duration::from_micros(us));
        }
        tally.took(Span::Message, Duration::from_secs(1_000_000));
        let counted = tally.counted();
        let spans = &counted.spans[&Span::Message];
        assert_eq!(counted.messages, 10_001);
        let p99 = spans.value_at_quantile(0.99) as f64;
        assert!((p99 / 9_901_000.0 - 1.0).abs() < 0.001, "{p99}");
        assert!(spans.max() >= LONGEST_NS);
    }

    #[test]
    fn lod_5_errors_are_counted_by_code_and_their_kinds_are_bounded() {
        let tally = Tally::default();
        for number in 0..1_000 {
            tally.failed(&format!("code_{number}"));
        }
        tally.failed("code_1");
        let counted = tally.counted();
        assert_eq!(counted.errors.values().sum::<u64>(), 1_001);
        assert_eq!(counted.errors["code_1"], 2);
        assert_eq!(counted.errors[OTHER_CODES], 800);
        assert_eq!(counted.errors.len(), MAX_CODES + 1);
    }
}
