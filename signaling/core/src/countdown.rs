//! From both in to live: the countdown, and the wait for media after it.

use wire::signaling::{CancelReason, CountdownCancelled};
use wire::{EndReason, UnixMs};

use crate::step_outputs::StepOutputs;
use crate::{LogEvent, Session, SessionPhase};

/// A countdown that is seen to be over later than this was not watched, in milliseconds: the process
/// stood still. The clock then starts when it is seen, so that nobody loses time by it.
const LATE_START_MS: i64 = 1_000;

impl Session {
    pub(crate) fn countdown_is_over(
        &mut self,
        live_at: UnixMs,
        now: UnixMs,
        out: &mut StepOutputs,
    ) {
        if self.is_past_hard_end(now) {
            return self.end(EndReason::Abandoned, None, out);
        }
        if self.negotiation.both_connected() {
            let started_at = match now.since(live_at) <= LATE_START_MS {
                true => live_at,
                false => now,
            };
            return self.go_live(started_at, now, out);
        }
        let until = self.clipped(now + self.spec.connect_ms);
        self.phase = SessionPhase::Connecting { until };
        out.save_behind();
        out.note(LogEvent::Connecting { until });
    }

    pub(crate) fn connecting_is_over(&mut self, out: &mut StepOutputs) {
        self.end(EndReason::ConnectFailed, None, out);
    }

    /// Back to the lobby, from a countdown or the wait after it. A new countdown starts when both
    /// are in again.
    pub(crate) fn cancel_countdown(&mut self, reason: CancelReason, out: &mut StepOutputs) {
        if let SessionPhase::Countdown { .. } | SessionPhase::Connecting { .. } = self.phase {
            self.phase = SessionPhase::Lobby;
            out.save_behind();
            out.note(LogEvent::CountdownCancelled { reason });
            self.send_to_both(CountdownCancelled { reason }, out);
        }
    }
}
