//! Sending a gift: who may, how often, and whether it crosses another.

use wire::{EventType, GiftKind, UnixMs, UserId};

use super::announce::Announcer;
use super::crossing::{Crossing, partner, times_in_both};
use super::gift::{Gift, GiftFate};
use super::gift_checks::GiftContent;
use super::meeting::MeetingTime;
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use crate::ids::NewId;
use crate::people::KnownPerson;

/// Gifts of one person in a day, those to blockers and those taken back among them, and apart from them reports: more is
/// no gift.
const MAX_PER_DAY: usize = 20;
/// A day that begins with each gift, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// A checked gift, to be sent to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendCommand {
    /// Who gives it.
    pub giver: UserId,
    /// Whom it is for.
    pub to: UserId,
    /// What was asked for, within every bound.
    pub content: GiftContent,
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
        crossing_times(now, &self.to, &self.content, specials)
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
    let gift = new_gift(
        now,
        command.content,
        [&giver, &receiver],
        is_delivered,
        new_id,
    );
    let arrival = GiftArrival {
        gift,
        people: [giver, receiver],
        specials: found.specials,
        meetings: found.meetings,
    };
    let (answer, effects) = arrival.decide(now, new_id);
    Ok(Decided { answer, effects })
}

/// The times ahead of now that stand in a gift to `to` and in the one that it would cross, rising.
pub(super) fn crossing_times(
    now: UnixMs,
    to: &UserId,
    content: &GiftContent,
    specials: &[Gift],
) -> Vec<UnixMs> {
    match partner(now, to, specials) {
        Some(partner) if content.kind == GiftKind::Special => {
            times_in_both(now, &content.times, &partner.times)
        }
        _ => Vec::new(),
    }
}

/// A gift that comes to its receiver, with everything that is decided from.
pub(super) struct GiftArrival {
    pub(super) gift: Gift,
    /// Giver and receiver.
    pub(super) people: [KnownPerson; 2],
    /// What may cross it, as [`SendContext`] has it.
    pub(super) specials: Vec<Gift>,
    /// Times that stand in both, with what is around them.
    pub(super) meetings: Vec<MeetingTime>,
}

impl GiftArrival {
    /// The gift as it is now, and what follows: nobody is told of one that does not reach its receiver.
    pub(super) fn decide(self, now: UnixMs, new_id: NewId<'_>) -> (Gift, MatchingEffects) {
        let GiftArrival {
            gift,
            people,
            specials,
            meetings,
        } = self;
        if gift.fate != GiftFate::Delivered {
            let change = MatchingChange::InsertGift(Box::new(gift.clone()));
            let effects = MatchingEffects {
                changes: vec![change],
                effects: Vec::new(),
            };
            return (gift, effects);
        }
        let earlier = partner(now, &gift.receiver.user_id, &specials).cloned();
        let Some(earlier) = earlier.filter(|_| gift.can_cross()) else {
            return alone(now, gift, new_id);
        };
        let is_other = |one: &Gift| one.can_cross() && one.id != earlier.id;
        let crossing = Crossing {
            later: gift,
            others: specials.into_iter().filter(is_other).collect(),
            earlier,
            people,
            meetings,
        };
        crossing.decide(now, new_id)
    }
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
    check_day(now, &found.sent_at)?;
    // One that went to an address does not count: the refusal would tell whose that is.
    let is_same = |gift: &&Gift| {
        gift.giver.user_id == command.giver && gift.sent_to.is_none() && gift.is_sealed(now)
    };
    if command.content.kind == GiftKind::Special && found.specials.iter().any(|gift| is_same(&gift))
    {
        return Err(MatchingRefusal::Conflict(
            "A special gift of yours to this person is still sealed.",
        ));
    }
    Ok(())
}

/// Room for one more thing of a person's day, who has sent those, oldest first.
pub(super) fn check_day(now: UnixMs, sent_at: &[UnixMs]) -> Result<(), MatchingRefusal> {
    let recent = sent_at
        .iter()
        .filter(|at| **at > SendCommand::counted_from(now));
    let recent: Vec<_> = recent.collect();
    if recent.len() >= MAX_PER_DAY {
        // Once that many are left, one more has room.
        let freed_by = *recent[recent.len() - MAX_PER_DAY] + DAY_MS;
        let wait_ms = u64::try_from(freed_by.since(now)).unwrap_or(1);
        return Err(MatchingRefusal::QuotaExceeded(wait_ms));
    }
    Ok(())
}

fn new_gift(
    now: UnixMs,
    gift: GiftContent,
    [giver, receiver]: [&KnownPerson; 2],
    is_delivered: bool,
    new_id: NewId<'_>,
) -> Gift {
    Gift {
        id: new_id().into(),
        giver: giver.public(),
        receiver: receiver.public(),
        kind: gift.kind,
        letter: gift.letter,
        times: gift.times,
        sent_to: None,
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
fn alone(now: UnixMs, gift: Gift, new_id: NewId<'_>) -> (Gift, MatchingEffects) {
    let mut announcer = Announcer::new(now, new_id);
    announcer.gift(&gift, EventType::GiftReceived);
    if gift.opened_at.is_some() {
        announcer.gift(&gift, EventType::GiftOpened);
    }
    announcer.notify_gift(&gift);
    let change = MatchingChange::InsertGift(Box::new(gift.clone()));
    let effects = MatchingEffects::new(vec![change], announcer.effects);
    (gift, effects)
}
