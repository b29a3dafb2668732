//! The other sessions of a session's two people: what overlaps it, and what it follows. Whoever books or moves locks both
//! people first, and then sessions, so that of two bookings of one person the second one sees the first.

use std::collections::BTreeSet;

use scheduler_core::{
    BookedSession, Effects, MAX_FOLLOWED, SessionChange, Surroundings, Terms, follow,
};
use wire::{SessionId, UnixMs};

use super::apply::apply;
use super::new_id;
use crate::notification_stream::StreamedNotification;
use crate::store::{Around, StoreError, UnitOfWork};

/// The other sessions of a session's people.
pub(super) fn around(session: &BookedSession) -> Around {
    Around {
        users: session.users().to_vec(),
        except: Some(session.id.clone()),
    }
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

/// Writes what was decided of one session, and, where that changes when it keeps its two busy, lets the sessions before it
/// end by what follows them now. `before` is the session as it was, if it was there.
pub(super) async fn apply_with_neighbours(
    work: &mut dyn UnitOfWork,
    effects: Effects,
    before: Option<&BookedSession>,
    now: UnixMs,
) -> Result<Vec<StreamedNotification>, StoreError> {
    let moved = with_another_span(&effects);
    let streamed = apply(work, effects).await?;
    if let Some(after) = moved {
        let sessions = before.into_iter().chain([&after]);
        let starts = sessions.map(|session| session.terms.starts_at).collect();
        follow_neighbours(work, &around(&after), starts, now).await?;
    }
    Ok(streamed)
}

/// The session that is booked, moved or called off, where one is.
fn with_another_span(effects: &Effects) -> Option<BookedSession> {
    effects.occupancy.as_ref()?;
    match effects.session.as_ref()? {
        SessionChange::Insert(session) | SessionChange::Update(session) => {
            Some(BookedSession::clone(session))
        }
        SessionChange::Regenerate { .. } | SessionChange::Erase(_) => None,
    }
}

/// Lets the sessions before each of these starts end by what follows them now.
async fn follow_neighbours(
    work: &mut dyn UnitOfWork,
    around: &Around,
    starts: BTreeSet<UnixMs>,
    now: UnixMs,
) -> Result<(), StoreError> {
    let mut ids = BTreeSet::new();
    for start in starts {
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
