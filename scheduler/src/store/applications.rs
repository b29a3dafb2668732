//! What applications say of themselves.

use scheduler_core::ApplicationProfile;

use super::StoreFuture;

/// Reads committed applications.
pub(crate) trait ApplicationQueries: Send + Sync {
    /// One that has said something.
    fn find(&self, id: String) -> StoreFuture<'_, Option<ApplicationProfile>>;

    /// All that have said something. Each was given a key by an operator: there are few.
    fn list(&self) -> StoreFuture<'_, Vec<ApplicationProfile>>;
}

/// Reads and writes applications within a unit of work.
pub(crate) trait ApplicationRepository: Send {
    /// One that has said something; locked.
    fn find<'a>(&'a mut self, id: &'a str) -> StoreFuture<'a, Option<ApplicationProfile>>;

    /// Adds one that says something for the first time. One that is there already is an error.
    fn insert<'a>(&'a mut self, application: &'a ApplicationProfile) -> StoreFuture<'a, ()>;

    /// Overwrites what one says.
    fn update<'a>(&'a mut self, application: &'a ApplicationProfile) -> StoreFuture<'a, ()>;
}
