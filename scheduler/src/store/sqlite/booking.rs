//! Keeping a booking: people, session, jobs, event and idempotency key, all or nothing.

use scheduler_core::{Record, plan};
use sqlx::SqliteConnection;
use storage::Database;
use uuid::Uuid;
use wire::{EventType, UnixMs};

use super::timeline::{self, Reminder};
use super::{idempotency, inbox, people, rows};
use crate::store::{CommandOutcome, NewBooking, StoreError, event};
use scheduler_core::BookedSession;

pub(super) async fn book(db: &Database, new: NewBooking) -> Result<CommandOutcome, StoreError> {
    let mut tx = db.begin().await?;
    if let Some(before) =
        idempotency::find(&mut tx, &new.application, new.idempotency.as_ref()).await?
    {
        return Ok(before);
    }
    let booking = new.booking;
    let both = people::both(&mut tx, &new.application, booking.people, new.now).await?;
    let participants = match both {
        Ok(participants) => participants,
        Err(fields) => return Ok(CommandOutcome::Invalid(fields)),
    };
    let session = BookedSession {
        id: Uuid::now_v7().to_string().into(),
        application: new.application,
        revision: 1,
        room_id: Uuid::now_v7().to_string().into(),
        participants,
        terms: booking.terms,
        record: Record::default(),
        cancelled: false,
        created_at: new.now,
    };
    insert(&mut tx, &session).await?;
    announce(&mut tx, &session, EventType::SessionScheduled, new.now).await?;
    insert_jobs(&mut tx, &session, new.now).await?;
    idempotency::keep(
        &mut tx,
        &session.application,
        new.idempotency.as_ref(),
        &session,
        new.now,
    )
    .await?;
    tx.commit().await?;
    Ok(CommandOutcome::Done {
        session: Box::new(session),
        deliveries: Vec::new(),
    })
}

async fn insert(
    connection: &mut SqliteConnection,
    session: &BookedSession,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sessions (id, application, revision, room_id, status, starts_at, \
         lobby_opens_at, terms, record, cancelled, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )
    .bind(session.id.as_str())
    .bind(&session.application)
    .bind(session.revision.cast_signed())
    .bind(session.room_id.as_str())
    .bind(rows::status(session))
    .bind(session.terms.starts_at.0)
    .bind(session.terms.lobby_opens_at().0)
    .bind(serde_json::to_string(&session.terms)?)
    .bind(serde_json::to_string(&session.record)?)
    .bind(session.cancelled)
    .bind(session.created_at.0)
    .execute(&mut *connection)
    .await?;
    for (position, person) in (0_i64..).zip(&session.participants) {
        sqlx::query(
            "INSERT INTO participants (session_id, position, user_id, name, generation) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(session.id.as_str())
        .bind(position)
        .bind(person.user_id.as_str())
        .bind(&person.name)
        .bind(person.generation)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Tells of a booking, a move or a cancellation, others by an event and operators by the timeline.
pub(super) async fn announce(
    connection: &mut SqliteConnection,
    session: &BookedSession,
    kind: EventType,
    now: UnixMs,
) -> Result<(), StoreError> {
    let announced = event(kind, session, now)?;
    inbox::send(connection, &announced).await?;
    timeline::append_booking(connection, session, &announced.id, kind, now).await
}

/// Adds the jobs of the session's present revision.
pub(super) async fn insert_jobs(
    connection: &mut SqliteConnection,
    session: &BookedSession,
    now: UnixMs,
) -> Result<(), StoreError> {
    let latest_end = session.spec().latest_end();
    for job in plan(now, &session.terms, &session.users(), latest_end) {
        sqlx::query(
            "INSERT INTO jobs (id, session_id, revision, kind, before_ms, user_id, due_at, state, reason) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .bind(Uuid::now_v7().to_string())
        .bind(session.id.as_str())
        .bind(session.revision.cast_signed())
        .bind(job.kind.name())
        .bind(job.kind.before_ms())
        .bind(job.user.as_ref().map_or("", |user| user.as_str()))
        .bind(job.due_at.0)
        .bind(if job.missed.is_some() { "missed" } else { "due" })
        .bind(job.missed.map(scheduler_core::MissReason::name))
        .execute(&mut *connection)
        .await?;
        if job.missed.is_some() {
            let reminder = Reminder {
                session: &session.id,
                revision: session.revision,
                before_ms: job.kind.before_ms(),
                user: job.user,
            };
            timeline::append_reminder(connection, reminder, job.missed, now).await?;
        }
    }
    Ok(())
}
