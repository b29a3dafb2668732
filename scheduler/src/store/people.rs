//! People whom applications have named.

use scheduler_core::KnownPerson;
use wire::{Participant, UserId};

use super::StoreFuture;

/// Reads committed people.
pub(crate) trait PersonQueries: Send + Sync {
    /// A person of that application, under the name it gave last.
    fn find(&self, application: String, user: UserId) -> StoreFuture<'_, Option<Participant>>;
}

/// Reads and writes people within a unit of work. An application has one person for each `external_id`.
pub(crate) trait PersonRepository: Send {
    /// The person with the scheduler's id `user`, if that application named them; locked.
    fn find<'a>(
        &'a mut self,
        application: &'a str,
        user: &'a UserId,
    ) -> StoreFuture<'a, Option<KnownPerson>>;

    /// The person whom the application calls `external_id`; locked.
    fn find_external<'a>(
        &'a mut self,
        application: &'a str,
        external_id: &'a str,
    ) -> StoreFuture<'a, Option<KnownPerson>>;

    /// Those of these people, by the scheduler's ids, whom that application named; locked, one after the other in the order
    /// of their ids.
    fn find_each<'a>(
        &'a mut self,
        application: &'a str,
        users: &'a [UserId],
    ) -> StoreFuture<'a, Vec<KnownPerson>>;

    /// Those of these people, by the application's own ids, who are there; locked, one after the other in the order of those.
    fn find_each_external<'a>(
        &'a mut self,
        application: &'a str,
        external_ids: &'a [&'a str],
    ) -> StoreFuture<'a, Vec<KnownPerson>>;

    /// Locks those of these people who are there, one after the other in the order of their ids.
    fn lock<'a>(&'a mut self, users: &'a [UserId]) -> StoreFuture<'a, ()>;

    /// Adds somebody new. An `external_id` that the application has already is an error.
    fn insert<'a>(&'a mut self, person: &'a KnownPerson) -> StoreFuture<'a, ()>;

    /// Overwrites name, e-mail, locale and time zone.
    fn update<'a>(&'a mut self, person: &'a KnownPerson) -> StoreFuture<'a, ()>;
}
