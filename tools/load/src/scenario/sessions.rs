//! Whole sessions, one after the other: connect, join, exchange, close.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::fill::Run;
use crate::pair::Pair;
use crate::seat::Table;
use crate::tally::Span;

/// Takes tables from the pile, one after the other, until none is left.
pub(crate) async fn attend_sessions(run: Arc<Run>, pile: Arc<Mutex<Vec<Table>>>) {
    while !run.stop.is_cancelled() {
        // Taking one is one step: nothing can be half done.
        let table = pile.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let Some(table) = table else { return };
        let began = Instant::now();
        let attended = async {
            let mut pair = Pair::open(&run, table).await?;
            pair.exchange(Instant::now()).await?;
            pair.close().await;
            Ok::<_, crate::connection::Fault>(())
        };
        match attended.await {
            Ok(()) => {
                run.tally.took(Span::Session, began.elapsed());
                run.tally.done();
            }
            Err(fault) => run.tally.failed(&fault.code()),
        }
    }
}
