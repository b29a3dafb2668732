//! What recurs: a tick that wakes the job runner, and housekeeping, each task with a row of its schedule and its last run.
//!
//! The cron scheduler holds no session's time and no state of a task: what it runs is lost in a restart, and the rows are not. Two
//! nodes on one database both tick. What a tick does is harmless twice: waking looks at rows that are claimed, a gift that is
//! open is not opened again, keys and origins are read. Retention and the digest are one node's at a time, by the lock of the
//! task's row.

mod digest;
mod digest_mail;
mod task;
mod task_log;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use scheduler_core::last_daily_time;
use service::Shutdown;
use service::clock;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use wire::{ScheduleView, UnixMs};

use self::digest::send_digest;
use self::task::{DIGEST_HOUR, RecurringTask};
use self::task_log::{Ran, TaskLog};
use crate::commands::{begin_run, forget_listeners, open_due_gifts, record_runs, register_tasks};
use crate::retention::RetentionSweep;
use crate::state::AppState;
use crate::store::{SchedulerStore, StoreError};

/// Messages that wait inside the cron scheduler; it stalls where its channel is full.
const CHANNEL: usize = 1_000;
/// Between two writes of what ran, where nothing is news, and two looks at whether the timers still run.
const WRITE_EVERY: Duration = Duration::from_secs(15);
/// Until the cron scheduler is tried again that could not be started.
const START_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// Retention begins once in ten minutes, on whichever node; of two ticks less far apart the second does nothing.
const SWEEP_APART_MS: i64 = 5 * 60_000;

/// What housekeeping looks after. Clones share it.
#[derive(Clone)]
pub(crate) struct Housekeeping {
    app: AppState,
    retention: RetentionSweep,
    log: TaskLog,
}

/// Every recurring task with its last run, for operators.
pub(crate) async fn schedule_views(
    store: &dyn SchedulerStore,
) -> Result<Vec<ScheduleView>, StoreError> {
    store.schedules().list().await
}

impl Housekeeping {
    pub(crate) fn new(app: AppState, retention: RetentionSweep) -> Self {
        Self {
            app,
            retention,
            log: TaskLog::default(),
        }
    }

