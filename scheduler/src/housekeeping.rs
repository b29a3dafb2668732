//! What recurs: a tick that wakes the job runner, and housekeeping.
//!
//! It holds no session's time: what it runs is lost in a restart, and the rows are not.

use std::future::Future;
use std::pin::Pin;

use service::{Shutdown, clock};
use storage::{Database, Inbox};
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use crate::commands::forget_answers;
use crate::state::AppState;

/// Every second: poll the stored jobs.
const POLL: &str = "* * * * * *";
/// Every ten seconds: a key may have been made beside this process.
const KEYS: &str = "*/10 * * * * *";
/// Every minute: forget what is old.
const FORGET: &str = "0 * * * * *";
/// How long an idempotency key is remembered, in milliseconds; longer than anyone retries.
const IDEMPOTENCY_MS: i64 = 24 * 3_600_000;
/// Messages that wait inside the cron scheduler; it stalls where its channel is full.
const CHANNEL: usize = 1_000;

/// Runs until the shutdown starts.
pub(crate) async fn run(app: AppState, database: Database, shutdown: Shutdown) {
    let mut cron = match start(app, database).await {
        Ok(cron) => cron,
        Err(error) => {
            tracing::error!(%error, "housekeeping could not be started; what is due is done all the same");
            return;
        }
    };
    shutdown.started().await;
    if let Err(error) = cron.shutdown().await {
        tracing::debug!(%error, "housekeeping could not be stopped");
    }
}

async fn start(app: AppState, database: Database) -> Result<JobScheduler, JobSchedulerError> {
    let cron = JobScheduler::new_with_channel_size(CHANNEL).await?;
    let due_jobs = app.due_jobs.clone();
    cron.add(every(POLL, move || {
        due_jobs.wake();
        async {}
    })?)
    .await?;
    let keys = app.clone();
    cron.add(every(KEYS, move || reload_keys(keys.clone()))?)
        .await?;
    cron.add(every(FORGET, move || {
        forget(app.clone(), database.clone())
    })?)
    .await?;
    cron.start().await?;
    Ok(cron)
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

async fn reload_keys(app: AppState) {
    // A few small files, once in a while: not worth a thread.
    if let Err(error) = app.tickets.reload() {
        tracing::error!(%error, "the keys could not be read again; the known ones sign on");
    }
}

async fn forget(app: AppState, database: Database) {
    let now = clock::now();
    if let Err(error) = forget_answers(&*app.store, now - IDEMPOTENCY_MS).await {
        tracing::warn!(%error, "old idempotency keys could not be forgotten");
    }
    if let Err(error) = app.outbox.prune(now).await {
        tracing::warn!(%error, "the outbox could not be pruned");
    }
    if let Err(error) = Inbox::prune(&database, now).await {
        tracing::warn!(%error, "the inbox could not be pruned");
    }
}
