//! What ends between a person who is erased and everybody whom they found.

use wire::{UnixMs, UserId};

use super::announce::Announcer;
use super::ending::{MatchInForce, ended};
use super::outcome::MatchingEffects;
use crate::ids::NewId;

/// Ends every match of somebody who is erased, as one of its two does, and tells the services.
#[must_use]
pub fn erase(
    now: UnixMs,
    user: &UserId,
    matches: Vec<MatchInForce>,
    new_id: NewId<'_>,
) -> MatchingEffects {
    let mut effects = MatchingEffects::default();
    for found in matches {
        effects.extend(ended(now, found, new_id));
    }
    // After what ends, so that whoever is told forgets them last.
    let mut announcer = Announcer::new(now, new_id);
    announcer.user_erased(user);
    effects.extend(MatchingEffects::new(Vec::new(), announcer.effects));
    effects
}
