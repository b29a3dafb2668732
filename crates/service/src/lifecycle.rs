//! Starting and stopping: shutdown in two stages, and the tasks that are waited for.
//!
//! Beside each service's `registry.rs` this is the only place that spawns.

use std::future::Future;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a drain may take before what is left is cut, so that a stop ends within 10 s.
pub const DRAIN_LIMIT: Duration = Duration::from_secs(8);

/// Tells every part of a service to stop: first softly (finish, say goodbye), then hard (drop it).
///
/// Clones share one state. The hard stage follows the soft one after [`DRAIN_LIMIT`], or at a second signal.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    soft: CancellationToken,
    hard: CancellationToken,
}

impl Shutdown {
    /// One that nothing triggers but [`Shutdown::start`]; for tests and for composing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts at SIGTERM or SIGINT; a second signal aborts.
    ///
    /// # Errors
    /// When the signal handlers can't be installed.
    pub fn from_signals() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let shutdown = Self::new();
        let signalled = shutdown.clone();
        tokio::spawn(async move {
            for stage in [Self::start, Self::abort] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                stage(&signalled);
            }
        });
        Ok(shutdown)
    }

    /// Starts when `trigger` is done; more triggers can be added with [`Shutdown::also_when`].
    pub fn from_future(trigger: impl Future<Output = ()> + Send + 'static) -> Self {
        let shutdown = Self::new();
        shutdown.also_when(trigger);
        shutdown
    }

    /// Starts also when `trigger` is done, as when the parent's pipe closes.
    pub fn also_when(&self, trigger: impl Future<Output = ()> + Send + 'static) {
        let shutdown = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = trigger => shutdown.start(),
                () = shutdown.started() => {}
            }
        });
    }

    /// Aborts when `trigger` is done, whatever stage it is in.
    pub fn abort_when(&self, trigger: impl Future<Output = ()> + Send + 'static) {
        let shutdown = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = trigger => shutdown.abort(),
                () = shutdown.aborted() => {}
            }
        });
    }

    /// Begins the soft stage. The hard one follows after [`DRAIN_LIMIT`].
    pub fn start(&self) {
        if self.soft.is_cancelled() {
            return;
        }
        self.soft.cancel();
        let hard = self.hard.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = tokio::time::sleep(DRAIN_LIMIT) => hard.cancel(),
                () = hard.cancelled() => {}
            }
        });
    }

    /// Begins both stages.
    pub fn abort(&self) {
        self.soft.cancel();
        self.hard.cancel();
    }

    /// True from the soft stage on.
    #[must_use]
    pub fn is_started(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Returns when the soft stage begins: take nothing new, say goodbye, finish.
    pub async fn started(&self) {
        self.soft.cancelled().await;
    }

    /// Returns when the hard stage begins: drop everything.
    pub async fn aborted(&self) {
        self.hard.cancelled().await;
    }
}

/// The tasks of a service, so that a stop can wait for them. Clones share one set.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
}

impl Tasks {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `future` as a task of its own. `name` stands in the log when it panics.
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let alarm = PanicAlarm::new(name);
        self.tracker.spawn(async move {
            let _alarm = alarm;
            future.await;
        })
    }

    /// Counts a future that something else drives, as a socket's, among the tasks.
    pub fn track<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.tracker.track_future(future)
    }

    /// How many are running.
    #[must_use]
    pub fn running(&self) -> usize {
        self.tracker.len()
    }

    /// Waits until all have ended, at most `limit`; false when some were still running.
    pub async fn close_and_wait(&self, limit: Duration) -> bool {
        self.tracker.close();
        tokio::time::timeout(limit, self.tracker.wait())
            .await
            .is_ok()
    }

    /// As [`Tasks::close_and_wait`]; the log says how many of `what` were still running.
    pub async fn close_or_cut(&self, what: &'static str, limit: Duration) {
        if !self.close_and_wait(limit).await {
            tracing::warn!(left = self.running(), "{what} were cut");
        }
    }
}

/// Runs `future` as a task that no stop waits for: it must be short and may be cut. Outside a runtime,
/// as when everything is dropped at the end, it is dropped.
pub(crate) fn spawn_detached(future: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(future);
    }
}

/// Runs what keeps a processor busy on a thread that no request needs. No stop waits for it: it must be short, and
/// whoever calls this bounds how much of it there is at once.
///
/// # Errors
/// When `work` panics, or the runtime ends before it began.
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    tokio::task::spawn_blocking(work).await
}

/// Logs and counts a task that panicked: tokio would otherwise keep it to itself.
pub(crate) struct PanicAlarm {
    name: &'static str,
}

impl PanicAlarm {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name }
    }
}

impl Drop for PanicAlarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            metrics::counter!("tasks_panicked_total", "task" => self.name).increment(1);
            tracing::error!(task = self.name, "a task panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn edg_21_the_hard_stage_follows_the_soft_one() {
        let shutdown = Shutdown::new();
        let begun = tokio::time::Instant::now();
        shutdown.start();
        shutdown.started().await;
        assert!(!shutdown.hard.is_cancelled());
        shutdown.aborted().await;
        assert_eq!(begun.elapsed().as_secs(), DRAIN_LIMIT.as_secs());
    }

    #[tokio::test]
    async fn a_future_starts_it() {
        let (trigger, triggered) = tokio::sync::oneshot::channel::<()>();
        let shutdown = Shutdown::from_future(async { drop(triggered.await) });
        assert!(!shutdown.is_started());
        trigger.send(()).unwrap();
        shutdown.started().await;
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_tasks_is_bounded() {
        let tasks = Tasks::new();
        tasks.spawn("stuck", std::future::pending());
        assert_eq!(tasks.running(), 1);
        assert!(!tasks.close_and_wait(Duration::from_secs(1)).await);
        let tasks = Tasks::new();
        tasks.spawn("short", async {});
        assert!(tasks.close_and_wait(Duration::from_secs(1)).await);
    }
}
