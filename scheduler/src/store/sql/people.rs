//! People of applications.

use scheduler_core::KnownPerson;
use wire::{Participant, UnixMs, UserId};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{PersonQueries, PersonRepository, StoreFuture};

impl PersonQueries for SqlStore {
    fn find(&self, application: String, user: UserId) -> StoreFuture<'_, Option<Participant>> {
        Box::pin(async move {
            let name: Option<String> =
                sqlx::query_scalar("SELECT name FROM users WHERE id = ?1 AND application = ?2")
                    .bind(user.as_str())
                    .bind(application)
                    .fetch_optional(self.db.readers())
                    .await?;
            Ok(name.map(|name| Participant {
                user_id: user,
                name,
            }))
        })
    }
}

impl PersonRepository for SqlUnitOfWork {
    fn find<'a>(
        &'a mut self,
        application: &'a str,
        user: &'a UserId,
    ) -> StoreFuture<'a, Option<KnownPerson>> {
        Box::pin(async move {
            let row: Option<PersonRow> = sqlx::query_as(
                "SELECT id, application, external_id, name, email, locale, time_zone, created_at \
                 FROM users WHERE id = ?1 AND application = ?2",
            )
            .bind(user.as_str())
            .bind(application)
            .fetch_optional(self.connection())
            .await?;
            Ok(row.map(PersonRow::into_person))
        })
    }

    fn find_external<'a>(
        &'a mut self,
        application: &'a str,
        external_id: &'a str,
    ) -> StoreFuture<'a, Option<KnownPerson>> {
        Box::pin(async move {
            let row: Option<PersonRow> = sqlx::query_as(
                "SELECT id, application, external_id, name, email, locale, time_zone, created_at \
                 FROM users WHERE application = ?1 AND external_id = ?2",
            )
            .bind(application)
            .bind(external_id)
            .fetch_optional(self.connection())
            .await?;
            Ok(row.map(PersonRow::into_person))
        })
    }

    fn insert<'a>(&'a mut self, person: &'a KnownPerson) -> StoreFuture<'a, ()> {
        Box::pin(async {
            sqlx::query(
                "INSERT INTO users (id, application, external_id, name, email, locale, time_zone, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )
            .bind(person.id.as_str())
            .bind(&person.application)
            .bind(&person.external_id)
            .bind(&person.name)
            .bind(&person.email)
            .bind(&person.locale)
            .bind(&person.time_zone)
            .bind(person.created_at.0)
            .execute(self.connection())
            .await?;
            Ok(())
        })
    }

    fn update<'a>(&'a mut self, person: &'a KnownPerson) -> StoreFuture<'a, ()> {
        Box::pin(async {
            sqlx::query(
                "UPDATE users SET name = ?1, email = ?2, locale = ?3, time_zone = ?4 WHERE id = ?5",
            )
            .bind(&person.name)
            .bind(&person.email)
            .bind(&person.locale)
            .bind(&person.time_zone)
            .bind(person.id.as_str())
            .execute(self.connection())
            .await?;
            Ok(())
        })
    }
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    id: String,
    application: String,
    external_id: String,
    name: String,
    email: Option<String>,
    locale: Option<String>,
    time_zone: Option<String>,
    created_at: i64,
}

impl PersonRow {
    fn into_person(self) -> KnownPerson {
        KnownPerson {
            id: self.id.into(),
            application: self.application,
            external_id: self.external_id,
            name: self.name,
            email: self.email,
            locale: self.locale,
            time_zone: self.time_zone,
            created_at: UnixMs(self.created_at),
        }
    }
}
