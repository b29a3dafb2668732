//! Two special gifts that cross: one match, both open, one room, and a session where both named a time.

use std::collections::BTreeSet;

use wire::{EventType, MatchId, ProposalState, UnixMs, UserId};

use super::announce::Announcer;
use super::gift::Gift;
use super::match_record::Match;
use super::meeting::{Meeting, MeetingTime};
use super::outcome::{MatchingChange, MatchingEffects};
use super::proposal::Proposal;
use super::proposing::announce_proposal;
use crate::account::PEOPLE;
use crate::ids::NewId;
use crate::people::KnownPerson;
use crate::terms::DEFAULT_DURATION_MS;

/// Two gifts that cross, with everything that is decided from.
pub(super) struct Crossing {
    /// The one that comes now.
    pub(super) later: Gift,
    /// The one that was there.
    pub(super) earlier: Gift,
    /// Further special gifts of the two, in either direction.
    pub(super) others: Vec<Gift>,
    /// Giver and receiver of the later one.
    pub(super) people: [KnownPerson; 2],
    /// The times that stand in both, rising.
    pub(super) meetings: Vec<MeetingTime>,
}

/// The special gift of `giver` that another one to them crosses: the sealed one, else the newest.
pub(super) fn partner<'a>(now: UnixMs, giver: &UserId, specials: &'a [Gift]) -> Option<&'a Gift> {
    let theirs = |gift: &&Gift| gift.can_cross() && gift.giver.user_id == *giver;
    let order = |gift: &&Gift| (gift.is_sealed(now), gift.sent_at, gift.id.clone());
    specials.iter().filter(theirs).max_by_key(order)
}

/// The times ahead of now that stand in both, rising.
pub(super) fn times_in_both(now: UnixMs, one: &[UnixMs], other: &[UnixMs]) -> Vec<UnixMs> {
    let other: BTreeSet<_> = other.iter().collect();
    let both = one.iter().filter(|at| **at > now && other.contains(at));
    both.copied().collect()
}

impl Crossing {
    /// The later gift as it is now, and what follows.
    pub(super) fn decide(mut self, now: UnixMs, new_id: NewId<'_>) -> (Gift, MatchingEffects) {
        let made = self.new_match(now, new_id);
        let times = [self.later.times.clone(), self.earlier.times.clone()];
        let was_sealed = self.earlier.is_sealed(now);
        for gift in [&mut self.later, &mut self.earlier] {
            gift.opened_at.get_or_insert(now);
            gift.match_id = Some(made.id.clone());
        }
        let mut announcer = Announcer::new(now, new_id);
        announcer.gift(&self.later, EventType::GiftReceived);
        announcer.gift(&self.later, EventType::GiftOpened);
        if was_sealed {
            announcer.gift(&self.earlier, EventType::GiftOpened);
        }
        announcer.match_created(&made);
        announcer.notify_match(&made);
        let announced = std::mem::take(&mut announcer.effects);
        let mut effects = MatchingEffects::new(self.changes(&made), announced);
        effects.extend(self.meet(now, &made, times, new_id));
        (self.later, effects)
    }

    fn new_match(&self, now: UnixMs, new_id: NewId<'_>) -> Match {
        let mut participants = [self.later.giver.clone(), self.later.receiver.clone()];
        participants.sort_by(|one, other| one.user_id.cmp(&other.user_id));
        Match {
            id: new_id().into(),
            application: PEOPLE.to_owned(),
            participants,
            room_id: new_id().into(),
            created_at: now,
            ended_at: None,
        }
    }

    /// The match before the gifts, which refer to it.
    fn changes(&mut self, made: &Match) -> Vec<MatchingChange> {
        let mut changes = vec![
            MatchingChange::InsertMatch(Box::new(made.clone())),
            MatchingChange::InsertGift(Box::new(self.later.clone())),
            MatchingChange::UpdateGift(Box::new(self.earlier.clone())),
        ];
        let spent = self.others.drain(..).map(|other| spend(other, &made.id));
        changes.extend(spent.map(|gift| MatchingChange::UpdateGift(Box::new(gift))));
        changes
    }

    /// Books the first time of both at which both are free; else the times of one become a proposal to the other.
    fn meet(
        &self,
        now: UnixMs,
        made: &Match,
        [later, earlier]: [Vec<UnixMs>; 2],
        new_id: NewId<'_>,
    ) -> MatchingEffects {
        for meeting in self.meetings.iter().filter(|one| one.starts_at > now) {
            let surroundings = meeting.surroundings.clone();
            let meeting = Meeting {
                starts_at: meeting.starts_at,
                duration_ms: None,
            };
            let people = self.people.clone();
            // A time at which one of them is busy is as one that does not stand in both.
            if let Ok((_, booked)) = meeting.book(now, made, people, surroundings, new_id) {
                return MatchingEffects::new(Vec::new(), booked);
            }
        }
        let put = |times: Vec<UnixMs>, by: &UserId| (ahead(now, times), by.clone());
        let mut named = [
            put(later, &self.later.giver.user_id),
            put(earlier, &self.earlier.giver.user_id),
        ];
        // One that waited for its address may come after one that was sent after it.
        if self.later.sent_at < self.earlier.sent_at {
            named.reverse();
        }
        let Some((times, by)) = named.into_iter().find(|(times, _)| !times.is_empty()) else {
            return MatchingEffects::default();
        };
        let proposal = Proposal {
            id: new_id().into(),
            match_id: made.id.clone(),
            by,
            times,
            duration_ms: DEFAULT_DURATION_MS,
            created_at: now,
            state: ProposalState::Open,
            starts_at: None,
            session_id: None,
        };
        announce_proposal(now, made, proposal, new_id)
    }
}

fn ahead(now: UnixMs, times: Vec<UnixMs>) -> Vec<UnixMs> {
    times.into_iter().filter(|at| *at > now).collect()
}

/// A gift beside which a match was made: after its end it makes no other.
fn spend(mut gift: Gift, made: &MatchId) -> Gift {
    gift.match_id = Some(made.clone());
    gift
}
