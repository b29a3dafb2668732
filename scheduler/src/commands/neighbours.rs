//! The other sessions of a session's two people: what overlaps it, and what it follows. Whoever books or moves locks both
//! people first, and then sessions, so that of two bookings of one person the second one sees the first.

use std::collections::BTreeSet;

use scheduler_core::{BookedSession, MAX_FOLLOWED, Surroundings, Terms, follow};
use wire::{SessionId, UnixMs};

use super::apply::apply;
use super::new_id;
use crate::store::{Around, StoreError, UnitOfWork};

/// The other sessions of a session's people.
pub(super) fn around(session: &BookedSession) -> Around {
    Around {
        users: session.users().to_vec(),
        except: Some(session.id.clone()),
    }
}

/// When the session begins to keep its two busy; `None` once it is over.
pub(super) fn occupied_from(session: &BookedSession) -> Option<UnixMs> {
    session
        .occupancy()
        .map(|occupancy| occupancy.span.starts_at)
}

/// A session, locked after its two people.
pub(super) async fn find_with_people(
    work: &mut dyn UnitOfWork,
    id: &SessionId,
) -> Result<Option<BookedSession>, StoreError> {
    let known = work.sessions().snapshots(&[id]).await?;
    let Some(session) = known.first() else {
        return Ok(None);
    };
    work.people().lock(&session.users()).await?;
    work.sessions().find(id).await
}

/// What is around a session of these terms.
pub(super) async fn surroundings(
    work: &mut dyn UnitOfWork,
    around: &Around,
    terms: &Terms,
) -> Result<Surroundings, StoreError> {
    if around.users.is_empty() {
        return Ok(Surroundings::default());
    }
    // What follows is computed anew: the end that the next session gave counts for nothing.
    let unclipped = Terms {
        followed_at: None,
        ..terms.clone()
    };
    let span = unclipped.occupied_span();
    let occupancies = work.occupancies();
    let busy = match terms.allow_overlap {
        true => None,
        false => occupancies.overlapping(around, span).await?,
    };
    Ok(Surroundings {
        busy,
        next_start: occupancies.next_start(around, span.ends_at).await?,
    })
}

/// Lets the sessions before each of these starts end by what follows them now.
pub(super) async fn follow_neighbours(
    work: &mut dyn UnitOfWork,
    around: &Around,
    starts: [Option<UnixMs>; 2],
    now: UnixMs,
) -> Result<(), StoreError> {
    let mut ids = BTreeSet::new();
    for start in starts.into_iter().flatten().collect::<BTreeSet<_>>() {
        let found = work.occupancies().followed(around, start, MAX_FOLLOWED);
        ids.extend(found.await?);
    }
    if ids.is_empty() {
        return Ok(());
    }
    work.sessions().lock(&ids.iter().collect()).await?;
    for session in work
        .sessions()
        .snapshots(&ids.iter().collect::<Vec<_>>())
        .await?
    {
        follow_next(work, session, now).await?;
    }
    Ok(())
}

async fn follow_next(
    work: &mut dyn UnitOfWork,
    session: BookedSession,
    now: UnixMs,
) -> Result<(), StoreError> {
    let Some(occupancy) = session.occupancy() else {
        return Ok(());
    };
    let others = around(&session);
    let from = occupancy.span.ends_at;
    let next_start = work.occupancies().next_start(&others, from).await?;
    if let Some(effects) = follow(now, session, next_start, &mut new_id) {
        apply(work, effects).await?;
    }
    Ok(())
}
