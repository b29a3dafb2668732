//! API keys: 32 random bytes, shown once, stored as their hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scheduler_core::PEOPLE;
use service::clock::now;
use sha2::{Digest as _, Sha256};
use storage::OpenError;
use wire::{OperatorAction, UnixMs};

pub use crate::scope::Scope;

use crate::commands::{add_api_key, revoke_api_key, revoke_other_api_keys};
use crate::config::StoreLocation;
use crate::store::sql::SqlStore;
use crate::store::{ApiKey, SchedulerStore as _, StoreError, StoredKey};

/// What every key begins with, so that a leaked one is recognized.
pub(crate) const PREFIX: &str = "rk_";
/// What every key's id begins with.
const ID_PREFIX: &str = "ak_";
/// Characters of the hash that stand in an id: 96 bits.
const ID_CHARS: usize = 16;
/// Characters of an application's name.
const MAX_NAME_CHARS: usize = 100;

/// An API key as an operator sees it: the key itself is shown once only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyInfo {
    /// By which it is revoked; says nothing of the key.
    pub id: String,
    /// The application that it stands for, or what an operator called it.
    pub name: String,
    /// What it is good for.
    pub scope: Scope,
    /// When it was made.
    pub created_at: UnixMs,
    /// When it was last shown, to a quarter of an hour; none if it never was.
    pub last_used_at: Option<UnixMs>,
}

/// Why no key could be made, listed or revoked.
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
    /// The name stands for the people with an account.
    #[error("no application can be called {PEOPLE:?}: that stands for the people with an account")]
    Reserved,
}

/// Makes an API key for the application, or the operator, called `name` and returns it, the only time that it is seen.
/// The audit log names `actor`.
///
/// Works beside a running scheduler, which honours it at once, and where none has run yet. A second key
/// of the same name and scope is a second key of the same application.
///
/// # Errors
/// [`CreateError`].
pub async fn create(
    store: &StoreLocation,
    name: &str,
    scope: Scope,
    actor: &str,
) -> Result<String, CreateError> {
    let length = name.chars().count();
    if name.trim().is_empty() || length > MAX_NAME_CHARS || name.chars().any(char::is_control) {
        return Err(CreateError::Name);
    }
    if name == PEOPLE && scope == Scope::App {
        return Err(CreateError::Reserved);
    }
    let secret: [u8; 32] = rand::random();
    let key = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
    let hash = hash(&key);
    let stands_for = ApiKey {
        name: name.to_owned(),
        scope,
    };
    let action = action(actor, "key.create", &hash, &stands_for);
    let store = SqlStore::open(store).await?;
    let added = add_api_key(&store, &hash, &stands_for, action, now()).await;
    store.close().await;
    added?;
    Ok(key)
}

/// Makes an application's API key as [`create`] does, and makes every older one of that name void.
///
/// # Errors
/// [`CreateError`].
pub async fn replace(
    store: &StoreLocation,
    name: &str,
    actor: &str,
) -> Result<String, CreateError> {
    let key = create(store, name, Scope::App, actor).await?;
    let hash = hash(&key);
    let stands_for = ApiKey {
        name: name.to_owned(),
        scope: Scope::App,
    };
    let action = action(actor, "key.revoke_others", &hash, &stands_for);
    let store = SqlStore::open(store).await?;
    let revoked = revoke_other_api_keys(&store, &hash, &stands_for, action, now()).await;
    store.close().await;
    revoked?;
    Ok(key)
}

/// Makes the key of that id void, at once and for a running scheduler too; false where there is none.
///
/// # Errors
/// [`CreateError`].
pub async fn revoke(store: &StoreLocation, id: &str, actor: &str) -> Result<bool, CreateError> {
    let store = SqlStore::open(store).await?;
    let revoked = revoke_in(&store, id, actor).await;
    store.close().await;
    Ok(revoked?)
}

async fn revoke_in(store: &SqlStore, id: &str, actor: &str) -> Result<bool, StoreError> {
    let keys = store.api_keys().list().await?;
    let Some(found) = keys.into_iter().find(|key| id_of(&key.hash) == id) else {
        return Ok(false);
    };
    let action = action(actor, "key.revoke", &found.hash, &found.key);
    revoke_api_key(store, &found.hash, action, now()).await
}

/// Every API key, by name, then age.
///
/// # Errors
/// [`CreateError`].
pub async fn list(store: &StoreLocation) -> Result<Vec<ApiKeyInfo>, CreateError> {
    let store = SqlStore::open(store).await?;
    let keys = store.api_keys().list().await;
    store.close().await;
    let info = |stored: StoredKey| ApiKeyInfo {
        id: id_of(&stored.hash),
        name: stored.key.name,
        scope: stored.key.scope,
        created_at: stored.created_at,
        last_used_at: stored.last_used_at,
    };
    Ok(keys?.into_iter().map(info).collect())
}

impl From<StoreError> for CreateError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.into_source())
    }
}

fn action(actor: &str, action: &str, hash: &str, key: &ApiKey) -> OperatorAction {
    OperatorAction {
        detail: Some(format!("{} of {}", key.scope.name(), key.name)),
        ..OperatorAction::new(actor, action, id_of(hash))
    }
}

/// The id of the key that is stored under this hash.
fn id_of(hash: &str) -> String {
    let head: String = hash.chars().take(ID_CHARS).collect();
    format!("{ID_PREFIX}{head}")
}

/// How a key is stored. It is random, so a plain hash can't be guessed back.
pub(crate) fn hash(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(key))
}
