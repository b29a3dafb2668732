//! The people whom applications name.

use scheduler_core::{
    ExternalPerson, ParticipantRef, nameless_person, same_person, unknown_person,
};
use sqlx::SqliteConnection;
use storage::Database;
use uuid::Uuid;
use wire::{FieldError, Participant, UnixMs, UserId};

use crate::store::StoreError;
use scheduler_core::BookedParticipant;

pub(super) async fn person(
    db: &Database,
    application: String,
    user: UserId,
) -> Result<Option<Participant>, StoreError> {
    let name: Option<String> =
        sqlx::query_scalar("SELECT name FROM users WHERE id = ?1 AND application = ?2")
            .bind(user.as_str())
            .bind(application)
            .fetch_optional(db.readers())
            .await?;
    Ok(name.map(|name| Participant {
        user_id: user,
        name,
    }))
}

/// Both people of a booking, the new ones added; or the fields that name nobody.
pub(super) async fn both(
    connection: &mut SqliteConnection,
    application: &str,
    people: [ParticipantRef; 2],
    now: UnixMs,
) -> Result<Result<[BookedParticipant; 2], Vec<FieldError>>, StoreError> {
    let [first, second] = people;
    let first = one(connection, application, 0, first, now).await?;
    let second = one(connection, application, 1, second, now).await?;
    Ok(match (first, second) {
        (Ok(first), Ok(second)) if first.user_id == second.user_id => Err(vec![same_person()]),
        (Ok(first), Ok(second)) => Ok([first, second]),
        (first, second) => Err([first.err(), second.err()].into_iter().flatten().collect()),
    })
}

async fn one(
    connection: &mut SqliteConnection,
    application: &str,
    at: usize,
    person: ParticipantRef,
    now: UnixMs,
) -> Result<Result<BookedParticipant, FieldError>, StoreError> {
    match person {
        ParticipantRef::Known { user_id, name } => {
            let found = known(connection, application, &user_id).await?;
            let Some((external_id, kept)) = found else {
                return Ok(Err(unknown_person(at)));
            };
            Ok(Ok(participant(user_id, external_id, name.unwrap_or(kept))))
        }
        ParticipantRef::External(external) => {
            external_person(connection, application, at, external, now).await
        }
    }
}

async fn external_person(
    connection: &mut SqliteConnection,
    application: &str,
    at: usize,
    external: ExternalPerson,
    now: UnixMs,
) -> Result<Result<BookedParticipant, FieldError>, StoreError> {
    let found: Option<(String, String)> =
        sqlx::query_as("SELECT id, name FROM users WHERE application = ?1 AND external_id = ?2")
            .bind(application)
            .bind(&external.external_id)
            .fetch_optional(&mut *connection)
            .await?;
    let (id, name) = match (found, external.name.clone()) {
        (Some((id, kept)), name) => (id, name.unwrap_or(kept)),
        (None, Some(name)) => (Uuid::now_v7().to_string(), name),
        (None, None) => return Ok(Err(nameless_person(at))),
    };
    sqlx::query(
        "INSERT INTO users (id, application, external_id, name, email, locale, time_zone, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
         ON CONFLICT (application, external_id) DO UPDATE SET name = excluded.name, \
         email = coalesce(excluded.email, email), locale = coalesce(excluded.locale, locale), \
         time_zone = coalesce(excluded.time_zone, time_zone)",
    )
    .bind(&id)
    .bind(application)
    .bind(&external.external_id)
    .bind(&name)
    .bind(external.email)
    .bind(external.locale)
    .bind(external.time_zone)
    .bind(now.0)
    .execute(&mut *connection)
    .await?;
    Ok(Ok(participant(id.into(), external.external_id, name)))
}

async fn known(
    connection: &mut SqliteConnection,
    application: &str,
    user: &UserId,
) -> Result<Option<(String, String)>, StoreError> {
    let found =
        sqlx::query_as("SELECT external_id, name FROM users WHERE id = ?1 AND application = ?2")
            .bind(user.as_str())
            .bind(application)
            .fetch_optional(connection)
            .await?;
    Ok(found)
}

fn participant(user_id: UserId, external_id: String, name: String) -> BookedParticipant {
    BookedParticipant {
        user_id,
        external_id,
        name,
        generation: 1,
    }
}
