//! Whether a mail about a notification may go to an address, and who wants none.

use scheduler_core::{MailSuppression, resume_mails, stop_mails};
use storage::retry_on_conflict;
use wire::{UnixMs, UserId};

use crate::store::{MailReader, SchedulerStore, StoreError, address_hash};

/// Counts one more mail to an address, of which `limit` may go there in a day; `Err` says why none may. A mail that is tried
/// again was counted before.
pub(crate) async fn admit_mail(
    store: &dyn SchedulerStore,
    reader: &MailReader,
    limit: u32,
    is_again: bool,
    now: UnixMs,
) -> Result<Result<(), MailSuppression>, StoreError> {
    if reader.is_opted_out {
        return Ok(Err(MailSuppression::OptedOut));
    }
    let hash = &address_hash(&reader.to);
    retry_on_conflict("admit_mail", || async move {
        let mut work = store.begin().await?;
        let address = work.mail_addresses().find(hash).await?;
        let counted = match address.admit(now, limit, is_again) {
            Ok(counted) => counted,
            Err(suppression) => return Ok(Err(suppression)),
        };
        work.mail_addresses().count(hash, &counted).await?;
        work.commit().await?;
        Ok(Ok(()))
    })
    .await
}

/// Sends a person no more mails about notifications: whoever has an account has said so in their settings then. Nothing
/// happens where nobody is called so any more.
pub(crate) async fn unsubscribe(
    store: &dyn SchedulerStore,
    user: &UserId,
    now: UnixMs,
) -> Result<(), StoreError> {
    retry_on_conflict("unsubscribe", || async move {
        let mut work = store.begin().await?;
        if let Some(mut stored) = work.accounts().find(user).await? {
            stop_mails(&mut stored.account.notify, now);
            work.accounts().update(&stored).await?;
        } else {
            work.mail_addresses().opt_out(user, now).await?;
        }
        work.commit().await
    })
    .await
}

/// Takes [`unsubscribe`] back.
pub(crate) async fn resubscribe(
    store: &dyn SchedulerStore,
    user: &UserId,
) -> Result<(), StoreError> {
    retry_on_conflict("resubscribe", || async move {
        let mut work = store.begin().await?;
        if let Some(mut stored) = work.accounts().find(user).await? {
            resume_mails(&mut stored.account.notify);
            work.accounts().update(&stored).await?;
        } else {
            work.mail_addresses().opt_in(user).await?;
        }
        work.commit().await
    })
    .await
}
