//! What a store must do about recurring tasks.

use scheduler_core::RunResult;
use wire::{ScheduleView, UnixMs};

use super::harness::{NOW, StoreHarness};
use crate::commands::{begin_run, record_runs, register_tasks};
use crate::store::TaskRuns;

fn runs(count: u64, started_at: UnixMs, result: RunResult) -> TaskRuns {
    TaskRuns {
        name: "retention",
        runs: count,
        started_at,
        finished_at: started_at + 1,
        result,
        error: (result == RunResult::Failed).then(|| "x".repeat(1_000)),
    }
}

impl StoreHarness {
    async fn register(&mut self, tasks: &[(&str, &str)]) {
        let store = self.store().await;
        register_tasks(&*store, tasks).await.unwrap();
    }

    async fn record(&mut self, runs: TaskRuns) -> ScheduleView {
        let store = self.store().await;
        record_runs(&*store, &[runs]).await.unwrap();
        drop(store);
        self.tasks().await.remove(1)
    }

    async fn tasks(&mut self) -> Vec<ScheduleView> {
        let store = self.store().await;
        store.schedules().list().await.unwrap()
    }

    async fn begin(&mut self, name: &str, now: UnixMs, since: UnixMs) -> bool {
        let store = self.store().await;
        begin_run(&*store, name, now, since).await.unwrap()
    }
}

pub(crate) async fn sch_340_a_task_keeps_its_schedule_and_its_last_run(mut harness: StoreHarness) {
    harness
        .register(&[("retention", "daily"), ("digest", "daily")])
        .await;
    harness.register(&[("retention", "hourly")]).await;
    let tasks = harness.tasks().await;
    let named: Vec<_> = tasks
        .iter()
        .map(|task| (task.name.as_str(), task.schedule.as_str()))
        .collect();
    assert_eq!(named, [("digest", "daily"), ("retention", "hourly")]);
    assert_eq!((tasks[1].runs, tasks[1].last_started_at), (0, None));

    let failed = harness.record(runs(3, NOW, RunResult::Failed)).await;
    assert_eq!((failed.runs, failed.last_started_at), (3, Some(NOW)));
    assert_eq!(failed.last_finished_at, Some(NOW + 1));
    assert_eq!(failed.last_result.as_deref(), Some("failed"));
    assert_eq!(failed.last_error.map(|error| error.len()), Some(300));
    let done = harness.record(runs(1, NOW + 5, RunResult::Done)).await;
    assert_eq!((done.runs, done.last_error.as_ref()), (4, None));
    // Another node's run that began before: it counts, and the later one stays the last.
    let earlier = harness.record(runs(2, NOW + 4, RunResult::Panicked)).await;
    assert_eq!(earlier, ScheduleView { runs: 6, ..done });
}

pub(crate) async fn sch_335_a_run_of_all_nodes_begins_once_in_its_time(mut harness: StoreHarness) {
    assert!(!harness.begin("retention", NOW, NOW).await, "not known");
    harness
        .register(&[("digest", "daily"), ("retention", "hourly")])
        .await;
    assert!(harness.begin("retention", NOW, NOW).await);
    assert!(
        !harness.begin("retention", NOW + 9, NOW + 9).await,
        "under way"
    );
    harness.record(runs(1, NOW, RunResult::Done)).await;
    assert!(!harness.begin("retention", NOW + 9, NOW).await, "has run");
    assert!(harness.begin("retention", NOW + 9, NOW + 9).await);
}
