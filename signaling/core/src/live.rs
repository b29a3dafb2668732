//! The clock: live, its warning, its pauses.

use wire::signaling::{Ending, Live, Paused};
use wire::{EndReason, EventType, OnLoss, SessionFact, UnixMs};

use crate::effects::Effects;
use crate::phase::Clock;
use crate::seat::Side;
use crate::{Due, Note, Phase, Session};

impl Session {
    pub(crate) fn go_live(&mut self, started_at: UnixMs, now: UnixMs, fx: &mut Effects) {
        let deadline_at = started_at + self.spec.duration_ms;
        let clock = Clock {
            started_at,
            extensions: 0,
            asked: [false; 2],
            paused_ms: 0,
        };
        let live = SessionFact {
            started_at: Some(started_at),
            deadline_at: Some(deadline_at),
            ..SessionFact::default()
        };
        fx.fact(EventType::SessionLive, live);
        self.run_until(deadline_at, clock, now, fx);
    }

    /// The next thing that a live clock brings: its warning, or its end.
    pub(crate) fn live_due(&self, deadline_at: UnixMs, warned: bool) -> (UnixMs, Due) {
        match warned {
            true => (deadline_at, Due::Deadline),
            false => (deadline_at - self.settings.warning_ms, Due::Warning),
        }
    }

    pub(crate) fn live_is_due(&mut self, deadline_at: UnixMs, now: UnixMs, fx: &mut Effects) {
        if now >= deadline_at {
            return self.end(EndReason::Completed, None, fx);
        }
        if let Phase::Live { warned, .. } = &mut self.phase {
            *warned = true;
        }
        fx.save_behind();
        let ending = Ending {
            deadline_at,
            server_now: now,
        };
        self.tell_both(ending, fx);
    }

    /// Stops the clock for somebody who is lost, where the booking says so and the cap allows. A hard
    /// end caps the pause too: the clock must not run again into it.
    pub(crate) fn pause_if_booked(&mut self, now: UnixMs, fx: &mut Effects) {
        let Phase::Live {
            clock, deadline_at, ..
        } = &self.phase
        else {
            return;
        };
        let until_hard_end_ms = self
            .spec
            .hard_end_at
            .map_or(i64::MAX, |hard_end_at| hard_end_at.since(*deadline_at));
        let budget_ms = (self.spec.max_pause_ms - clock.paused_ms).min(until_hard_end_ms);
        if self.spec.on_loss != OnLoss::Pause || budget_ms <= 0 {
            return;
        }
        let remaining_ms = deadline_at.since(now);
        let until = now + budget_ms;
        self.phase = Phase::Paused {
            clock: clock.clone(),
            remaining_ms,
            since: now,
            until,
        };
        fx.save_behind();
        fx.note(Note::Paused { until });
        let paused = Paused {
            remaining_ms,
            until,
        };
        self.tell_both(paused, fx);
    }

    /// Who comes while the clock stands, and is alone, learns what is left and until when.
    pub(crate) fn tell_still_paused(&mut self, side: Side, fx: &mut Effects) {
        let Phase::Paused {
            remaining_ms,
            until,
            ..
        } = self.phase
        else {
            return;
        };
        if !self.both_in() {
            let paused = Paused {
                remaining_ms,
                until,
            };
            self.tell(side, paused, fx);
        }
    }

    /// The clock runs again: both are in, or the pauses are used up.
    pub(crate) fn run_again(&mut self, now: UnixMs, fx: &mut Effects) {
        let Phase::Paused {
            clock,
            remaining_ms,
            since,
            until,
        } = &self.phase
        else {
            return;
        };
        // A timer that comes late lengthens no pause beyond its cap.
        let over_at = now.min(*until);
        let clock = Clock {
            paused_ms: clock.paused_ms + over_at.since(*since),
            ..clock.clone()
        };
        let deadline_at = over_at + *remaining_ms;
        fx.note(Note::Resumed { deadline_at });
        self.run_until(deadline_at, clock, now, fx);
    }

    fn run_until(&mut self, deadline_at: UnixMs, clock: Clock, now: UnixMs, fx: &mut Effects) {
        let started_at = clock.started_at;
        self.phase = Phase::Live {
            clock,
            deadline_at,
            warned: false,
        };
        fx.save_first();
        let live = Live {
            started_at,
            deadline_at,
            server_now: now,
        };
        self.tell_both(live, fx);
    }
}
