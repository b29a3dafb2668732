//! What is to be done: the flags, which every front end of the generator shares.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::duration::parse_duration;
use crate::report::ReportOptions;

/// Most pairs of one run: two sockets each, below the 20,000 descriptors that a process is
/// commonly allowed at most.
const MAX_PAIRS: i64 = 9_900;

/// A way of being busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// Each pair exchanges descriptions and candidates again and again, the next when the last is done
    Exchange,
    /// Exchanges begin at a fixed rate, whatever becomes of those before (open loop)
    Rate,
    /// Whole sessions: connect, join, exchange, close
    Sessions,
    /// Connect and join, as fast as `--concurrency` allows, or at `--join-rate`
    Joins,
    /// Joined, and then nothing but signs of life
    Idle,
    /// Live sessions to their ends, and how late each turn comes
    Deadlines,
}

impl Scenario {
    /// Its name on the command line and in the result.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Scenario::Exchange => "exchange",
            Scenario::Rate => "rate",
            Scenario::Sessions => "sessions",
            Scenario::Joins => "joins",
            Scenario::Idle => "idle",
            Scenario::Deadlines => "deadlines",
        }
    }
}

/// What flows between the two of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LoadMedia {
    /// Messages over a data channel, each sent back
    Data,
    /// A tone from either side, a packet every 20 ms
    Audio,
}

impl LoadMedia {
    /// Its name on the command line and in the result.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LoadMedia::Data => "data",
            LoadMedia::Audio => "audio",
        }
    }
}

/// One run of the generator.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// What the pairs do
    #[arg(long, value_enum, default_value_t = Scenario::Exchange)]
    pub scenario: Scenario,
    /// Real peers that connect to each other, and what flows between them for --duration, instead of a scenario
    #[arg(long, value_enum, conflicts_with_all = ["scenario", "exchanges", "rate", "cycles", "to_end", "live", "numbered"])]
    pub media: Option<LoadMedia>,
    /// How many pairs: two sockets each
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=MAX_PAIRS))]
    pub pairs: u32,
    /// Exchanges of each pair before its session goes on [default: for as long as --duration]
    #[arg(long, value_name = "N")]
    pub exchanges: Option<u32>,
    /// How long the measured part lasts, where it isn't counted: `30s`, `2m`
    #[arg(long, value_name = "SPAN", default_value = "10s", value_parser = parse_duration)]
    pub duration: Duration,
    /// Exchanges a second, of all pairs together (rate)
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: u32,
    /// Joins a second, 0 for no limit; a server allows 50 of one address unless told otherwise
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub join_rate: u32,
    /// How many pairs connect, or go through a session, at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=MAX_PAIRS))]
    pub concurrency: u32,
    /// How often to fill and empty the server (idle, joins)
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub cycles: u32,
    /// Stay until the session is live and its time is up (exchange)
    #[arg(long)]
    pub to_end: bool,
    /// How long a session is live (deadlines, and exchange with --to-end)
    #[arg(long, value_name = "SPAN", default_value = "10s", value_parser = parse_duration)]
    pub live: Duration,
    /// From both in to live
    #[arg(long, value_name = "SPAN", default_value = "1s", value_parser = parse_duration)]
    pub countdown: Duration,
    /// Over which span the starts, and so the ends, are spread; 0s for all at one instant (deadlines)
    #[arg(long, value_name = "SPAN", default_value = "0s", value_parser = parse_duration)]
    pub spread: Duration,
    /// How far ahead the first start is booked, so that all are in by then [default: by their number] (deadlines)
    #[arg(long, value_name = "SPAN", value_parser = parse_duration)]
    pub lead: Option<Duration>,
    /// Number the frames, so that the server acknowledges each
    #[arg(long)]
    pub numbered: bool,
    /// Send the application's own signs of life; without it the WebSocket's pings are all
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set)]
    pub pings: bool,
    /// What becomes of the result
    #[command(flatten)]
    pub report: ReportOptions,
}

/// How long booking a session and its two tickets may take, for the lead.
const BOOKING: Duration = Duration::from_millis(7);
/// How long a join may take at no limit, for the lead.
const JOINING: Duration = Duration::from_micros(500);
/// What is added to the lead.
const MARGIN: Duration = Duration::from_secs(10);

impl Options {
    /// How far ahead the first start is booked.
    pub(crate) fn lead(&self) -> Duration {
        let joining = match self.join_rate {
            0 => JOINING,
            rate => Duration::from_secs(1) / rate,
        };
        self.lead
            .unwrap_or_else(|| MARGIN + self.pairs * (BOOKING + 2 * joining))
    }

    /// What the pairs do, as the result names it.
    pub(crate) fn doing(&self) -> &'static str {
        self.media.map_or(self.scenario.name(), LoadMedia::name)
    }

    /// The sessions go live, and are booked so that they do.
    pub(crate) fn goes_live(&self) -> bool {
        self.scenario == Scenario::Deadlines || self.to_end
    }
}
