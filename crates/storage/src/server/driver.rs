//! What differs between the servers.

use std::fmt::Debug;
use std::time::Duration;

use sqlx::migrate::{Migrate, Migrator};

use crate::catalog::CatalogQueries;
use crate::{DatabaseOptions, DatabaseUrl, Error, OpenError, Schema, SqlConnection, StorageFuture};

/// A connection to a server.
pub(crate) trait ServerConnection: SqlConnection + Migrate + Debug + 'static {
    /// Runs statements that return nothing and are not prepared, as `BEGIN`.
    fn command<'a>(&'a mut self, text: &'static str) -> StorageFuture<'a, ()>;

    /// Succeeds where the server answers.
    fn ping(&mut self) -> StorageFuture<'_, ()>;
}

/// A server that is spoken to through sqlx.
pub(crate) trait Driver: Debug + Send + Sync + Sized + 'static {
    /// What sqlx connects with.
    type Connection: ServerConnection;
    /// Where and how to connect, with what the options of the database say.
    type Target: Debug + Send + Sync;

    /// Begins a transaction that writes: sessions read only.
    const BEGIN: &'static str;

    /// Asks what the server's clock shows, in milliseconds of UTC.
    const NOW: &'static str;

    /// What is asked of the server's catalog.
    const CATALOG: CatalogQueries;

    /// Where and how to connect.
    ///
    /// # Errors
    /// When the URL's parameters can't be used.
    fn target(url: &DatabaseUrl, options: &DatabaseOptions) -> Result<Self::Target, Error>;

    /// A new connection. With a limit it is for serving: it reads only, unless a transaction says that it writes,
    /// and gives up a statement or a lock after `limit`, and an idle transaction soon after. Without one it is for
    /// changing tables.
    fn connect(
        target: &Self::Target,
        limit: Option<Duration>,
    ) -> StorageFuture<'_, Self::Connection>;

    /// The settings of the server on which durability depends.
    fn durability(connection: &mut Self::Connection) -> StorageFuture<'_, Vec<Weakness>>;

    /// The encoding of the database, where it can't hold every text.
    fn poor_encoding(connection: &mut Self::Connection) -> StorageFuture<'_, Option<String>>;

    /// The migrations of a schema, in its dialect.
    fn migrations(schema: Schema) -> &'static Migrator;

    /// Waits until no other process migrates this database, and keeps it to this connection.
    fn lock(connection: &mut Self::Connection) -> StorageFuture<'_, ()>;

    /// Ends what [`Driver::lock`] began.
    fn unlock(connection: &mut Self::Connection) -> StorageFuture<'_, ()>;

    /// What is replaced in the text of a migration, and by what, where the server has another name for it.
    fn adapted(connection: &mut Self::Connection) -> StorageFuture<'_, Option<[&'static str; 2]>>;
}

/// A setting with which a server may lose in a crash what it has committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weakness {
    pub(crate) setting: &'static str,
    pub(crate) value: String,
    pub(crate) wanted: &'static str,
}

impl Weakness {
    /// True where it is accepted, as `synchronous_commit=off`.
    pub(crate) fn is_in(&self, accepted: &[String]) -> bool {
        let named = format!("{}={}", self.setting, self.value);
        accepted.iter().any(|one| one.eq_ignore_ascii_case(&named))
    }

    /// The error that refuses it.
    pub(crate) fn of(self, database: &DatabaseUrl) -> OpenError {
        let Self {
            setting,
            value,
            wanted,
        } = self;
        OpenError::Durability {
            database: database.clone(),
            setting,
            value,
            wanted,
        }
    }
}
