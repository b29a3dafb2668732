//! The one timer of the service. It goes by the steady clock; what a session is due by, its own clock says.

use std::sync::Arc;
use std::time::Duration;

use service::clock;
use signaling_core::Input;
use tokio::time::sleep;
use wire::{SessionId, UnixMs};

use super::{Registry, RegistryInner};

/// Deadsockets that one turn of the timer runs before others get the thread.
const DUE_PER_TURN: usize = 64;
/// Longest sleep, though nothing is due.
const MAX_SLEEP: Duration = Duration::from_secs(60);

impl Registry {
    /// Wakes each session when it is due, for as long as it is polled.
    pub(crate) async fn run_timer(&self) {
        let mut jumps = clock::jumps();
        loop {
            self.run_due();
            let wait = match self.0.deadlines.first() {
                Some(first) => millis(first.since(clock::steady())).min(MAX_SLEEP),
                None => MAX_SLEEP,
            };
            tokio::select! {
                () = sleep(wait) => {}
                () = self.0.deadlines.changed() => {}
                _ = jumps.changed() => self.resync_wall_clock(),
            }
        }
    }

    /// Wakes sessions that are due; some of them, where they are very many.
    pub(crate) fn run_due(&self) {
        for _ in 0..DUE_PER_TURN {
            let Some((due, id)) = self.0.deadlines.pop(clock::steady()) else {
                return;
            };
            self.0.tick(&id, due);
        }
    }

    /// Somebody set the wall clock: every session that goes by it is due at another moment.
    fn resync_wall_clock(&self) {
        let handles: Vec<_> = self.0.read_sessions().values().cloned().collect();
        let mut moved = 0_u32;
        for handle in handles {
            let mut state = handle.lock();
            let before = state.due;
            self.0.settle(&handle, &mut state);
            moved += u32::from(state.due != before);
        }
        tracing::info!(sessions = moved, "went by the wall clock as it is now");
    }
}

impl RegistryInner {
    fn tick(self: &Arc<Self>, id: &SessionId, due: UnixMs) {
        let Some(handle) = self.find(id) else { return };
        let mut state = handle.lock();
        if state.due == Some(due) {
            // The deadlines has let go of it already.
            state.due = None;
        }
        if let Some(kind) = state.kind_due_at(due) {
            let late_ms = clock::steady().since(due).max(0);
            metrics::histogram!("signaling_timer_lateness_seconds", "kind" => kind.name())
                .record(millis(late_ms).as_secs_f64());
        }
        self.run(&handle, &mut state, Input::Tick);
    }
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(ms.max(0).unsigned_abs())
}
