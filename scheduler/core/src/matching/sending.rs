//! Sending a gift: who may, how often, and whether it crosses another.

use wire::{EventType, GiftKind, Participant, UnixMs, UserId};

use super::announce::Announcer;
use super::crossing::{Crossing, partner, times_in_both};
use super::gift::{Gift, GiftFate};
use super::gift_checks::CheckedGift;
use super::meeting::MeetingTime;
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use crate::ids::NewId;
use crate::people::KnownPerson;

/// Gifts of one person in a day, those to blockers and those taken back among them: more is no gift.
const MAX_PER_DAY: usize = 20;
/// A day that begins with each gift, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// A checked gift, to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendCommand {
    /// Who gives it.
    pub giver: UserId,
    /// What was asked for, within every bound.
    pub gift: CheckedGift,
}

/// What is loaded for whoever sends a gift, under a lock of both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SendContext {
    /// Giver and receiver.
    pub people: [Option<KnownPerson>; 2],
    /// True while a match of the two stands.
    pub is_matched: bool,
    /// True where the giver has blocked the receiver.
    pub giver_blocks: bool,
    /// True where the receiver has blocked the giver.
    pub receiver_blocks: bool,
    /// When the giver sent what they sent since [`SendCommand::counted_from`], oldest first.
    pub sent_at: Vec<UnixMs>,
    /// The special gifts of the two that may still cross, in both directions, and the giver's to the receiver that
    /// don't reach them.
    pub specials: Vec<Gift>,
    /// Each of [`SendCommand::times_in_both`], with what is around it.
    pub meetings: Vec<MeetingTime>,
}

impl SendCommand {
    /// The moment since which gifts count against today's.
    #[must_use]
    pub fn counted_from(now: UnixMs) -> UnixMs {
        now - DAY_MS
    }

    /// The times ahead of now that stand in this gift and in the one that it would cross, rising.
    #[must_use]
    pub fn times_in_both(&self, now: UnixMs, specials: &[Gift]) -> Vec<UnixMs> {
        match partner(now, &self.gift.to, specials) {
            Some(partner) if self.gift.kind == GiftKind::Special => {
                times_in_both(now, &self.gift.times, &partner.times)
            }
            _ => Vec::new(),
        }
    }
}

/// Sends a gift. Of two special ones that cross a match is made, and both open. A gift to somebody who has blocked
/// its giver looks to the giver as any other.
///
/// # Errors
/// Every [`MatchingRefusal`] of sending.
pub fn send_gift(
    now: UnixMs,
    command: SendCommand,
    found: SendContext,
    new_id: NewId<'_>,
) -> MatchingDecision<Gift> {
    let [Some(giver), Some(receiver)] = found.people.clone() else {
        return Err(MatchingRefusal::NotFound);
    };
    check_allowed(now, &command, &found)?;
    let is_delivered = !found.receiver_blocks;
    let gift = new_gift(now, command.gift, [&giver, &receiver], is_delivered, new_id);
    if !is_delivered {
        let change = MatchingChange::InsertGift(Box::new(gift.clone()));
        return Ok(Decided {
            answer: gift,
            effects: MatchingEffects {
                changes: vec![change],
                effects: Vec::new(),
            },
        });
    }
    let earlier = partner(now, &receiver.id, &found.specials).cloned();
    let Some(earlier) = earlier.filter(|_| gift.kind == GiftKind::Special) else {
        return Ok(alone(now, gift, new_id));
    };
    let is_other = |one: &Gift| one.can_cross() && one.id != earlier.id;
    let others = found.specials.into_iter().filter(is_other).collect();
    let crossing = Crossing {
        later: gift,
        earlier,
        others,
        people: [giver, receiver],
        meetings: found.meetings,
    };
    let (answer, effects) = crossing.decide(now, new_id);
    Ok(Decided { answer, effects })
}

fn check_allowed(
    now: UnixMs,
    command: &SendCommand,
    found: &SendContext,
) -> Result<(), MatchingRefusal> {
    if found.giver_blocks {
        return Err(MatchingRefusal::Conflict(
            "You have blocked this person: lift the block first.",
        ));
    }
    if found.is_matched {
        return Err(MatchingRefusal::AlreadyMatched);
    }
    let recent = found
        .sent_at
        .iter()
        .filter(|at| **at > SendCommand::counted_from(now));
    let recent: Vec<_> = recent.collect();
    if recent.len() >= MAX_PER_DAY {
        // Once that many are left, one more has room.
        let freed_by = *recent[recent.len() - MAX_PER_DAY] + DAY_MS;
        let wait_ms = u64::try_from(freed_by.since(now)).unwrap_or(1);
        return Err(MatchingRefusal::QuotaExceeded(wait_ms));
    }
    let is_same = |gift: &&Gift| gift.giver.user_id == command.giver && gift.is_sealed(now);
    if command.gift.kind == GiftKind::Special && found.specials.iter().any(|gift| is_same(&gift)) {
        return Err(MatchingRefusal::Conflict(
            "A special gift of yours to this person is still sealed.",
        ));
    }
    Ok(())
}

fn new_gift(
    now: UnixMs,
    gift: CheckedGift,
    [giver, receiver]: [&KnownPerson; 2],
    is_delivered: bool,
    new_id: NewId<'_>,
) -> Gift {
    let person = |person: &KnownPerson| Participant {
        user_id: person.id.clone(),
        name: person.name.clone(),
    };
    Gift {
        id: new_id().into(),
        giver: person(giver),
        receiver: person(receiver),
        kind: gift.kind,
        letter: gift.letter,
        times: gift.times,
        sent_at: now,
        opens_at: gift.opens_at,
        opened_at: (gift.opens_at <= now).then_some(now),
        fate: if is_delivered {
            GiftFate::Delivered
        } else {
            GiftFate::Undelivered
        },
        match_id: None,
    }
}

/// A gift that crosses none.
fn alone(now: UnixMs, gift: Gift, new_id: NewId<'_>) -> Decided<Gift> {
    let mut announcer = Announcer::new(now, new_id);
    announcer.gift(&gift, EventType::GiftReceived);
    if gift.opened_at.is_some() {
        announcer.gift(&gift, EventType::GiftOpened);
    }
    announcer.notify_gift(&gift);
    let change = MatchingChange::InsertGift(Box::new(gift.clone()));
    let effects = MatchingEffects::new(vec![change], announcer.effects);
    Decided {
        answer: gift,
        effects,
    }
}
