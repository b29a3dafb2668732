//! What is asked of a database before anything of ours is in it.

/// What is asked of a database's catalog, to see whose it is.
pub(crate) struct CatalogQueries {
    /// Counts the tables in which applied migrations are recorded: 0 or 1.
    pub(crate) has_migrations: &'static str,
    /// The name of a table that is not of that record, or `NULL`.
    pub(crate) other_table: &'static str,
}
