//! Accounts and logins. What is checked of them without the store was checked before.

use scheduler_core::{Account, MailKind, audit_row, check_change_me, person_changed};
use storage::retry_on_conflict;
use wire::{ChangeMe, FieldError, OperatorAction, UnixMs, UserId};

use super::mails::{AskOutcome, queue};
use super::new_id;
use crate::store::{SchedulerStore, StoreError, StoredAccount, StoredLogin, UnitOfWork};

/// Logins of one person at once; of more, the oldest ends.
const MAX_LOGINS: u32 = 50;

/// Somebody who signs up.
#[derive(Clone)]
pub(crate) struct SignupCommand {
    pub(crate) account: StoredAccount,
    pub(crate) login: StoredLogin,
    /// The hash of the invitation that is used up, where one is needed.
    pub(crate) invite: Option<String>,
    /// Whether a mail asks them to confirm their address.
    pub(crate) sends_mail: bool,
}

/// What became of a sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignupOutcome {
    Done,
    EmailTaken,
    /// There is no such invitation, or it was used.
    BadInvite,
}

/// Adds an account, with its first login. Of many with one address, or one invitation, one is added.
pub(crate) async fn sign_up(
    store: &dyn SchedulerStore,
    command: &SignupCommand,
    now: UnixMs,
) -> Result<SignupOutcome, StoreError> {
    retry_on_conflict("sign_up", || sign_up_once(store, command, now)).await
}

async fn sign_up_once(
    store: &dyn SchedulerStore,
    command: &SignupCommand,
    now: UnixMs,
) -> Result<SignupOutcome, StoreError> {
    let mut work = store.begin().await?;
    let account = &command.account.account;
    if let Some(invite) = &command.invite
        && !work.invites().take(invite, now).await?
    {
        return Ok(SignupOutcome::BadInvite);
    }
    let found = work.accounts().find_by_email(&account.email).await?;
    if found.is_some() {
        return Ok(SignupOutcome::EmailTaken);
    }
    work.people().insert(&account.person()).await?;
    work.accounts().insert(&command.account).await?;
    work.logins().insert(&command.login).await?;
    if command.sends_mail {
        let (to, login) = (account.email.clone(), Some(command.login.id.clone()));
        // Where the address had too many, they ask for another one later.
        queue(&mut *work, account, MailKind::Verify, to, login, now).await?;
    }
    work.commit().await?;
    Ok(SignupOutcome::Done)
}

/// Adds an invitation by the hash of its code, with its row in the audit log.
pub(crate) async fn add_invite(
    store: &dyn SchedulerStore,
    hash: &str,
    until: UnixMs,
    action: OperatorAction,
    now: UnixMs,
) -> Result<(), StoreError> {
    let row = &audit_row(new_id(), now, action);
    retry_on_conflict("add_invite", || async move {
        let mut work = store.begin().await?;
        work.invites().add(hash, now, until).await?;
        work.audit().add(row).await?;
        work.commit().await
    })
    .await
}

/// Adds a login, unless the password that was compared has changed since; false then.
pub(crate) async fn log_in(
    store: &dyn SchedulerStore,
    compared: &StoredAccount,
    login: &StoredLogin,
) -> Result<bool, StoreError> {
    retry_on_conflict("log_in", || async move {
        let mut work = store.begin().await?;
        if unchanged(&mut *work, compared).await?.is_none() {
            return Ok(false);
        }
        work.logins().insert(login).await?;
        work.logins().end_beyond(&login.user, MAX_LOGINS).await?;
        work.commit().await?;
        Ok(true)
    })
    .await
}

/// Moves the end of a login.
pub(crate) async fn extend_login(
    store: &dyn SchedulerStore,
    id: &str,
    now: UnixMs,
    until: UnixMs,
) -> Result<(), StoreError> {
    retry_on_conflict("extend_login", || async move {
        let mut work = store.begin().await?;
        work.logins().extend(id, now, until).await?;
        work.commit().await
    })
    .await
}

/// Ends a login; false where the person has none of that id.
pub(crate) async fn end_login(
    store: &dyn SchedulerStore,
    user: &UserId,
    id: &str,
) -> Result<bool, StoreError> {
    retry_on_conflict("end_login", || async move {
        let mut work = store.begin().await?;
        let ended = work.logins().end(user, id).await?;
        work.commit().await?;
        Ok(ended)
    })
    .await
}

