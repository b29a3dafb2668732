//! What a pair does between the start of the work and its end.

mod sessions;

pub(crate) use sessions::run_sessions;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::connection::Fault;
use crate::open_loop::at_rate;
use crate::options::{Options, Scenario};
use crate::pace::Pace;
use crate::pair::LoadPair;
use crate::run::Run;

/// The work of each pair.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    /// Nothing but application pings.
    Hold { lasts: Duration },
    /// Exchange after exchange, until the time is up.
    Exchange { lasts: Duration },
    /// So many exchanges, then on to the end of the session where that is wanted.
    Count { exchanges: u32, to_end: bool },
    /// Every `pairs`-th of the exchanges that are due at a rate.
    Rate {
        pace: Pace,
        pairs: u64,
        lasts: Duration,
    },
    /// The session's own turns.
    ToEnd,
}

impl Work {
    pub(crate) fn of(options: &Options) -> Self {
        let lasts = options.duration;
        match options.scenario {
            Scenario::Exchange if options.to_end || options.exchanges.is_some() => Work::Count {
                exchanges: options.exchanges.unwrap_or(1),
                to_end: options.to_end,
            },
            Scenario::Exchange | Scenario::Sessions => Work::Exchange { lasts },
            Scenario::Rate => Work::Rate {
                pace: Pace::new(options.rate).expect("the flag is at least 1"),
                pairs: u64::from(options.pairs),
                lasts,
            },
            Scenario::Joins => Work::Hold {
                lasts: Duration::ZERO,
            },
            Scenario::Idle => Work::Hold { lasts },
            Scenario::Deadlines => Work::ToEnd,
        }
    }

    /// How long it lasts, where that is known.
    pub(crate) fn lasts(self) -> Option<Duration> {
        match self {
            Work::Hold { lasts } | Work::Exchange { lasts } | Work::Rate { lasts, .. } => {
                Some(lasts)
            }
            Work::Count { .. } | Work::ToEnd => None,
        }
    }

    /// Before the start: what happens once in a session's life and is not to be measured.
    pub(crate) async fn prepare(self, pair: &mut LoadPair) -> Result<(), Fault> {
        match self {
            Work::Exchange { .. } | Work::Rate { .. } => {
                pair.exchange(Instant::now()).await?;
                pair.report_connected().await
            }
            Work::ToEnd => pair.report_connected().await,
            Work::Hold { .. } | Work::Count { .. } => Ok(()),
        }
    }

    /// The work itself. `work_began` is when all began.
    pub(crate) async fn run(
        self,
        run: &Arc<Run>,
        pair: &mut LoadPair,
        number: u64,
        work_began: Instant,
    ) -> Result<(), Fault> {
        match self {
            Work::Hold { lasts } => pair.hold_until(work_began + lasts).await,
            Work::Exchange { lasts } => {
                while work_began.elapsed() < lasts && !run.stop.is_cancelled() {
                    pair.exchange(Instant::now()).await?;
                    run.tally.done();
                }
                Ok(())
            }
            Work::Count { exchanges, to_end } => {
                for _ in 0..exchanges {
                    pair.exchange(Instant::now()).await?;
                    run.tally.done();
                }
                pair.report_connected().await?;
                match to_end {
                    true => pair.hold(&run.stop).await,
                    false => Ok(()),
                }
            }
            Work::Rate { pace, pairs, lasts } => {
                let due = |turn: u64| work_began + pace.due(number + turn * pairs);
                at_rate(pair, &run.tally, &run.stop, due, work_began + lasts).await
            }
            Work::ToEnd => {
                pair.hold(&run.stop).await?;
                if pair.is_over() {
                    run.tally.done();
                }
                Ok(())
            }
        }
    }
}
