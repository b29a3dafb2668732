//! From both in to live: the countdown, and the wait for media after it.

use wire::signaling::{CancelReason, CountdownCancelled};
use wire::{EndReason, UnixMs};

use crate::effects::Effects;
use crate::{Note, Phase, Session};

/// A countdown that is seen to be over later than this was not watched, in milliseconds: the process
/// stood still. The clock then starts when it is seen, so that nobody loses time by it.
const LATE_START_MS: i64 = 1_000;

impl Session {
    pub(crate) fn countdown_is_over(&mut self, live_at: UnixMs, now: UnixMs, fx: &mut Effects) {
        if self.negotiation.both_connected() {
            let started_at = match now.since(live_at) <= LATE_START_MS {
                true => live_at,
                false => now,
            };
            return self.go_live(started_at, now, fx);
        }
        let until = now + self.spec.connect_ms;
        self.phase = Phase::Connecting { until };
        fx.save_behind();
        fx.note(Note::Connecting { until });
    }

    pub(crate) fn connecting_is_over(&mut self, fx: &mut Effects) {
        self.end(EndReason::ConnectFailed, None, fx);
    }

    /// Back to the lobby, from a countdown or the wait after it. A new countdown starts when both
    /// are in again.
    pub(crate) fn cancel_countdown(&mut self, reason: CancelReason, fx: &mut Effects) {
        if let Phase::Countdown { .. } | Phase::Connecting { .. } = self.phase {
            self.phase = Phase::Lobby;
            fx.save_behind();
            fx.note(Note::CountdownCancelled { reason });
            self.tell_both(CountdownCancelled { reason }, fx);
        }
    }
}
