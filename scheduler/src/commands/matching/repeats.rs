//! Commands that come twice under one idempotency key.

use scheduler_core::{MatchingRefusal, OwnedKey};

use crate::store::{StoreError, UnitOfWork};

/// What the command is refused with, where its key has stood for one: this one, whose answer is known, or another. Of
/// two at once the second fails on the key, and is run again.
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
