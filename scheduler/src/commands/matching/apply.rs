//! Writing what a decision about two people returned.

use scheduler_core::{
    BookedSession, Effects, MatchingChange, MatchingEffects, PersonChange, SessionChange,
};
use wire::UnixMs;

use crate::commands::apply::apply;
use crate::commands::neighbours::{around, follow_neighbours};
use crate::notification_stream::Delivery;
use crate::store::{StoreError, UnitOfWork};

/// Writes all of it, and returns the notifications that were new: deliver them after the commit.
pub(super) async fn apply_matching(
    work: &mut dyn UnitOfWork,
    effects: MatchingEffects,
    now: UnixMs,
) -> Result<Vec<Delivery>, StoreError> {
    for change in &effects.changes {
        write(work, change).await?;
    }
    let mut deliveries = Vec::new();
    for part in effects.effects {
        let moved = with_another_span(&part);
        deliveries.extend(apply(work, part).await?);
        if let Some(session) = moved {
            let starts = [Some(session.terms.starts_at), None];
            follow_neighbours(work, &around(&session), starts, now).await?;
        }
    }
    Ok(deliveries)
}

/// The session that is booked or called off, where one is: what is before it ends otherwise from now on.
fn with_another_span(part: &Effects) -> Option<BookedSession> {
    part.occupancy.as_ref()?;
    match part.session.as_ref()? {
        SessionChange::Insert(session) | SessionChange::Update(session) => {
            Some(BookedSession::clone(session))
        }
        SessionChange::Regenerate { .. } | SessionChange::Erase(_) => None,
    }
}

async fn write(work: &mut dyn UnitOfWork, change: &MatchingChange) -> Result<(), StoreError> {
    match change {
        MatchingChange::Person(PersonChange::Insert(person)) => work.people().insert(person).await,
        MatchingChange::Person(PersonChange::Update(person)) => work.people().update(person).await,
        MatchingChange::InsertGift(gift) => work.gifts().insert(gift).await,
        MatchingChange::UpdateGift(gift) => work.gifts().update(gift).await,
        MatchingChange::InsertMatch(made) => work.matches().insert(made).await,
        MatchingChange::EndMatch(ended) => work.matches().end(ended).await,
        MatchingChange::InsertProposal(proposal) => work.matches().insert_proposal(proposal).await,
        MatchingChange::UpdateProposal(proposal) => work.matches().update_proposal(proposal).await,
        MatchingChange::InsertBlock { by, user, at } => work.blocks().insert(by, user, *at).await,
        MatchingChange::DeleteBlock { by, user } => work.blocks().delete(by, user).await,
        MatchingChange::SetNextPeek { user, at } => work.gifts().set_next_peek(user, *at).await,
    }
}
