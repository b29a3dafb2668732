//! The one timer of the service. It goes by the steady clock; what a session is due by, its own clock says.

use std::sync::Arc;
use std::time::Duration;

use service::clock;
use signaling_core::Input;
use tokio::time::sleep;
use wire::{SessionId, UnixMs};

use super::{Inner, Registry};

/// Deadlines that one turn of the timer runs before others get the thread.
const DUE_PER_TURN: usize = 64;
/// Longest sleep, though nothing is due.
const MAX_SLEEP: Duration = Duration::from_secs(60);

impl Registry {
    /// Wakes each session when it is due, for as long as it is polled.
    pub(crate) async fn keep_time(&self) {
        let mut jumps = clock::jumps();
        loop {
            self.run_due();
            let wait = match self.0.timetable.first() {
                Some(first) => millis(first.since(clock::steady())).min(MAX_SLEEP),
                None => MAX_SLEEP,
            };
            tokio::select! {
                () = sleep(wait) => {}
                () = self.0.timetable.changed() => {}
                _ = jumps.changed() => self.follow_the_wall(),
            }
        }
    }

    /// Wakes sessions that are due; some of them, where they are very many.
    pub(crate) fn run_due(&self) {
        for _ in 0..DUE_PER_TURN {
            let Some((due, id)) = self.0.timetable.pop(clock::steady()) else {
                return;
            };
            self.0.tick(&id, due);
        }
    }

    /// Somebody set the wall clock: every session that goes by it is due at another moment.
    fn follow_the_wall(&self) {
        let slots: Vec<_> = self.0.read_sessions().values().cloned().collect();
        let mut moved = 0_u32;
        for slot in slots {
            let mut entry = slot.lock();
            let before = entry.due;
            self.0.settle(&slot, &mut entry);
            moved += u32::from(entry.due != before);
        }
        tracing::info!(sessions = moved, "went by the wall clock as it is now");
    }
}

impl Inner {
    fn tick(self: &Arc<Self>, id: &SessionId, due: UnixMs) {
        let Some(slot) = self.find(id) else { return };
        let mut entry = slot.lock();
        if entry.due == Some(due) {
            // The timetable has let go of it already.
            entry.due = None;
        }
        if let Some(kind) = entry.kind_due_at(due) {
            let late_ms = clock::steady().since(due).max(0);
            metrics::histogram!("signaling_timer_lateness_seconds", "kind" => kind.name())
                .record(millis(late_ms).as_secs_f64());
        }
        self.run(&slot, &mut entry, Input::Tick);
    }
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(ms.max(0).unsigned_abs())
}
