//! What is to be done in chat: the flags, which every front end of the generator shares.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::duration::parse_duration;
use crate::lifecycle::LoadError;
use crate::report::ReportOptions;

/// Members that a group may have: with two it would be a pair, and more than 500 chat does not take.
const MEMBERS: std::ops::RangeInclusive<i64> = 3..=500;
/// Most sockets of one run: what [`MAX_PAIRS`] have.
const MAX_SOCKETS: u64 = 2 * MAX_PAIRS as u64;
/// Most pairs of one run: two sockets each, below the 20,000 descriptors that a process is
/// commonly allowed at most.
const MAX_PAIRS: i64 = 9_900;
/// Longest body, in bytes: what chat takes as one message.
const MAX_BODY_BYTES: i64 = 4_000;
/// Most that one may miss and still be told: more is read as history, by Rendezvous as by Centrifugo.
const MAX_MISSED: i64 = 300;
/// Most messages that are written before the measured part.
const MAX_HISTORY: i64 = 10_000_000;
/// Longest measured part: a run ends by itself.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// A way of chatting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChatScenario {
    /// One of each pair writes, the next message when the last is acknowledged and both have it
    Send,
    /// Messages are due at a fixed rate, whatever becomes of those before (open loop)
    Rate,
    /// Connected, and then nothing but signs of life
    Idle,
    /// All sockets are cut at once, and come back for what was sent meanwhile
    Storm,
    /// One of each group writes, the next message when every member has the last
    Group,
}

impl ChatScenario {
    /// Its name on the command line and in the result.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ChatScenario::Send => "send",
            ChatScenario::Rate => "rate",
            ChatScenario::Idle => "idle",
            ChatScenario::Storm => "storm",
            ChatScenario::Group => "group",
        }
    }
}

/// One run of the generator against chat.
#[derive(Debug, Clone, Args)]
pub struct ChatOptions {
    /// What the pairs do
    #[arg(long, value_enum, default_value_t = ChatScenario::Send)]
    pub scenario: ChatScenario,
    /// How many pairs, or groups, each with a room in which one writes
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=MAX_PAIRS))]
    pub pairs: u32,
    /// How many members each group has, all of them connected (group)
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(MEMBERS))]
    pub members: u32,
    /// How long the measured part lasts: `30s`, `2m` (send, rate, idle, group)
    #[arg(long, value_name = "SPAN", default_value = "10s", value_parser = parse_span)]
    pub duration: Duration,
    /// Messages a second, of all pairs together (rate)
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: u32,
    /// Length of a message's text, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=MAX_BODY_BYTES))]
    pub body_bytes: u32,
    /// Messages that are written before the measured part, over all rooms
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=MAX_HISTORY))]
    pub history: u32,
    /// Messages that are sent in each room while one of the two is cut off (storm)
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=MAX_MISSED))]
    pub missed: u32,
    /// Connections a second, 0 for no limit; a server allows 50 of one address unless told otherwise
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub join_rate: u32,
    /// How many pairs connect at once, also when they come back
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=MAX_PAIRS))]
    pub concurrency: u32,
    /// What becomes of the result
    #[command(flatten)]
    pub report: ReportOptions,
}

impl ChatOptions {
    /// How many messages each room is filled with: as many as there are to be at least, evenly.
    pub(crate) fn history_of_room(&self) -> u32 {
        self.history.div_ceil(self.pairs.max(1))
    }

    /// Sockets in each room.
    pub(crate) fn sockets_of_room(&self) -> u64 {
        match self.scenario {
            ChatScenario::Group => u64::from(self.members),
            _ => 2,
        }
    }

    /// Sockets of the whole run.
    ///
    /// # Errors
    /// Where they are more than one process can have.
    pub(crate) fn sockets(&self) -> Result<u64, LoadError> {
        let sockets = u64::from(self.pairs) * self.sockets_of_room();
        match sockets <= MAX_SOCKETS {
            true => Ok(sockets),
            false => Err(LoadError::TooManySockets {
                sockets,
                most: MAX_SOCKETS,
            }),
        }
    }

    /// The text of every message.
    pub(crate) fn body(&self) -> String {
        "abcdefghijklmnopqrstuvwxyz "
            .chars()
            .cycle()
            .skip(1)
            .take(self.body_bytes as usize - 1)
            .chain(['.'])
            .collect()
    }
}

/// As [`parse_duration`], a day at most.
fn parse_span(text: &str) -> Result<Duration, String> {
    let span = parse_duration(text)?;
    match span <= LONGEST {
        true => Ok(span),
        false => Err("longer than a day".to_owned()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Flags {
        #[command(flatten)]
        options: ChatOptions,
    }

    pub(crate) fn options(flags: &[&str]) -> Result<ChatOptions, clap::Error> {
        Flags::try_parse_from([&["load"], flags].concat()).map(|flags| flags.options)
    }

    #[test]
    fn lod_31_a_run_of_chat_is_bounded() {
        assert!(options(&["--duration", "24h"]).is_ok());
        for flags in [
            ["--duration", "25h"],
            ["--missed", "301"],
            ["--pairs", "9901"],
            ["--history", "10000001"],
            ["--body-bytes", "0"],
            ["--members", "2"],
            ["--members", "501"],
        ] {
            assert!(options(&flags).is_err(), "{flags:?}");
        }
        let groups =
            |pairs| options(&["--scenario", "group", "--members", "500", "--pairs", pairs]);
        assert_eq!(groups("39").unwrap().sockets().unwrap(), 19_500);
        assert!(groups("40").unwrap().sockets().is_err());
    }

    #[test]
    fn lod_31_a_body_has_its_length_and_a_history_is_spread_over_the_rooms() {
        for bytes in [1, 2, 100, 4_000] {
            let body = options(&["--body-bytes", &bytes.to_string()])
                .unwrap()
                .body();
            assert_eq!(body.len(), bytes);
            assert_eq!(body.trim(), body);
        }
        let spread = options(&["--pairs", "3", "--history", "10"]).unwrap();
        assert_eq!(spread.history_of_room(), 4);
    }
}