    /// Runs until the shutdown starts. Timers that have stopped are started again: the cron scheduler may lose one when
    /// the process stands still.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let mut is_registered = false;
        while !shutdown.is_started() {
            self.log.begin_anew(Instant::now());
            let mut cron = match self.clone().start().await {
                Ok(cron) => cron,
                Err(error) => {
                    tracing::error!(%error, "housekeeping could not be started; what is due is done all the same");
                    tokio::select! {
                        () = tokio::time::sleep(START_AGAIN_AFTER) => continue,
                        () = shutdown.started() => return,
                    }
                }
            };
            self.write_runs(&mut is_registered).await;
            // Now, and not only with the next look: nobody may have been there when it was its time.
            let digest = self.clone().run_task(RecurringTask::FailureDigest);
            let watching = self.watch(&mut is_registered, &shutdown);
            futures_util::join!(watching, digest);
            if let Err(error) = cron.shutdown().await {
                tracing::debug!(%error, "housekeeping could not be stopped");
            }
        }
        self.write_runs(&mut is_registered).await;
    }

    /// Writes down what runs, until the shutdown starts or a timer has stopped.
    async fn watch(&self, is_registered: &mut bool, shutdown: &Shutdown) {
        loop {
            self.write_runs(is_registered).await;
            tokio::select! {
                () = shutdown.started() => return,
                () = self.log.changed() => {}
                () = tokio::time::sleep(WRITE_EVERY) => {}
            }
            if let Some(task) = self.log.silent(Instant::now()) {
                metrics::counter!("housekeeping_restarts_total").increment(1);
                tracing::warn!(
                    task = task.name(),
                    "a timer of housekeeping has stopped; all are started again"
                );
                return;
            }
        }
    }

    async fn write_runs(&self, is_registered: &mut bool) {
        let store = &*self.app.store;
        if !*is_registered {
            let tasks = RecurringTask::ALL.map(|task| (task.name(), task.schedule()));
            if let Err(error) = register_tasks(store, &tasks).await {
                tracing::warn!(%error, "recurring tasks could not be stored; tried again");
                return;
            }
            *is_registered = true;
            self.show_last_runs().await;
        }
        let runs = self.log.take_unwritten();
        if runs.is_empty() {
            return;
        }
        if let Err(error) = record_runs(store, &runs).await {
            tracing::debug!(%error, "runs of recurring tasks could not be stored; tried again");
            self.log.keep(runs);
        }
    }

    /// One line for each task: what an operator sees who has the log alone.
    async fn show_last_runs(&self) {
        for view in schedule_views(&*self.app.store).await.unwrap_or_default() {
            let last_started_at = view.last_started_at.map(|at| at.0);
            let (task, schedule, result) = (view.name, view.schedule, view.last_result);
            tracing::info!(
                task,
                schedule,
                runs = view.runs,
                last_started_at,
                last_result = result,
                "recurring task"
            );
        }
    }

    async fn start(self) -> Result<JobScheduler, JobSchedulerError> {
        let cron = JobScheduler::new_with_channel_size(CHANNEL).await?;
        for task in RecurringTask::ALL {
            let housekeeping = self.clone();
            let run = move || {
                let housekeeping = housekeeping.clone();
                async move { housekeeping.run_task(task).await }
            };
            cron.add(every(task.ticks(), run)?).await?;
        }
        cron.start().await?;
        Ok(cron)
    }

    async fn run_task(self, task: RecurringTask) {
        let work = |now| self.work(task, now);
        self.log.run(task, work).await;
    }

    async fn work(&self, task: RecurringTask, now: UnixMs) -> Result<Ran, StoreError> {
        let app = &self.app;
        match task {
            RecurringTask::WakeJobs => app.due_jobs.wake(),
            RecurringTask::OpenGifts => {
                // Whoever reads a gift sees it open from its time on; this is for those who are told of it.
                if open_due_gifts(&*app.store, now).await? > 0 {
                    app.outbox.wake();
                }
            }
            RecurringTask::Scrub => {
                // Of what was erased, by this process or the one before it, nothing stays in the files.
                if app.store.scrub().await? {
                    tracing::info!(
                        "the store was written anew: it holds nothing of whoever was erased"
                    );
                }
            }
            RecurringTask::ReloadKeys => {
                // A few small files, once in a while: not worth a thread. The known ones sign on where it fails.
                let reloaded = app.tickets.reload(now);
                reloaded.map_err(|error| StoreError::Failed(error.to_string().into()))?;
            }
            RecurringTask::ReloadOrigins => {
                // The known origins count on where it fails.
                let reloaded = app.reload_origins().await;
                reloaded.map_err(|error| StoreError::Failed(error.to_string().into()))?;
            }
            RecurringTask::Retention => {
                let since = now - SWEEP_APART_MS;
                if !begin_run(&*app.store, task.name(), now, since).await? {
                    return Ok(Ran::No);
                }
                self.retention.run(now).await?;
                forget_listeners(&*app.store, clock::wall()).await?;
            }
            RecurringTask::FailureDigest => {
                let at = last_daily_time(now, DIGEST_HOUR);
                if !begin_run(&*app.store, task.name(), now, at).await? {
                    return Ok(Ran::No);
                }
                send_digest(app, at).await?;
            }
        }
        Ok(Ran::Yes)
    }
}

fn every<F, Fut>(schedule: &str, mut run: F) -> Result<Job, JobSchedulerError>
where
    F: FnMut() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    Job::new_async(
        schedule,
        move |_, _| -> Pin<Box<dyn Future<Output = ()> + Send>> { Box::pin(run()) },
    )
}
