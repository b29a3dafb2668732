//! Mails with a link that proves an address: asking for one, sending it, and what its link does.

use scheduler_core::{
    Account, AddressedFate, EmailAddress, MAIL_DAY_MS, MailKind, NewMail, check_mail, next_attempt,
};
use storage::retry_on_conflict;
use wire::{UnixMs, UserId};

use super::new_id;
use crate::store::{
    MailFate, SchedulerStore, StoreError, StoredMail, StoredToken, UnitOfWork, address_hash,
};

/// What became of asking for a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskOutcome {
    /// It will be sent.
    Queued,
    /// The address had too many; there is room again after so many milliseconds.
    Limited(u64),
    /// The address has been shown to be theirs.
    AlreadyVerified,
    /// There is no such account any more.
    Gone,
}

/// Asks for a mail to an account's own address.
pub(crate) async fn ask_for_mail(
    store: &dyn SchedulerStore,
    kind: MailKind,
    user: &UserId,
    login: Option<&str>,
    now: UnixMs,
) -> Result<AskOutcome, StoreError> {
    retry_on_conflict("ask_for_mail", || async move {
        let mut work = store.begin().await?;
        let Some(stored) = work.accounts().find(user).await? else {
            return Ok(AskOutcome::Gone);
        };
        let account = stored.account;
        if kind == MailKind::Verify && account.email_verified {
            return Ok(AskOutcome::AlreadyVerified);
        }
        let login = login.map(str::to_owned);
        let to = account.email.clone();
        let outcome = queue(&mut *work, &account, kind, to, login, now).await?;
        work.commit().await?;
        Ok(outcome)
    })
    .await
}

/// Queues a mail, unless its address had too many. The account is locked, so that its mails are counted one by one.
pub(super) async fn queue(
    work: &mut dyn UnitOfWork,
    account: &Account,
    kind: MailKind,
    to: EmailAddress,
    login: Option<String>,
    now: UnixMs,
) -> Result<AskOutcome, StoreError> {
    let sent = work.mails().since(&to, now - MAIL_DAY_MS).await?;
    if let Err(wait_ms) = check_mail(now, kind, &sent) {
        return Ok(AskOutcome::Limited(wait_ms));
    }
    let mail = NewMail::of(account, kind, to, login, (new_id(), now));
    work.mails().add(&mail).await?;
    Ok(AskOutcome::Queued)
}

/// Notes that whoever has the address of that hash wants no mail of gifts any more.
pub(crate) async fn refuse_mails(
    store: &dyn SchedulerStore,
    hash: &str,
    now: UnixMs,
) -> Result<(), StoreError> {
    retry_on_conflict("refuse_mails", || async move {
        let mut work = store.begin().await?;
        work.mails().refuse(hash, now).await?;
        work.commit().await
    })
    .await
}

/// Claims a due mail until `until`, with the token that its link will have, where it proves an address; false where
/// another has claimed it, its account is gone, or it is not to be sent any more.
pub(crate) async fn claim_mail(
    store: &dyn SchedulerStore,
    mail: &StoredMail,
    token: Option<&StoredToken>,
    until: UnixMs,
) -> Result<bool, StoreError> {
    retry_on_conflict("claim_mail", || async move {
        let mut work = store.begin().await?;
        let account = work.accounts().find(&mail.mail.user).await?;
        if !work.mails().claim(mail, until).await? {
            return Ok(false);
        }
        let reason = match account {
            None => Some("the account is gone"),
            Some(_) => not_wanted(&mut *work, &mail.mail).await?,
        };
        if let Some(reason) = reason {
            let reason = reason.to_owned();
            let dead = MailFate::Dead { reason };
            work.mails().settle(&mail.mail.id, &dead).await?;
        } else if let Some(token) = token {
            work.tokens().add(token).await?;
        }
        work.commit().await?;
        Ok(reason.is_none())
    })
    .await
}

