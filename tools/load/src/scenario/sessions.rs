//! Whole sessions, one after the other: connect, join, exchange, close.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::pair::LoadPair;
use crate::plan::PairPlan;
use crate::run::Run;
use crate::tally::Span;

/// Takes pairs from the queue, one after the other, until none is left.
pub(crate) async fn run_sessions(run: Arc<Run>, waiting: Arc<Mutex<Vec<PairPlan>>>) {
    while !run.stop.is_cancelled() {
        // Taking one is one step: nothing can be half done.
        let plan = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(plan) = plan else { return };
        let began = Instant::now();
        let session = async {
            let mut pair = LoadPair::open(&run, plan).await?;
            pair.exchange(Instant::now()).await?;
            pair.close().await;
            Ok::<_, crate::connection::Fault>(())
        };
        match session.await {
            Ok(()) => {
                run.tally.took(Span::Session, began.elapsed());
                run.tally.done();
            }
            Err(fault) => run.tally.failed(&fault.code()),
        }
    }
}
