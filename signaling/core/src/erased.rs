//! Somebody leaves for good: a session that is theirs is called off, and names them no more.

use wire::{EndReason, LEFT_NAME, SessionSpec, UserId};

use crate::Session;
use crate::step_outputs::StepOutputs;

/// Takes the name of `user` out of a booking; false where it is not there.
pub fn forget_name(spec: &mut SessionSpec, user: &UserId) -> bool {
    let theirs = spec
        .participants
        .iter_mut()
        .find(|one| one.user_id == *user && one.name != LEFT_NAME);
    match theirs {
        Some(participant) => {
            LEFT_NAME.clone_into(&mut participant.name);
            true
        }
        None => false,
    }
}

impl Session {
    /// True for the two whose session it is.
    #[must_use]
    pub fn is_of(&self, user: &UserId) -> bool {
        self.side_of(user).is_some()
    }

    /// The booking is called off as a rule before this comes; whoever is in is closed in any case.
    pub(crate) fn erased(&mut self, user: &UserId, out: &mut StepOutputs) {
        if forget_name(&mut self.spec, user) {
            out.save_behind();
        }
        if self.is_of(user) && self.is_over().is_none() {
            self.end(EndReason::Cancelled, None, out);
        }
    }
}
