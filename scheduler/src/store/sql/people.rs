//! People of applications.

use scheduler_core::KnownPerson;
use storage::{FromRow, Row, query};
use wire::{Participant, UserId};

use super::SqlStore;
use super::unit_of_work::SqlUnitOfWork;
use crate::store::{PersonQueries, PersonRepository, StoreFuture};

/// A query of people, locked, with all that a [`PersonRow`] has.
macro_rules! select_people {
    ($which:literal) => {
        concat!(
            "SELECT id, application, external_id, name, email, locale, time_zone, created_at FROM users ",
            $which,
            " FOR UPDATE"
        )
    };
}

impl PersonQueries for SqlStore {
    fn find(&self, application: String, user: UserId) -> StoreFuture<'_, Option<Participant>> {
        Box::pin(async move {
            let name: Option<(String,)> =
                query("SELECT name FROM users WHERE id = ?1 AND application = ?2")
                    .bind(user.as_str())
                    .bind(application)
                    .fetch_optional(&mut self.db.read().await?)
                    .await?;
            Ok(name.map(|(name,)| Participant {
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
            let row: Option<PersonRow> =
                query(select_people!("WHERE id = ?1 AND application = ?2"))
                    .bind(user.as_str())
                    .bind(application)
                    .fetch_optional(&mut self.tx)
                    .await?;
            Ok(row.map(|PersonRow(person)| person))
        })
    }

    fn find_external<'a>(
        &'a mut self,
        application: &'a str,
        external_id: &'a str,
    ) -> StoreFuture<'a, Option<KnownPerson>> {
        Box::pin(async move {
            let row: Option<PersonRow> = query(select_people!(
                "WHERE application = ?1 AND external_id = ?2"
            ))
            .bind(application)
            .bind(external_id)
            .fetch_optional(&mut self.tx)
            .await?;
            Ok(row.map(|PersonRow(person)| person))
        })
    }

    fn find_each<'a>(
        &'a mut self,
        application: &'a str,
        users: &'a [UserId],
    ) -> StoreFuture<'a, Vec<KnownPerson>> {
        Box::pin(async move {
            let rows: Vec<PersonRow> = query(select_people!(
                "WHERE application = ?1 AND id IN (?2..) ORDER BY id"
            ))
            .bind(application)
            .bind_list(users.iter().map(UserId::as_str))
            .fetch_all(&mut self.tx)
            .await?;
            Ok(rows.into_iter().map(|PersonRow(person)| person).collect())
        })
    }

    fn find_each_external<'a>(
        &'a mut self,
        application: &'a str,
        external_ids: &'a [&'a str],
    ) -> StoreFuture<'a, Vec<KnownPerson>> {
        Box::pin(async move {
            let rows: Vec<PersonRow> = query(select_people!(
                "WHERE application = ?1 AND external_id IN (?2..) ORDER BY external_id"
            ))
            .bind(application)
            .bind_list(external_ids.iter().copied())
            .fetch_all(&mut self.tx)
            .await?;
            Ok(rows.into_iter().map(|PersonRow(person)| person).collect())
        })
    }

    fn lock<'a>(&'a mut self, users: &'a [UserId]) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query("SELECT id FROM users WHERE id IN (?1..) ORDER BY id FOR UPDATE")
                .bind_list(users.iter().map(UserId::as_str))
                .fetch_all::<(String,)>(&mut self.tx)
                .await?;
            Ok(())
        })
    }

    fn insert<'a>(&'a mut self, person: &'a KnownPerson) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "INSERT INTO users (id, application, external_id, name, email, locale, time_zone, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )
            .bind(person.id.as_str())
            .bind(&person.application)
            .bind(&person.external_id)
            .bind(&person.name)
            .bind(person.email.as_deref())
            .bind(person.locale.as_deref())
            .bind(person.time_zone.as_deref())
            .bind(person.created_at)
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }

    fn update<'a>(&'a mut self, person: &'a KnownPerson) -> StoreFuture<'a, ()> {
        Box::pin(async {
            query(
                "UPDATE users SET name = ?1, email = ?2, locale = ?3, time_zone = ?4 WHERE id = ?5",
            )
            .bind(&person.name)
            .bind(person.email.as_deref())
            .bind(person.locale.as_deref())
            .bind(person.time_zone.as_deref())
            .bind(person.id.as_str())
            .execute(&mut self.tx)
            .await?;
            Ok(())
        })
    }
}

/// A person, out of the columns that both look-ups select.
struct PersonRow(KnownPerson);

impl FromRow for PersonRow {
    fn from_row(row: Row) -> Result<Self, storage::Error> {
        Ok(Self(KnownPerson {
            id: UserId(row.get("id")?),
            application: row.get("application")?,
            external_id: row.get("external_id")?,
            name: row.get("name")?,
            email: row.get("email")?,
            locale: row.get("locale")?,
            time_zone: row.get("time_zone")?,
            created_at: row.get("created_at")?,
        }))
    }
}
