//! One pair's task in a run that fills a server first: it joins, waits for the start, works, waits for the
//! end, and closes.

use std::sync::{Arc, OnceLock};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::connection::Fault;
use crate::pair::LoadPair;
use crate::plan::PairPlan;
use crate::run::Run;
use crate::scenario::Work;
use crate::turnstile::Turnstile;

/// What the tasks of all pairs wait for, and what they report.
#[derive(Debug, Clone)]
pub(crate) struct PhaseSignals {
    /// Cancelled when the work begins.
    pub(crate) start: CancellationToken,
    /// Cancelled when all are to close.
    pub(crate) finish: CancellationToken,
    /// When the work began, for all.
    pub(crate) work_began: Arc<OnceLock<Instant>>,
    pub(crate) arrived: Turnstile,
    pub(crate) worked: Turnstile,
}

impl PhaseSignals {
    pub(crate) fn new(stop: &CancellationToken) -> Self {
        Self {
            start: stop.child_token(),
            finish: stop.child_token(),
            work_began: Arc::default(),
            arrived: Turnstile::default(),
            worked: Turnstile::default(),
        }
    }

    /// Lets every pair begin its work.
    pub(crate) fn start_work(&self) {
        // Only the first call counts.
        let _ = self.work_began.set(Instant::now());
        self.start.cancel();
    }

    /// Returns when `pairs` have come in, or failed to.
    pub(crate) async fn all_arrived(&self, pairs: usize) {
        self.arrived.reached(pairs).await;
    }

    /// Returns when `pairs` have done their work, or failed to.
    pub(crate) async fn all_worked(&self, pairs: usize) {
        self.worked.reached(pairs).await;
    }
}

/// One pair from its first connection to its last close.
pub(crate) async fn run_pair(
    run: Arc<Run>,
    plan: PairPlan,
    number: u64,
    work: Work,
    signals: PhaseSignals,
) {
    let mut arrived = signals.arrived.pass();
    let mut worked = signals.worked.pass();
    let session = async {
        let mut pair = join(&run, plan, work).await?;
        arrived.now();
        pair.hold(&signals.start).await?;
        let work_began = signals
            .work_began
            .get()
            .copied()
            .unwrap_or_else(Instant::now);
        work.run(&run, &mut pair, number, work_began).await?;
        worked.now();
        pair.hold(&signals.finish).await?;
        pair.close().await;
        Ok(())
    };
    let ended: Result<(), Fault> = session.await;
    if let Err(fault) = ended {
        run.tally.failed(&fault.code());
    }
}

async fn join(run: &Arc<Run>, plan: PairPlan, work: Work) -> Result<LoadPair, Fault> {
    let _slot = run.admission.slot().await;
    if run.stop.is_cancelled() {
        return Err(Fault::TimedOut("stopped"));
    }
    let mut pair = LoadPair::open(run, plan).await?;
    work.prepare(&mut pair).await?;
    Ok(pair)
}
