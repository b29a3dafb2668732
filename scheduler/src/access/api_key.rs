//! API keys of applications and operators.

use service::clock;
use service::http::HttpError;
use wire::UnixMs;

use crate::commands::mark_key_used;
use crate::state::AppState;
use crate::store::ApiKey;

/// How exactly it is known when a key was last used, in milliseconds: one write in that time.
const KEY_USE_MS: i64 = 15 * 60_000;

/// What a key stands for, as the store has it at this moment: no copy outlives a revocation.
pub(super) async fn find(app: &AppState, hash: String) -> Result<ApiKey, HttpError> {
    let found = app.store.api_keys().find(hash).await?;
    let stored = found.ok_or_else(|| HttpError::unauthenticated("unknown_key"))?;
    let now = clock::now();
    let is_marked = |at: UnixMs| now.since(at) < KEY_USE_MS;
    if !stored.last_used_at.is_some_and(is_marked) {
        // Only the list of keys shows it: nobody is refused because it could not be written.
        if let Err(error) = mark_key_used(&*app.store, &stored.hash, now).await {
            tracing::debug!(%error, "the use of a key was not noted");
        }
    }
    Ok(stored.key)
}