/// Why a mail that tells of a gift is not to be sent, though it waits.
async fn not_wanted(
    work: &mut dyn UnitOfWork,
    mail: &NewMail,
) -> Result<Option<&'static str>, StoreError> {
    let Some(gift) = &mail.gift else {
        return Ok(None);
    };
    if work.mails().is_refused(&mail.to).await? {
        return Ok(Some("such mails were refused"));
    }
    let found = work.addressed_gifts().find(gift).await?;
    let is_there = found.is_some_and(|gift| gift.fate != AddressedFate::Withdrawn);
    Ok((!is_there).then_some("the gift was taken back"))
}

/// Writes what became of the attempt that `mail` was claimed for: the reason, and whether it is for good, where it
/// could not be sent.
pub(crate) async fn settle_mail(
    store: &dyn SchedulerStore,
    mail: &StoredMail,
    sent: Result<(), (String, bool)>,
    now: UnixMs,
) -> Result<(), StoreError> {
    let fate = match sent {
        Ok(()) => MailFate::Sent,
        Err((reason, true)) => MailFate::Dead { reason },
        Err((reason, false)) => match next_attempt(now, mail.attempts + 1) {
            Some(at) => MailFate::Again { at, reason },
            None => MailFate::Dead { reason },
        },
    };
    let fate = &fate;
    retry_on_conflict("settle_mail", || async move {
        let mut work = store.begin().await?;
        work.mails().settle(&mail.mail.id, fate).await?;
        work.commit().await
    })
    .await
}

/// What became of confirming an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ConfirmOutcome {
    /// The account with the address, which counts from now on.
    Done(Box<Account>),
    /// The token is used, or its time is over, or it is not this login's.
    BadToken,
    /// Another account has the address meanwhile.
    EmailTaken,
}

/// Makes the address of a token the account's, for the login that asked for the mail.
pub(crate) async fn confirm_email(
    store: &dyn SchedulerStore,
    token: &StoredToken,
) -> Result<ConfirmOutcome, StoreError> {
    retry_on_conflict("confirm_email", || confirm_email_once(store, token)).await
}

async fn confirm_email_once(
    store: &dyn SchedulerStore,
    token: &StoredToken,
) -> Result<ConfirmOutcome, StoreError> {
    let mut work = store.begin().await?;
    let Some(mut stored) = work.accounts().find(&token.user).await? else {
        return Ok(ConfirmOutcome::BadToken);
    };
    if !work.tokens().take(&token.hash).await? {
        return Ok(ConfirmOutcome::BadToken);
    }
    let holder = work.accounts().find_by_email(&token.email).await?;
    if holder.is_some_and(|holder| holder.account.user != token.user) {
        return Ok(ConfirmOutcome::EmailTaken);
    }
    stored.account.email = token.email.clone();
    stored.account.email_verified = true;
    work.accounts().update(&stored).await?;
    work.tokens().void(&token.user, None).await?;
    // Its mails are read.
    let hash = address_hash(&token.email);
    work.mail_addresses().unmark(&hash).await?;
    work.commit().await?;
    Ok(ConfirmOutcome::Done(Box::new(stored.account)))
}

/// Gives the account of a token another password, and ends every login: whoever knew the old one, or held the address
/// without having it, is out. False where the token is used, or the account has another address meanwhile.
pub(crate) async fn reset_password(
    store: &dyn SchedulerStore,
    token: &StoredToken,
    password: &str,
) -> Result<bool, StoreError> {
    retry_on_conflict("reset_password", || async move {
        let mut work = store.begin().await?;
        let found = work.accounts().find(&token.user).await?;
        let Some(mut stored) = found.filter(|found| found.account.email == token.email) else {
            return Ok(false);
        };
        if !work.tokens().take(&token.hash).await? {
            return Ok(false);
        }
        if !stored.account.email_verified {
            // Whoever signed up with somebody else's address keeps no way in.
            work.calendar_feeds().revoke(&token.user).await?;
        }
        password.clone_into(&mut stored.password);
        stored.account.email_verified = true;
        work.accounts().update(&stored).await?;
        work.logins().end_others(&token.user, None).await?;
        work.tokens().void(&token.user, None).await?;
        let hash = address_hash(&token.email);
        work.mail_addresses().unmark(&hash).await?;
        work.commit().await?;
        Ok(true)
    })
    .await
}
