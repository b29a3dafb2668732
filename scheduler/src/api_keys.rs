//! API keys: 32 random bytes, shown once, stored as their hash.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use storage::OpenError;
use wire::UnixMs;

pub use crate::scope::Scope;

use crate::commands::{add_api_key, revoke_other_api_keys};
use crate::config::database;
use crate::store::sql::SqlStore;
use crate::store::{ApiKey, SchedulerStore as _};

/// What every key begins with, so that a leaked one is recognized.
pub(crate) const PREFIX: &str = "rk_";
/// Characters of an application's name.
const MAX_NAME_CHARS: usize = 100;

/// An API key as an operator sees it: the key itself is shown once only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyInfo {
    /// The application that it stands for, or what an operator called it.
    pub name: String,
    /// What it is good for.
    pub scope: Scope,
    /// When it was made.
    pub created_at: UnixMs,
}

/// Why no key could be made, or listed.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The database could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The key could not be written, or the keys not read.
    #[error("the keys' store: {0}")]
    Store(Box<dyn std::error::Error + Send + Sync>),
    /// The name is empty, too long or has control characters.
    #[error("a key's name has 1 to {MAX_NAME_CHARS} characters, none of them a control character")]
    Name,
}

/// Makes an API key for the application, or the operator, called `name` and returns it, the only time that it is seen.
///
/// Works beside a running scheduler, which honours it at once, and where none has run yet. A second key
/// of the same name and scope is a second key of the same application.
///
/// # Errors
/// [`CreateError`].
pub async fn create(data_dir: &Path, name: &str, scope: Scope) -> Result<String, CreateError> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        return Err(CreateError::Name);
    }
    let secret: [u8; 32] = rand::random();
    let key = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
    let store = SqlStore::open(&database(data_dir)).await?;
    let stands_for = ApiKey {
        name: name.to_owned(),
        scope,
    };
    let now = service::clock::now();
    let added = add_api_key(&store, &hash(&key), &stands_for, now).await;
    store.close().await;
    added.map_err(|error| CreateError::Store(error.0))?;
    Ok(key)
}

/// Makes an application's API key as [`create`] does, and makes every older one of that name void.
///
/// # Errors
/// [`CreateError`].
pub async fn replace(data_dir: &Path, name: &str) -> Result<String, CreateError> {
    let key = create(data_dir, name, Scope::App).await?;
    let store = SqlStore::open(&database(data_dir)).await?;
    let stands_for = ApiKey {
        name: name.to_owned(),
        scope: Scope::App,
    };
    let revoked = revoke_other_api_keys(&store, &hash(&key), &stands_for).await;
    store.close().await;
    revoked.map_err(|error| CreateError::Store(error.0))?;
    Ok(key)
}

/// Every API key, by name, then age.
///
/// # Errors
/// [`CreateError`].
pub async fn list(data_dir: &Path) -> Result<Vec<ApiKeyInfo>, CreateError> {
    let store = SqlStore::open(&database(data_dir)).await?;
    let keys = store.api_keys().list().await;
    store.close().await;
    let keys = keys.map_err(|error| CreateError::Store(error.0))?;
    let info = |(key, created_at): (ApiKey, UnixMs)| ApiKeyInfo {
        name: key.name,
        scope: key.scope,
        created_at,
    };
    Ok(keys.into_iter().map(info).collect())
}

/// How a key is stored. It is random, so a plain hash can't be guessed back.
pub(crate) fn hash(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(key))
}
