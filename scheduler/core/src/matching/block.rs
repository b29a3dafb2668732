//! Blocks: nothing passes between the two any more, and the one who is blocked is not told.

use wire::{FieldError, UnixMs, UserId};

use super::announce::Announcer;
use super::ending::{MatchInForce, ended};
use super::gift::{Gift, GiftFate};
use super::outcome::{Decided, MatchingChange, MatchingDecision, MatchingEffects, MatchingRefusal};
use crate::ids::NewId;

/// People whom one may block: a bound of what is stored for one.
pub const MAX_BLOCKS: u32 = 1_000;

/// What is loaded for whoever blocks, under a lock of both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BlockContext {
    /// True where the other one is a person at all.
    pub is_known: bool,
    /// True where the block is there.
    pub is_blocked: bool,
    /// How many they have blocked.
    pub count: u32,
    /// The match of the two that stands.
    pub in_force: Option<MatchInForce>,
    /// Gifts between the two that may be sealed.
    pub gifts: Vec<Gift>,
}

/// Blocks somebody: their match ends, and gifts between them that are sealed never reach anybody. A block that is
/// there stays as it is.
///
/// # Errors
/// [`MatchingRefusal::Invalid`] for oneself, [`MatchingRefusal::NotFound`] for nobody,
/// [`MatchingRefusal::Conflict`] above [`MAX_BLOCKS`].
pub fn block(
    now: UnixMs,
    by: &UserId,
    user: &UserId,
    found: BlockContext,
    new_id: NewId<'_>,
) -> MatchingDecision<()> {
    if by == user {
        return Err(MatchingRefusal::Invalid(vec![FieldError {
            field: "user_id".into(),
            code: "same_person".into(),
            message: "Name somebody else: nobody blocks themselves.".into(),
        }]));
    }
    if !found.is_known {
        return Err(MatchingRefusal::NotFound);
    }
    if found.is_blocked {
        return Ok(Decided::unchanged(()));
    }
    if found.count >= MAX_BLOCKS {
        return Err(MatchingRefusal::Conflict(
            "You have blocked 1,000 people: lift a block first.",
        ));
    }
    let mut effects = match found.in_force {
        Some(in_force) => ended(now, in_force, new_id),
        None => MatchingEffects::default(),
    };
    let sealed = found.gifts.into_iter().filter(|gift| gift.is_sealed(now));
    let stopped = sealed.filter_map(stopped);
    effects.changes.extend(stopped);
    effects.changes.push(MatchingChange::InsertBlock {
        by: by.clone(),
        user: user.clone(),
        at: now,
    });
    effects.extend(announced(now, by, user, true, new_id));
    Ok(Decided {
        answer: (),
        effects,
    })
}

/// Lifts a block. What it ended and stopped stays so.
#[must_use]
pub fn unblock(
    now: UnixMs,
    by: &UserId,
    user: &UserId,
    is_blocked: bool,
    new_id: NewId<'_>,
) -> Decided<()> {
    if !is_blocked {
        return Decided::unchanged(());
    }
    let mut effects = announced(now, by, user, false, new_id);
    effects.changes.push(MatchingChange::DeleteBlock {
        by: by.clone(),
        user: user.clone(),
    });
    Decided {
        answer: (),
        effects,
    }
}

fn stopped(mut gift: Gift) -> Option<MatchingChange> {
    if gift.fate != GiftFate::Delivered {
        return None;
    }
    gift.fate = GiftFate::Undelivered;
    Some(MatchingChange::UpdateGift(Box::new(gift)))
}

fn announced(
    now: UnixMs,
    by: &UserId,
    user: &UserId,
    blocked: bool,
    new_id: NewId<'_>,
) -> MatchingEffects {
    let mut announcer = Announcer::new(now, new_id);
    announcer.user_blocked(by, user, blocked);
    MatchingEffects::new(Vec::new(), announcer.effects)
}
