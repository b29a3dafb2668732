//! Invitations to sign up, made beside a running scheduler.

use service::clock::now;
use wire::OperatorAction;

use crate::accounts::new_token;
use crate::commands::add_invite;
use crate::config::StoreLocation;
use crate::key_changes::KeyChangeError;
use crate::store::sql::SqlStore;

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// Makes an invitation that is good for so many days, and returns its code, the only time that it is seen. One account
/// can be opened with it. The audit log names `actor`.
///
/// # Errors
/// [`KeyChangeError::Open`] and [`KeyChangeError::Store`].
pub async fn create(
    store: &StoreLocation,
    days: u32,
    actor: &str,
) -> Result<String, KeyChangeError> {
    let (code, hash) = new_token();
    let action = OperatorAction {
        detail: Some(format!("good for {days} days")),
        ..OperatorAction::new(actor, "account.invite", "accounts")
    };
    let now = now();
    let store = SqlStore::open(store).await?;
    let until = now + i64::from(days) * DAY_MS;
    let added = add_invite(&store, &hash, until, action, now).await;
    store.close().await;
    added?;
    Ok(code)
}
