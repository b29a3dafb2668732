//! More time: both must ask, and there must be some to give.

use wire::signaling::{ExtendRequested, Extended};
use wire::{EventType, SessionFact, UnixMs};

use crate::phase::LiveClock;
use crate::reject_reason::RejectReason;
use crate::seat::Side;
use crate::step_outputs::StepOutputs;
use crate::{Session, SessionPhase};

impl Session {
    pub(crate) fn extend(&mut self, side: Side, out: &mut StepOutputs) -> Result<(), RejectReason> {
        let SessionPhase::Live {
            clock, deadline_at, ..
        } = &self.phase
        else {
            return Err(RejectReason::NotLive);
        };
        let Some(new_deadline_at) = self.extended_deadline(clock, *deadline_at) else {
            return Err(RejectReason::NoExtensionsLeft);
        };
        let mut clock = clock.clone();
        let asked_before = std::mem::replace(&mut clock.asked[side], true);
        if clock.asked == [true, true] {
            self.grant(new_deadline_at, clock, out);
        } else if !asked_before {
            self.keep_asking(clock, out);
            let by = self.user(side).clone();
            self.send_to_both(ExtendRequested { by }, out);
        }
        Ok(())
    }

    /// How many extensions are left; none where the deadline is the hard end.
    pub(crate) fn extensions_left(&self) -> u32 {
        if let SessionPhase::Live { deadline_at, .. } = &self.phase
            && self.is_past_hard_end(*deadline_at)
        {
            return 0;
        }
        let used = self.clock().map_or(0, |clock| clock.extensions);
        self.spec.max_extensions.saturating_sub(used)
    }

    /// Of a session that is or was live: its clock.
    pub(crate) fn clock(&self) -> Option<&LiveClock> {
        match &self.phase {
            SessionPhase::Live { clock, .. } | SessionPhase::Paused { clock, .. } => Some(clock),
            _ => None,
        }
    }

    /// The deadline that one more extension would give, if it would give anything.
    fn extended_deadline(&self, clock: &LiveClock, deadline_at: UnixMs) -> Option<UnixMs> {
        let clipped = self.clipped(deadline_at + self.spec.extension_ms);
        let any_left = clock.extensions < self.spec.max_extensions;
        (any_left && clipped > deadline_at).then_some(clipped)
    }

    fn keep_asking(&mut self, asking: LiveClock, out: &mut StepOutputs) {
        if let SessionPhase::Live { clock, .. } = &mut self.phase {
            *clock = asking;
            out.save_behind();
        }
    }

    fn grant(&mut self, deadline_at: UnixMs, clock: LiveClock, out: &mut StepOutputs) {
        self.phase = SessionPhase::Live {
            clock: LiveClock {
                extensions: clock.extensions + 1,
                asked: [false; 2],
                ..clock
            },
            deadline_at,
            warned: false,
        };
        out.save_first();
        let extensions_left = self.extensions_left();
        let extended = SessionFact {
            deadline_at: Some(deadline_at),
            extensions_left: Some(extensions_left),
            ..SessionFact::default()
        };
        out.fact(EventType::SessionExtended, extended);
        let extended = Extended {
            deadline_at,
            extensions_left,
        };
        self.send_to_both(extended, out);
    }
}
