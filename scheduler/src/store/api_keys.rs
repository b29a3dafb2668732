//! API keys, by their hashes; the keys themselves are stored nowhere.

use wire::UnixMs;

use super::StoreFuture;
use crate::scope::Scope;

/// Reads committed API keys.
pub(crate) trait ApiKeyQueries: Send + Sync {
    /// What the key of that hash stands for, and when it was last marked as used.
    fn find(&self, hash: String) -> StoreFuture<'_, Option<StoredKey>>;

    /// Every key, by name, then age.
    fn list(&self) -> StoreFuture<'_, Vec<StoredKey>>;
}

/// Writes API keys within a unit of work.
pub(crate) trait ApiKeyRepository: Send {
    /// Adds a key's hash. One that is there already is an error.
    fn add<'a>(&'a mut self, hash: &'a str, key: &'a ApiKey, now: UnixMs) -> StoreFuture<'a, ()>;

    /// Marks a key as used; one that is not there any more stays away.
    fn mark_used<'a>(&'a mut self, hash: &'a str, now: UnixMs) -> StoreFuture<'a, ()>;

    /// Deletes the key of this hash; false where there is none.
    fn revoke<'a>(&'a mut self, hash: &'a str) -> StoreFuture<'a, bool>;

    /// Deletes every key of that name and scope but the one of this hash.
    fn revoke_others<'a>(&'a mut self, hash: &'a str, key: &'a ApiKey) -> StoreFuture<'a, ()>;
}

/// What an API key stands for; keys of one name and scope stand for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiKey {
    pub(crate) name: String,
    pub(crate) scope: Scope,
}

/// An API key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredKey {
    pub(crate) hash: String,
    pub(crate) key: ApiKey,
    pub(crate) created_at: UnixMs,
    /// To a quarter of an hour; none while it was never shown.
    pub(crate) last_used_at: Option<UnixMs>,
}