/// What became of a change.
pub(crate) enum ChangeOutcome {
    /// The account as it is now.
    Done(Box<Account>),
    Invalid(Vec<FieldError>),
    /// Another account has that address.
    EmailTaken,
    /// The new address had too many mails; there is room again after so many milliseconds.
    MailsLimited(u64),
    /// The account is gone meanwhile.
    Gone,
}

/// Changes an account by what it is when that is written. To a new address goes a mail, whose link makes it count for
/// the login that asks.
pub(crate) async fn change_account(
    store: &dyn SchedulerStore,
    who: (&UserId, &str),
    change: &ChangeMe,
    now: UnixMs,
) -> Result<ChangeOutcome, StoreError> {
    retry_on_conflict("change_account", || {
        change_account_once(store, who, change, now)
    })
    .await
}

async fn change_account_once(
    store: &dyn SchedulerStore,
    (user, login): (&UserId, &str),
    change: &ChangeMe,
    now: UnixMs,
) -> Result<ChangeOutcome, StoreError> {
    let mut work = store.begin().await?;
    let Some(before) = work.accounts().find(user).await? else {
        return Ok(ChangeOutcome::Gone);
    };
    let changed = match check_change_me(&before.account, change.clone()) {
        Ok(changed) => changed,
        Err(errors) => return Ok(ChangeOutcome::Invalid(errors)),
    };
    let account = changed.account;
    if let Some(to) = changed.new_email {
        let holder = work.accounts().find_by_email(&to).await?;
        if holder.is_some_and(|holder| holder.account.user != *user) {
            return Ok(ChangeOutcome::EmailTaken);
        }
        let login = Some(login.to_owned());
        let asked = queue(&mut *work, &account, MailKind::Verify, to, login, now).await?;
        if let AskOutcome::Limited(wait_ms) = asked {
            return Ok(ChangeOutcome::MailsLimited(wait_ms));
        }
    }
    write(&mut *work, &before, account.clone(), now).await?;
    work.commit().await?;
    Ok(ChangeOutcome::Done(Box::new(account)))
}

async fn write(
    work: &mut dyn UnitOfWork,
    before: &StoredAccount,
    account: Account,
    now: UnixMs,
) -> Result<(), StoreError> {
    if account == before.account {
        return Ok(());
    }
    work.people().update(&account.person()).await?;
    if account.search_keys() != before.account.search_keys() {
        let keys = account.search_keys();
        work.accounts().set_searchable(&account.user, &keys).await?;
    }
    let told = work.published_facts().revision(&account.user).await?;
    let told = told.unwrap_or_default();
    if let Some(event) = person_changed(now, &before.account, &account, told, &mut new_id) {
        let published_facts = work.published_facts();
        published_facts
            .set_revision(&account.user, told + 1)
            .await?;
        work.events().publish(&event).await?;
    }
    let stored = StoredAccount {
        account,
        password: before.password.clone(),
    };
    work.accounts().update(&stored).await
}

/// Gives the account another password and ends every login but `except`; false, and nothing is written, where the
/// password that was compared has changed since.
pub(crate) async fn change_password(
    store: &dyn SchedulerStore,
    compared: &StoredAccount,
    password: &str,
    except: &str,
) -> Result<bool, StoreError> {
    retry_on_conflict("change_password", || async move {
        let mut work = store.begin().await?;
        let user = &compared.account.user;
        let Some(mut stored) = unchanged(&mut *work, compared).await? else {
            return Ok(false);
        };
        password.clone_into(&mut stored.password);
        work.accounts().update(&stored).await?;
        work.logins().end_others(user, Some(except)).await?;
        work.tokens().void(user, Some(MailKind::Reset)).await?;
        work.commit().await?;
        Ok(true)
    })
    .await
}

/// The account, locked, while it still has the password that was compared.
pub(super) async fn unchanged(
    work: &mut dyn UnitOfWork,
    compared: &StoredAccount,
) -> Result<Option<StoredAccount>, StoreError> {
    let found = work.accounts().find(&compared.account.user).await?;
    Ok(found.filter(|found| found.password == compared.password))
}
