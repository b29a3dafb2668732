//! Who was in, from when to when, and whose media came up: the evidence for the outcome.

use wire::{Presence, Stay, UnixMs};

use crate::Session;
use crate::seat::{SIDES, Seat, Side};
use crate::step_outputs::StepOutputs;

/// Most stays that are kept of one person, in the snapshot and in the event: of more, the first and
/// the newest.
const MAX_STAYS: usize = 16;

impl Seat {
    /// Somebody is in from now on, if they are not already. True where an older stay had to go.
    pub(crate) fn stay_begins(&mut self, now: UnixMs) -> bool {
        if self.stays.last().is_some_and(|stay| stay.to.is_none()) {
            return false;
        }
        let full = self.stays.len() >= MAX_STAYS;
        if full {
            self.stays.remove(1);
        }
        self.stays.push(Stay {
            from: now,
            to: None,
        });
        full
    }

    /// Nobody is in any longer; they were until `at`. A lobby's clock may have been set back meanwhile.
    pub(crate) fn stay_ends(&mut self, at: UnixMs) {
        if let Some(stay) = self.stays.last_mut().filter(|stay| stay.to.is_none()) {
            stay.to = Some(at.max(stay.from));
        }
    }
}

impl Session {
    /// The evidence as it ends: every stay is over. Who is lost was in until they were lost.
    pub(crate) fn evidence(&mut self, out: &StepOutputs) -> Vec<Presence> {
        for seat in &mut self.seats {
            let until = match seat.is_in() {
                true => out.now(),
                false => seat.last_in_at.unwrap_or(out.now()),
            };
            seat.stay_ends(until);
        }
        SIDES.into_iter().map(|side| self.presence(side)).collect()
    }

    /// One person's part of it.
    pub(crate) fn presence(&self, side: Side) -> Presence {
        let seat = &self.seats[side];
        Presence {
            user_id: self.user(side).clone(),
            stays: seat.stays.clone(),
            media_up_at: seat.media_up_at,
        }
    }
}
