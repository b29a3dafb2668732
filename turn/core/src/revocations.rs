//! Credentials that are good no longer though their end has not come. A credential can't be taken back from
//! whoever has it, so that its holder is remembered until it has run out.

use std::collections::{BTreeMap, BTreeSet};

use wire::UnixMs;

use crate::credential_holder::{holder, session_of, session_tag};
use crate::effects::Effects;
use crate::{AllocationId, Metric, TurnServer};

/// Revocations that are remembered at once: a hundred sessions a second for the life of a credential.
const MAX_REVOCATIONS: usize = 65_536;

/// The tags of sessions and holders, each until when.
#[derive(Debug, Default)]
pub(crate) struct Revocations {
    until: BTreeMap<String, UnixMs>,
    expiries: BTreeSet<(UnixMs, String)>,
}

impl Revocations {
    /// True for a holder that is revoked, or whose session is.
    pub(crate) fn names(&self, holder: &str) -> bool {
        let is_named = |tag: &str| self.until.contains_key(tag);
        !self.until.is_empty() && (is_named(holder) || session_of(holder).is_some_and(is_named))
    }

    /// Forgets what has run out; credentials of that time have, too.
    pub(crate) fn expire(&mut self, now: UnixMs) {
        while self.expiries.first().is_some_and(|(at, _)| *at <= now) {
            self.forget_first();
        }
    }

    /// Remembers a tag. False when the one that would have run out first had to be forgotten.
    fn add(&mut self, tag: String, until: UnixMs) -> bool {
        let known = self.until.get(&tag).copied();
        if known.is_some_and(|known| known >= until) {
            return true;
        }
        if let Some(known) = known {
            self.expiries.remove(&(known, tag.clone()));
        }
        let has_room = known.is_some() || self.until.len() < MAX_REVOCATIONS;
        if !has_room {
            self.forget_first();
        }
        self.expiries.insert((until, tag.clone()));
        self.until.insert(tag, until);
        has_room
    }

    fn forget_first(&mut self) {
        if let Some((_, tag)) = self.expiries.pop_first() {
            self.until.remove(&tag);
        }
    }
}

impl TurnServer {
    /// Ends the allocations of a session, or of one person in it, and refuses their credentials from here on.
    pub(crate) fn revoke(
        &mut self,
        now: UnixMs,
        session: &str,
        user: Option<&str>,
        until: UnixMs,
        effects: &mut Effects,
    ) {
        if until <= now {
            return;
        }
        for secret in &self.settings.secrets {
            let tag = match user {
                Some(user) => holder(secret, session, user),
                None => session_tag(secret, session),
            };
            if !self.revocations.add(tag, until) {
                effects.count(Metric::RevocationForgotten);
            }
        }
        let ended: Vec<AllocationId> = self
            .allocations
            .iter()
            .filter(|(_, allocation)| self.revocations.names(&allocation.person))
            .map(|(id, _)| *id)
            .collect();
        for id in ended {
            self.remove(id, effects);
            effects.count(Metric::Ended);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trn_56_revocations_are_bounded_and_the_first_to_run_out_goes_first() {
        let mut revocations = Revocations::default();
        let most = i64::try_from(MAX_REVOCATIONS).unwrap();
        for number in 0..most {
            assert!(revocations.add(number.to_string(), UnixMs(1_000 + number)));
        }
        assert!(
            revocations.add("0".to_owned(), UnixMs(9_000_000)),
            "a known one"
        );
        assert!(!revocations.add("new".to_owned(), UnixMs(5_000_000)));
        assert!(revocations.names("new") && revocations.names("0.x") && !revocations.names("1"));
        assert_eq!(revocations.until.len(), MAX_REVOCATIONS);
        assert_eq!(revocations.expiries.len(), MAX_REVOCATIONS);
        revocations.expire(UnixMs(5_000_000));
        assert_eq!(revocations.until.len(), 1);
    }
}
