//! API keys, by their hashes; the keys themselves are stored nowhere.

use wire::UnixMs;

use super::StoreFuture;
use crate::scope::Scope;

/// Reads committed API keys.
pub(crate) trait ApiKeyQueries: Send + Sync {
    /// What the key of that hash stands for.
    fn find(&self, hash: String) -> StoreFuture<'_, Option<ApiKey>>;

    /// What each key stands for and when it was made, by name, then age.
    fn list(&self) -> StoreFuture<'_, Vec<(ApiKey, UnixMs)>>;
}

/// Writes API keys within a unit of work.
pub(crate) trait ApiKeyRepository: Send {
    /// Adds a key's hash. One that is there already is an error.
    fn add<'a>(&'a mut self, hash: &'a str, key: &'a ApiKey, now: UnixMs) -> StoreFuture<'a, ()>;

    /// Deletes every key of that name and scope but the one of this hash.
    fn revoke_others<'a>(&'a mut self, hash: &'a str, key: &'a ApiKey) -> StoreFuture<'a, ()>;
}

/// What an API key stands for; keys of one name and scope stand for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiKey {
    pub(crate) name: String,
    pub(crate) scope: Scope,
}
