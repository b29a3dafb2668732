//! Commands that come twice under one idempotency key.

use scheduler_core::{MatchingDecision, MatchingRefusal, OwnedKey};
use wire::UnixMs;

use crate::store::{StoreError, UnitOfWork};

/// What the command is refused with, where its key has stood for one: this one, whose answer is known, or another. It is
/// looked at under the locks: of two at once the second must not be refused for what the first one made. Where nothing
/// is locked yet, as for people who are new, the second fails on the key, and is run again.
pub(super) async fn made_before(
    work: &mut dyn UnitOfWork,
    key: Option<&OwnedKey>,
) -> Result<Option<MatchingRefusal>, StoreError> {
    let Some(key) = key else {
        return Ok(None);
    };
    let found = work.idempotency().find(&key.application, &key.key).await?;
    Ok(found.map(|found| match key.made_before(found) {
        Some(made) => MatchingRefusal::Repeated(made),
        None => MatchingRefusal::KeyReused,
    }))
}

/// The same, with the id of what was made to be kept under the command's key, if it came with one.
pub(super) fn kept<T>(
    decision: MatchingDecision<T>,
    key: Option<&OwnedKey>,
    id: impl FnOnce(&T) -> &str,
    now: UnixMs,
) -> MatchingDecision<T> {
    decision.map(|made| {
        let id = id(&made.answer).to_owned();
        made.kept_under(key, &id, now)
    })
}
