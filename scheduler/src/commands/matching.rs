//! Gifts, matches, proposals, blocks and reports. Each command locks the two whom it concerns first, the lower id before the
//! higher: whatever else it reads of them then stays as it is until it is over.

mod addressed_gifts;
mod apply;
mod blocks;
mod gifts;
mod matches;
mod proposals;
mod repeats;
mod reports;

pub(crate) use addressed_gifts::{claim_gifts_of, claim_recent_gifts, read_gift, send_to_address};
pub(crate) use blocks::{block, unblock};
pub(crate) use gifts::{open_due_gifts, peek, send_gift, withdraw_gift};
pub(crate) use matches::{end_match, make_match};
pub(crate) use proposals::{accept, decline, propose, withdraw_proposal};
pub(crate) use reports::report;

use scheduler_core::{
    KnownPerson, Match, MatchInForce, MatchingDecision, MatchingEffects, MatchingRefusal, Pair,
    Surroundings, meeting_terms,
};
use wire::{UnixMs, UserId};

pub(super) use self::apply::apply_matching;
use super::neighbours::surroundings;
use crate::notification_stream::StreamedNotification;
use crate::store::{Around, StoreError, UnitOfWork};

/// Gifts of two people that one command looks at. More than that within reach of each other are two hundred days of
/// nothing else; those beyond stay as they are.
const MAX_GIFTS_OF_TWO: u32 = 1_000;

/// What a command came to, and whom to notify now that it is committed.
#[derive(Debug)]
pub(crate) struct MatchingExecuted<T> {
    pub(crate) outcome: Result<T, MatchingRefusal>,
    pub(crate) streamed: Vec<StreamedNotification>,
}

impl<T> MatchingExecuted<T> {
    fn refused(refusal: MatchingRefusal) -> Self {
        Self {
            outcome: Err(refusal),
            streamed: Vec::new(),
        }
    }
}

/// Both as they are known to that application, locked; the one with the lower id first.
async fn lock_pair(
    work: &mut dyn UnitOfWork,
    application: &str,
    pair: &Pair,
) -> Result<[Option<KnownPerson>; 2], StoreError> {
    let low = work.people().find(application, pair.low()).await?;
    let high = work.people().find(application, pair.high()).await?;
    Ok([low, high])
}

/// The same two, `first` before the other.
fn in_order(people: [Option<KnownPerson>; 2], first: &UserId) -> [Option<KnownPerson>; 2] {
    let [low, high] = people;
    if low.as_ref().is_some_and(|person| person.id == *first) {
        [low, high]
    } else {
        [high, low]
    }
}

/// A match with what ends with it; its sessions are locked after its people, in the order of their ids.
pub(super) async fn in_force(
    work: &mut dyn UnitOfWork,
    of: Match,
) -> Result<MatchInForce, StoreError> {
    let open = work.matches().open_proposal(&of.id).await?;
    let mut sessions = Vec::new();
    for id in work.matches().open_session_ids(&of.id).await? {
        sessions.extend(work.sessions().find(&id).await?);
    }
    Ok(MatchInForce { of, open, sessions })
}

/// What is around a session that the two would have then.
async fn surroundings_of(
    work: &mut dyn UnitOfWork,
    pair: &Pair,
    now: UnixMs,
    starts_at: UnixMs,
    duration_ms: Option<i64>,
) -> Result<Surroundings, StoreError> {
    let Some(terms) = meeting_terms(now, pair, starts_at, duration_ms) else {
        return Ok(Surroundings::default());
    };
    let around = Around {
        users: vec![pair.low().clone(), pair.high().clone()],
        except: None,
    };
    surroundings(work, &around, &terms).await
}

/// Writes what was decided, if anything is to be written.
async fn finish<T>(
    mut work: Box<dyn UnitOfWork>,
    decision: MatchingDecision<T>,
    now: UnixMs,
) -> Result<MatchingExecuted<T>, StoreError> {
    let decided = match decision {
        Ok(decided) => decided,
        Err(refusal) => return Ok(MatchingExecuted::refused(refusal)),
    };
    let mut streamed = Vec::new();
    if decided.effects != MatchingEffects::default() {
        streamed = apply_matching(&mut *work, decided.effects, now).await?;
        work.commit().await?;
    }
    Ok(MatchingExecuted {
        outcome: Ok(decided.answer),
        streamed,
    })
}
