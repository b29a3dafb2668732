//! Moving and calling off a booking, with everything that was due for it.

use service::sqlite::Database;
use sqlx::SqliteConnection;
use wire::{EventType, NotificationKind, SessionId, SessionState, UnixMs};

use super::{booking, notices, once, rows};
use crate::store::{Cancel, NewTerms, Once, StoreError, StoredSession, Told, Written};

pub(super) async fn change(db: &Database, new: NewTerms) -> Result<Written, StoreError> {
    let mut tx = db.begin_immediate().await?;
    let (id, once) = (&new.id, new.once.as_ref());
    let mut session = match open(&mut tx, &new.application, id, once, new.now).await? {
        Ok(session) => session,
        Err(refused) => return Ok(refused),
    };
    match session.state(new.now) {
        _ if session.revision != new.revision => return Ok(Written::Moved),
        SessionState::Live => return Ok(Written::Live),
        _ => {}
    }
    let moved = session.terms.starts_at != new.terms.starts_at;
    session.terms = new.terms;
    session.revision += 1;
    rows::update_session(&mut tx, &session).await?;
    call_off_jobs(&mut tx, &session.id).await?;
    booking::announce(&mut tx, &session, EventType::SessionRescheduled, new.now).await?;
    booking::insert_jobs(&mut tx, &session, new.now).await?;
    let told = if moved {
        tell_both(
            &mut tx,
            &session,
            NotificationKind::SessionRescheduled,
            new.now,
        )
        .await?
    } else {
        Vec::new()
    };
    once::keep(&mut tx, &new.application, once, &session, new.now).await?;
    tx.commit().await?;
    Ok(done(session, told))
}

pub(super) async fn cancel(db: &Database, cancel: Cancel) -> Result<Written, StoreError> {
    let mut tx = db.begin_immediate().await?;
    let (id, once) = (&cancel.id, cancel.once.as_ref());
    let mut session = match open(&mut tx, &cancel.application, id, once, cancel.now).await? {
        Ok(session) => session,
        Err(Written::Over(wire::EndReason::Cancelled)) => {
            let same = rows::session(&mut tx, id).await?;
            return Ok(same.map_or(Written::NotThere, |session| done(session, Vec::new())));
        }
        Err(refused) => return Ok(refused),
    };
    if cancel
        .revision
        .is_some_and(|revision| revision != session.revision)
    {
        return Ok(Written::Moved);
    }
    session.cancelled = true;
    session.revision += 1;
    rows::update_session(&mut tx, &session).await?;
    call_off_jobs(&mut tx, &session.id).await?;
    booking::announce(&mut tx, &session, EventType::SessionCancelled, cancel.now).await?;
    let kind = NotificationKind::SessionCancelled;
    let told = tell_both(&mut tx, &session, kind, cancel.now).await?;
    once::keep(&mut tx, &cancel.application, once, &session, cancel.now).await?;
    tx.commit().await?;
    Ok(done(session, told))
}

/// The session, if it is there and not over, and the key is new.
async fn open(
    connection: &mut SqliteConnection,
    application: &str,
    id: &SessionId,
    once: Option<&Once>,
    now: UnixMs,
) -> Result<Result<StoredSession, Written>, StoreError> {
    if let Some(before) = once::find(connection, application, once).await? {
        return Ok(Err(before));
    }
    let found = rows::session(connection, id).await?;
    let Some(session) = found.filter(|session| session.application == application) else {
        return Ok(Err(Written::NotThere));
    };
    Ok(match session.over(now) {
        Some(reason) => Err(Written::Over(reason)),
        None => Ok(session),
    })
}

/// Calls off what is open, but for the end of its keeping.
async fn call_off_jobs(
    connection: &mut SqliteConnection,
    session: &SessionId,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE jobs SET state = 'cancelled' \
         WHERE session_id = ?1 AND kind <> 'retention' AND state IN ('due', 'claimed')",
    )
    .bind(session.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

async fn tell_both(
    connection: &mut SqliteConnection,
    session: &StoredSession,
    kind: NotificationKind,
    now: UnixMs,
) -> Result<Vec<Told>, StoreError> {
    let cause = format!("revision:{}:{}", session.id, session.revision);
    let mut told = Vec::new();
    for user in session.users() {
        told.extend(notices::tell(connection, session, &user, kind, &cause, now).await?);
    }
    Ok(told)
}

fn done(session: StoredSession, told: Vec<Told>) -> Written {
    Written::Done {
        session: Box::new(session),
        told,
    }
}
