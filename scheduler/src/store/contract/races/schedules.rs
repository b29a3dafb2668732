//! Runs of recurring tasks that several nodes begin at once.

use std::sync::Arc;

use scheduler_core::RunResult;
use wire::UnixMs;

use super::{ROUNDS, Store, at_once};
use crate::commands::{begin_run, record_runs, register_tasks};
use crate::store::TaskRuns;
use crate::store::contract::harness::{NOW, StoreHarness};

async fn begun(store: Store, now: UnixMs) -> bool {
    begin_run(&*store, "digest", now, now).await.unwrap()
}

pub(crate) async fn sch_335_of_two_nodes_at_once_one_begins_a_run(mut harness: StoreHarness) {
    let store = harness.store().await;
    register_tasks(&*store, &[("digest", "daily")])
        .await
        .unwrap();
    for round in 0..ROUNDS {
        let now = NOW + 10 * i64::try_from(round).unwrap();
        let (one, other) = at_once(
            begun(Arc::clone(&store), now),
            begun(Arc::clone(&store), now),
        )
        .await;
        assert!(one != other, "{one} and {other}");
        let run = TaskRuns {
            name: "digest",
            runs: 1,
            started_at: now,
            finished_at: now,
            result: RunResult::Done,
            error: None,
        };
        record_runs(&*store, &[run]).await.unwrap();
    }
    let runs = store.schedules().list().await.unwrap()[0].runs;
    assert_eq!(runs, u64::try_from(ROUNDS).unwrap());
}
