//! The clock: live, its warning, its pauses.

use wire::signaling::{Ending, Live, Paused};
use wire::{EndReason, EventType, OnLoss, SessionFact, UnixMs};

use crate::phase::LiveClock;
use crate::seat::Side;
use crate::step_outputs::StepOutputs;
use crate::{DeadlineKind, LogEvent, Session, SessionPhase};

impl Session {
    pub(crate) fn go_live(&mut self, started_at: UnixMs, now: UnixMs, out: &mut StepOutputs) {
        let deadline_at = self.clipped(started_at + self.spec.duration_ms);
        let clock = LiveClock {
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
        out.fact(EventType::SessionLive, live);
        self.run_until(deadline_at, clock, now, out);
    }

    /// An end that is wanted, and not past the hard end.
    pub(crate) fn clipped(&self, wanted: UnixMs) -> UnixMs {
        let hard_end_at = self.spec.hard_end_at;
        hard_end_at.map_or(wanted, |hard_end_at| wanted.min(hard_end_at))
    }

    /// True where nothing of the session can be held any longer.
    pub(crate) fn is_past_hard_end(&self, now: UnixMs) -> bool {
        let hard_end_at = self.spec.hard_end_at;
        hard_end_at.is_some_and(|hard_end_at| now >= hard_end_at)
    }

    /// The next thing that a live clock brings: its warning, or its end.
    pub(crate) fn live_due(&self, deadline_at: UnixMs, warned: bool) -> (UnixMs, DeadlineKind) {
        match warned {
            true => (deadline_at, DeadlineKind::Deadline),
            false => (
                deadline_at - self.settings.warning_ms,
                DeadlineKind::Warning,
            ),
        }
    }

    pub(crate) fn live_is_due(&mut self, deadline_at: UnixMs, now: UnixMs, out: &mut StepOutputs) {
        if now >= deadline_at {
            return self.end(EndReason::Completed, None, out);
        }
        if let SessionPhase::Live { warned, .. } = &mut self.phase {
            *warned = true;
        }
        out.save_behind();
        let ending = Ending {
            deadline_at,
            server_now: now,
        };
        self.send_to_both(ending, out);
    }

    /// Stops the clock for somebody who is lost, where the booking says so and the cap allows. A hard
    /// end caps the pause too: the clock must not run again into it.
    pub(crate) fn pause_if_booked(&mut self, now: UnixMs, out: &mut StepOutputs) {
        let SessionPhase::Live {
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
        self.phase = SessionPhase::Paused {
            clock: clock.clone(),
            remaining_ms,
            since: now,
            until,
        };
        out.save_behind();
        out.note(LogEvent::Paused { until });
        let paused = Paused {
            remaining_ms,
            until,
        };
        self.send_to_both(paused, out);
    }

    /// Who comes while the clock stands, and is alone, learns what is left and until when.
    pub(crate) fn send_still_paused(&mut self, side: Side, out: &mut StepOutputs) {
        let SessionPhase::Paused {
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
            self.send_to(side, paused, out);
        }
    }

    /// The clock runs again: both are in, or the pauses are used up.
    pub(crate) fn resume_clock(&mut self, now: UnixMs, out: &mut StepOutputs) {
        let SessionPhase::Paused {
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
        let clock = LiveClock {
            paused_ms: clock.paused_ms + over_at.since(*since),
            ..clock.clone()
        };
        let deadline_at = over_at + *remaining_ms;
        out.note(LogEvent::Resumed { deadline_at });
        self.run_until(deadline_at, clock, now, out);
    }

    fn run_until(
        &mut self,
        deadline_at: UnixMs,
        clock: LiveClock,
        now: UnixMs,
        out: &mut StepOutputs,
    ) {
        let started_at = clock.started_at;
        self.phase = SessionPhase::Live {
            clock,
            deadline_at,
            warned: false,
        };
        out.save_first();
        let live = Live {
            started_at,
            deadline_at,
            server_now: now,
        };
        self.send_to_both(live, out);
    }
}
