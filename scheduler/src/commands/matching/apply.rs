//! Writing what a decision about two people returned.

use scheduler_core::{MatchingChange, MatchingEffects, PersonChange};
use wire::UnixMs;

use crate::commands::neighbours::apply_with_neighbours;
use crate::notification_stream::StreamedNotification;
use crate::store::{StoreError, UnitOfWork};

/// Writes all of it, and returns the notifications that were new: deliver them after the commit.
pub(in crate::commands) async fn apply_matching(
    work: &mut dyn UnitOfWork,
    effects: MatchingEffects,
    now: UnixMs,
) -> Result<Vec<StreamedNotification>, StoreError> {
    for change in &effects.changes {
        write(work, change).await?;
    }
    let mut streamed = Vec::new();
    for part in effects.effects {
        streamed.extend(apply_with_neighbours(work, part, None, now).await?);
    }
    Ok(streamed)
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
        MatchingChange::InsertAddressedGift(gift) => work.addressed_gifts().insert(gift).await,
        MatchingChange::UpdateAddressedGift(gift) => work.addressed_gifts().update(gift).await,
        MatchingChange::AddMail(mail) => work.mails().add(mail).await,
        MatchingChange::InsertReport(report) => work.reports().insert(report).await,
        MatchingChange::SetNextPeek { user, at } => work.gifts().set_next_peek(user, *at).await,
    }
}
