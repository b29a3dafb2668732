//! What is booked for each pair, and when it starts.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::now_us;
use crate::options::{Options, Scenario};

/// A start that is far away: nothing happens by itself meanwhile, in milliseconds.
pub(super) const FAR_MS: i64 = 3_600_000;
/// Longest that a session can be booked for, in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Longest that media may take, in milliseconds: no session fails because the others are still coming.
const CONNECT_MS: i64 = 300_000;

/// When sessions start, in Unix milliseconds, and how far apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Starts {
    first: i64,
    spread_ms: i64,
    /// How many sessions the spread is divided among.
    count: i64,
}

impl Starts {
    /// Those of a run: in time for every pair to join first, where the start matters.
    pub(super) fn of_run(options: &Options) -> Self {
        let now = now_us() / 1_000;
        let lead_ms = match options.scenario {
            // Media flows in the lobby as it does later.
            _ if options.media.is_some() => FAR_MS,
            Scenario::Deadlines => millis(options.lead()),
            // They stay in the lobby, so that they can join again.
            Scenario::Joins | Scenario::Idle | Scenario::Sessions => FAR_MS,
            Scenario::Exchange | Scenario::Rate => 0,
        };
        Self {
            first: now + lead_ms,
            spread_ms: millis(options.spread),
            count: i64::from(options.pairs),
        }
    }

    /// The start of session `number`.
    pub(super) fn at(self, number: u32) -> i64 {
        self.first + self.spread_ms * i64::from(number) / self.count.max(1)
    }
}

/// The body of `POST /v1/sessions`.
pub(super) fn booking(options: &Options, starts_at: i64, number: u32) -> Value {
    let person = |side: &str| {
        json!({
            "external_id": format!("load-{number}-{side}"),
            "name": format!("Load {number} {side}"),
        })
    };
    let duration_ms = match options.goes_live() {
        true => millis(options.live),
        false => DAY_MS,
    };
    json!({
        "participants": [person("a"), person("b")],
        "starts_at": starts_at,
        "duration_ms": duration_ms,
        "countdown_ms": millis(options.countdown),
        "lobby_ms": 2 * FAR_MS,
        "closes_after_ms": FAR_MS,
        "connect_ms": CONNECT_MS,
        "remind_before_ms": [],
        "metadata": {"load": options.doing()},
    })
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lod_7_starts_are_spread_evenly_or_fall_on_one_instant() {
        let starts = Starts {
            first: 1_000,
            spread_ms: 60_000,
            count: 4,
        };
        let all: Vec<_> = (0..4).map(|number| starts.at(number)).collect();
        assert_eq!(all, [1_000, 16_000, 31_000, 46_000]);
        let at_once = Starts {
            spread_ms: 0,
            ..starts
        };
        assert_eq!(at_once.at(3), 1_000);
    }
}
