//! Accounts of people, and the browsers in which they are logged in.

use scheduler_core::{Account, EmailAddress};
use wire::{FoundPerson, UnixMs, UserId};

use super::StoreFuture;

/// Reads committed accounts.
pub(crate) trait AccountQueries: Send + Sync {
    /// The account of that address, with its password.
    fn find_by_email(&self, email: EmailAddress) -> StoreFuture<'_, Option<StoredAccount>>;

    /// The account of that person, with its password.
    fn find(&self, user: UserId) -> StoreFuture<'_, Option<StoredAccount>>;

    /// The login whose cookie has this hash, with its account; expired ones too.
    fn find_login(&self, hash: String) -> StoreFuture<'_, Option<(StoredLogin, Account)>>;

    /// Logins of a person, the newest first.
    fn logins(&self, user: UserId, now: UnixMs) -> StoreFuture<'_, Vec<StoredLogin>>;

    /// Those who are discoverable and have a word in their name that begins so, by name; at most `limit`.
    fn search(&self, name_key: String, limit: u32) -> StoreFuture<'_, Vec<FoundPerson>>;
}

/// Reads and writes accounts within a unit of work. No two have the same address.
pub(crate) trait AccountRepository: Send {
    /// The account of that address; locked.
    fn find_by_email<'a>(
        &'a mut self,
        email: &'a EmailAddress,
    ) -> StoreFuture<'a, Option<StoredAccount>>;

    /// The account of that person; locked.
    fn find<'a>(&'a mut self, user: &'a UserId) -> StoreFuture<'a, Option<StoredAccount>>;

    /// Adds an account; its person must be there. An address that another has is an error.
    fn insert<'a>(&'a mut self, account: &'a StoredAccount) -> StoreFuture<'a, ()>;

    /// Overwrites all but the person's row.
    fn update<'a>(&'a mut self, account: &'a StoredAccount) -> StoreFuture<'a, ()>;

    /// By which texts the person is found from now on; none where they are not to be.
    fn set_searchable<'a>(
        &'a mut self,
        user: &'a UserId,
        name_keys: &'a [String],
    ) -> StoreFuture<'a, ()>;
}

/// Reads and writes logins within a unit of work.
pub(crate) trait LoginRepository: Send {
    /// Adds a login.
    fn insert<'a>(&'a mut self, login: &'a StoredLogin) -> StoreFuture<'a, ()>;

    /// Moves a login's last use and its end.
    fn extend<'a>(
        &'a mut self,
        id: &'a str,
        used_at: UnixMs,
        expires_at: UnixMs,
    ) -> StoreFuture<'a, ()>;

    /// Ends one login of a person; false where they have none of that id.
    fn end<'a>(&'a mut self, user: &'a UserId, id: &'a str) -> StoreFuture<'a, bool>;

    /// Ends every login of a person but the one named.
    fn end_others<'a>(
        &'a mut self,
        user: &'a UserId,
        except: Option<&'a str>,
    ) -> StoreFuture<'a, ()>;

    /// Ends all but the newest so many of a person's logins.
    fn end_beyond<'a>(&'a mut self, user: &'a UserId, keep: u32) -> StoreFuture<'a, ()>;
}

/// An account, and the hash of its password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredAccount {
    pub(crate) account: Account,
    /// A PHC string of Argon2id.
    pub(crate) password: String,
}

/// A browser in which somebody is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredLogin {
    /// By which it is ended.
    pub(crate) id: String,
    pub(crate) user: UserId,
    /// Of its cookie.
    pub(crate) hash: String,
    pub(crate) created_at: UnixMs,
    pub(crate) last_used_at: UnixMs,
    pub(crate) expires_at: UnixMs,
    pub(crate) user_agent: Option<String>,
}
