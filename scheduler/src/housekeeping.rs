//! What recurs: a tick that wakes the job runner, and housekeeping.
//!
//! It holds no session's time: what it runs is lost in a restart, and the rows are not.

use std::future::Future;
use std::pin::Pin;

use service::{Shutdown, clock};
use storage::{Database, Inbox};
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use crate::commands::{forget_accounts_past, forget_answers, open_due_gifts, prune_audit};
use crate::config::Limits;
use crate::state::AppState;

/// Every second: poll the stored jobs, the gifts whose time has come, and what was erased.
const POLL: &str = "* * * * * *";
/// Every ten seconds: a key may have been made beside this process.
const KEYS: &str = "*/10 * * * * *";
/// Every minute: forget what is old.
const FORGET: &str = "0 * * * * *";
/// How long an idempotency key is remembered, in milliseconds; longer than anyone retries.
const IDEMPOTENCY_MS: i64 = 24 * 3_600_000;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Messages that wait inside the cron scheduler; it stalls where its channel is full.
const CHANNEL: usize = 1_000;

/// What housekeeping looks after. Clones share it.
#[derive(Clone)]
pub(crate) struct Housekeeping {
    pub(crate) app: AppState,
    pub(crate) database: Database,
    pub(crate) limits: Limits,
}

impl Housekeeping {
    /// Runs until the shutdown starts.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let mut cron = match self.start().await {
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

    async fn start(self) -> Result<JobScheduler, JobSchedulerError> {
        let cron = JobScheduler::new_with_channel_size(CHANNEL).await?;
        let due_jobs = self.app.due_jobs.clone();
        cron.add(every(POLL, move || {
            due_jobs.wake();
            async {}
        })?)
        .await?;
        let gifts = self.app.clone();
        cron.add(every(POLL, move || open_gifts(gifts.clone()))?)
            .await?;
        let erased = self.app.clone();
        cron.add(every(POLL, move || scrub(erased.clone()))?)
            .await?;
        let keys = self.app.clone();
        cron.add(every(KEYS, move || reload_keys(keys.clone()))?)
            .await?;
        cron.add(every(FORGET, move || self.clone().forget())?)
            .await?;
        cron.start().await?;
        Ok(cron)
    }

    async fn forget(self) {
        let now = clock::now();
        let store = &*self.app.store;
        if let Err(error) = forget_answers(store, now - IDEMPOTENCY_MS).await {
            tracing::warn!(%error, "old idempotency keys could not be forgotten");
        }
        let before = now - i64::from(self.limits.audit_days) * DAY_MS;
        if let Err(error) = prune_audit(store, before, self.limits.audit_rows).await {
            tracing::warn!(%error, "the audit log could not be pruned");
        }
        if let Err(error) = forget_accounts_past(store, now).await {
            tracing::warn!(%error, "old logins and mails could not be forgotten");
        }
        if let Err(error) = self.app.outbox.prune(now).await {
            tracing::warn!(%error, "the outbox could not be pruned");
        }
        if let Err(error) = Inbox::prune(&self.database, now).await {
            tracing::warn!(%error, "the inbox could not be pruned");
        }
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

/// Whoever reads a gift sees it open from its time on; this is for those who are told of it.
async fn open_gifts(app: AppState) {
    match open_due_gifts(&*app.store, clock::now()).await {
        Ok(0) => {}
        Ok(_) => app.outbox.wake(),
        Err(error) => {
            tracing::warn!(%error, "gifts could not be opened; they will be tried again");
        }
    }
}

/// Of what was erased, by this process or the one before it, nothing stays in the files.
async fn scrub(app: AppState) {
    match app.store.scrub().await {
        Ok(false) => {}
        Ok(true) => {
            tracing::info!("the store was written anew: it holds nothing of whoever was erased")
        }
        Err(error) => {
            tracing::warn!(%error, "what was erased may still stand in the store's files; it is tried again");
        }
    }
}

async fn reload_keys(app: AppState) {
    // A few small files, once in a while: not worth a thread.
    if let Err(error) = app.tickets.reload(clock::now()) {
        tracing::error!(%error, "the keys could not be read again; the known ones sign on");
    }
}
