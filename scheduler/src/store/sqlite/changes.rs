//! Moving and calling off a booking, with everything that was due for it.

use sqlx::SqliteConnection;
use storage::Database;
use wire::{EventType, NotificationKind, SessionId, SessionState, UnixMs};

use super::{booking, idempotency, notifications, rows};
use crate::store::{Cancel, CommandOutcome, Delivery, IdempotencyKey, NewTerms, StoreError};
use scheduler_core::BookedSession;

pub(super) async fn change(db: &Database, new: NewTerms) -> Result<CommandOutcome, StoreError> {
    let mut tx = db.begin().await?;
    let (id, idempotency) = (&new.id, new.idempotency.as_ref());
    let mut session = match open(&mut tx, &new.application, id, idempotency, new.now).await? {
        Ok(session) => session,
        Err(refused) => return Ok(refused),
    };
    match session.state(new.now) {
        _ if session.revision != new.revision => return Ok(CommandOutcome::RevisionMismatch),
        SessionState::Live => return Ok(CommandOutcome::Live),
        _ => {}
    }
    let moved = session.terms.starts_at != new.terms.starts_at;
    session.terms = new.terms;
    session.revision += 1;
    rows::update_session(&mut tx, &session).await?;
    call_off_jobs(&mut tx, &session.id).await?;
    booking::announce(&mut tx, &session, EventType::SessionRescheduled, new.now).await?;
    booking::insert_jobs(&mut tx, &session, new.now).await?;
    let deliveries = if moved {
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
    idempotency::keep(&mut tx, &new.application, idempotency, &session, new.now).await?;
    tx.commit().await?;
    Ok(done(session, deliveries))
}

pub(super) async fn cancel(db: &Database, cancel: Cancel) -> Result<CommandOutcome, StoreError> {
    let mut tx = db.begin().await?;
    let (id, idempotency) = (&cancel.id, cancel.idempotency.as_ref());
    let mut session = match open(&mut tx, &cancel.application, id, idempotency, cancel.now).await? {
        Ok(session) => session,
        Err(CommandOutcome::Over(wire::EndReason::Cancelled)) => {
            let same = rows::session(&mut tx, id).await?;
            return Ok(same.map_or(CommandOutcome::NotFound, |session| {
                done(session, Vec::new())
            }));
        }
        Err(refused) => return Ok(refused),
    };
    if cancel
        .revision
        .is_some_and(|revision| revision != session.revision)
    {
        return Ok(CommandOutcome::RevisionMismatch);
    }
    session.cancelled = true;
    session.revision += 1;
    rows::update_session(&mut tx, &session).await?;
    call_off_jobs(&mut tx, &session.id).await?;
    booking::announce(&mut tx, &session, EventType::SessionCancelled, cancel.now).await?;
    let kind = NotificationKind::SessionCancelled;
    let deliveries = tell_both(&mut tx, &session, kind, cancel.now).await?;
    idempotency::keep(
        &mut tx,
        &cancel.application,
        idempotency,
        &session,
        cancel.now,
    )
    .await?;
    tx.commit().await?;
    Ok(done(session, deliveries))
}

/// The session, if it is there and not over, and the key is new.
async fn open(
    connection: &mut SqliteConnection,
    application: &str,
    id: &SessionId,
    idempotency: Option<&IdempotencyKey>,
    now: UnixMs,
) -> Result<Result<BookedSession, CommandOutcome>, StoreError> {
    if let Some(before) = idempotency::find(connection, application, idempotency).await? {
        return Ok(Err(before));
    }
    let found = rows::session(connection, id).await?;
    let Some(session) = found.filter(|session| session.application == application) else {
        return Ok(Err(CommandOutcome::NotFound));
    };
    Ok(match session.over(now) {
        Some(reason) => Err(CommandOutcome::Over(reason)),
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
    session: &BookedSession,
    kind: NotificationKind,
    now: UnixMs,
) -> Result<Vec<Delivery>, StoreError> {
    let cause = format!("revision:{}:{}", session.id, session.revision);
    let mut deliveries = Vec::new();
    for user in session.users() {
        deliveries
            .extend(notifications::tell(connection, session, &user, kind, &cause, now).await?);
    }
    Ok(deliveries)
}

fn done(session: BookedSession, deliveries: Vec<Delivery>) -> CommandOutcome {
    CommandOutcome::Done {
        session: Box::new(session),
        deliveries,
    }
}
