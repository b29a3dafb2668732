//! Waiting for both and for the start.

use wire::signaling::Countdown;
use wire::{EndReason, LAST_COUNTDOWN_AFTER_CLOSE_MS, UnixMs};

use crate::seat::Seat;
use crate::step_outputs::StepOutputs;
use crate::{DeadlineKind, LogEvent, Session, SessionPhase};

impl Session {
    /// When the lobby changes by itself: both are in, and the start comes; or a seat is empty when
    /// it closes. While a grace runs it waits for that.
    pub(crate) fn lobby_due(&self) -> Option<(UnixMs, DeadlineKind)> {
        if self.both_in() {
            return Some((self.spec.starts_at, DeadlineKind::Start));
        }
        let grace_runs = self.seats.iter().any(|seat| seat.resume_until().is_some());
        (!grace_runs).then_some((self.lobby_closes_at(), DeadlineKind::Close))
    }

    /// When a lobby with a seat empty closes: nobody waits for what the hard end no longer allows.
    pub(crate) fn lobby_closes_at(&self) -> UnixMs {
        self.clipped(self.spec.closes_at)
    }

    pub(crate) fn lobby_is_due(&mut self, now: UnixMs, out: &mut StepOutputs) {
        if !self.both_in() {
            return self.close_lobby(out);
        }
        let last_start_at = self.spec.closes_at + LAST_COUNTDOWN_AFTER_CLOSE_MS;
        if now > last_start_at || self.is_past_hard_end(now) {
            return self.end(EndReason::Abandoned, None, out);
        }
        let live_at = now + self.spec.countdown_ms;
        self.phase = SessionPhase::Countdown { live_at };
        out.save_behind();
        out.note(LogEvent::Countdown { live_at });
        let countdown = Countdown {
            live_at,
            server_now: now,
        };
        self.send_to_both(countdown, out);
    }

    /// True where nobody was ever in: of that the scheduler judges, not we.
    pub(crate) fn nobody_came(&self) -> bool {
        let never = |seat: &Seat| seat.last_in_at.is_none();
        self.seats.iter().all(never)
    }
}
