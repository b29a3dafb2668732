//! Changing one's account.

use wire::{ChangeMe, ChangeNotify, ChangePassword, FieldError, Notify, Quiet, SecretText, UnixMs};

use super::password::check_password;
use super::signup::{DEFAULT_LOCALE, check_address, check_zone};
use super::{Account, EmailAddress};
use crate::contact::locale;
use crate::field_checks::FieldErrors;
use crate::local_time::minute_of_day;
use crate::participant::check_name;

/// An account as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedAccount {
    /// Everything but the address, which stays until another is confirmed.
    pub account: Account,
    /// The address that was named, where it is another one.
    pub new_email: Option<EmailAddress>,
}

/// Checks what is to change, and changes it.
///
/// # Errors
/// Each field that is wrong.
pub fn check_change_me(
    account: &Account,
    change: ChangeMe,
) -> Result<ChangedAccount, Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let mut changed = account.clone();
    if let Some(name) = change.name {
        changed.name = check_name(&mut errors, "name", &name);
    }
    if let Some(said) = change.locale {
        changed.locale = locale(&said).unwrap_or_else(|| DEFAULT_LOCALE.to_owned());
    }
    if let Some(zone) = change.time_zone {
        check_zone(&mut errors, &zone).clone_into(&mut changed.time_zone);
    }
    if let Some(discoverable) = change.discoverable {
        changed.discoverable = discoverable;
    }
    if let Some(notify) = change.notify {
        change_notify(&mut errors, &mut changed.notify, notify);
    }
    let email = change.email.as_deref();
    let email = email.and_then(|email| check_address(&mut errors, "email", email));
    let new_email = email.filter(|email| *email != account.email);
    errors.into_result(ChangedAccount {
        account: changed,
        new_email,
    })
}

/// Checks the password that somebody wants to have instead of theirs.
///
/// # Errors
/// What is wrong with it.
pub fn check_new_password(
    account: &Account,
    change: &ChangePassword,
) -> Result<(), Vec<FieldError>> {
    check_instead(account, "new", &change.new)
}

/// Checks the password that somebody wants to have who has lost theirs.
///
/// # Errors
/// What is wrong with it.
pub fn check_reset_password(
    account: &Account,
    password: &SecretText,
) -> Result<(), Vec<FieldError>> {
    check_instead(account, "password", password)
}

fn check_instead(
    account: &Account,
    field: &str,
    password: &SecretText,
) -> Result<(), Vec<FieldError>> {
    let mut errors = FieldErrors::default();
    let own = [account.email.text(), &account.name];
    check_password(&mut errors, field, password, &own);
    errors.into_result(())
}

fn change_notify(errors: &mut FieldErrors, notify: &mut Notify, change: ChangeNotify) {
    match change.email {
        Some(true) => resume_mails(notify),
        Some(false) => notify.email = false,
        None => {}
    }
    notify.push = change.push.unwrap_or(notify.push);
    notify.preview = change.preview.unwrap_or(notify.preview);
    if let Some(kinds) = change.kinds {
        notify.kinds = kinds.map(|mut kinds| {
            kinds.sort_unstable_by_key(|kind| kind.name());
            kinds.dedup();
            kinds
        });
    }
    if let Some(quiet) = change.quiet {
        check_quiet(errors, quiet.as_ref());
        notify.quiet = quiet;
    }
}

/// Stops the mails about notifications, by the link of one; whoever had turned them off before did so by themselves.
pub fn stop_mails(notify: &mut Notify, now: UnixMs) {
    if notify.email {
        notify.email = false;
        notify.email_stopped_at = Some(now);
    }
}

/// Has mails tell of notifications again, however they came to be off.
pub fn resume_mails(notify: &mut Notify) {
    notify.email = true;
    notify.email_stopped_at = None;
}

fn check_quiet(errors: &mut FieldErrors, quiet: Option<&Quiet>) {
    let Some(Quiet { from, to }) = quiet else {
        return;
    };
    for (field, text) in [("notify.quiet.from", from), ("notify.quiet.to", to)] {
        if minute_of_day(text).is_none() {
            errors.add(field, "bad_time", "Write hours and minutes, as 22:00.");
        }
    }
    if from == to {
        let message = "Quiet hours that end as they begin are none: leave them out with null.";
        errors.add("notify.quiet.to", "out_of_range", message);
    }
}

#[cfg(test)]
mod tests {
    use wire::NotificationKind;

    use super::*;

    fn account() -> Account {
        Account {
            user: "u1".into(),
            email: EmailAddress::parse("ana@example.org").unwrap(),
            email_verified: true,
            name: "Ana".into(),
            locale: "en".into(),
            time_zone: "UTC".into(),
            discoverable: false,
            notify: Notify::default(),
            created_at: UnixMs(0),
        }
    }

    fn quiet(from: &str, to: &str) -> ChangeMe {
        let quiet = Quiet {
            from: from.into(),
            to: to.into(),
        };
        ChangeMe {
            notify: Some(ChangeNotify {
                quiet: Some(Some(quiet)),
                ..ChangeNotify::default()
            }),
            ..ChangeMe::default()
        }
    }

    #[test]
    fn sch_135_what_is_left_out_of_a_change_stays() {
        let change = ChangeMe {
            name: Some("Anna".into()),
            notify: Some(ChangeNotify {
                push: Some(false),
                kinds: Some(Some(vec![
                    NotificationKind::SessionReminder,
                    NotificationKind::SessionReminder,
                ])),
                ..ChangeNotify::default()
            }),
            ..ChangeMe::default()
        };
        let changed = check_change_me(&account(), change).unwrap();
        assert_eq!(changed.new_email, None);
        assert_eq!(changed.account.name, "Anna");
        assert_eq!(changed.account.time_zone, "UTC");
        let notify = changed.account.notify;
        assert!(notify.email && !notify.push);
        assert_eq!(notify.kinds.unwrap().len(), 1);
    }

    #[test]
    fn sch_135_another_address_waits_to_be_confirmed() {
        let to = |email: &str| {
            let change = ChangeMe {
                email: Some(email.into()),
                ..ChangeMe::default()
            };
            check_change_me(&account(), change).unwrap()
        };
        let changed = to("new@example.org");
        assert_eq!(changed.account.email.text(), "ana@example.org");
        assert_eq!(changed.new_email.unwrap().text(), "new@example.org");
        assert_eq!(to(" ana@Example.org").new_email, None);
    }

    #[test]
    fn sch_135_quiet_hours_are_two_minutes_of_the_day() {
        let changed = check_change_me(&account(), quiet("22:00", "08:00")).unwrap();
        assert_eq!(changed.account.notify.quiet.unwrap().from, "22:00");
        for (from, to, field) in [
            ("24:00", "08:00", "notify.quiet.from"),
            ("22:60", "08:00", "notify.quiet.from"),
            ("2:00", "08:00", "notify.quiet.from"),
            ("+1:00", "08:00", "notify.quiet.from"),
            ("22:00", "", "notify.quiet.to"),
            ("22:00", "22:00", "notify.quiet.to"),
        ] {
            let errors = check_change_me(&account(), quiet(from, to)).unwrap_err();
            assert_eq!(errors[0].field, field, "{from} {to}");
        }
    }

    #[test]
    fn sch_405_mails_that_a_link_stopped_are_known_from_those_that_were_turned_off() {
        let at = UnixMs(7);
        let turned = |account: &Account, email: bool| {
            let notify = ChangeNotify {
                email: Some(email),
                ..ChangeNotify::default()
            };
            let change = ChangeMe {
                notify: Some(notify),
                ..ChangeMe::default()
            };
            check_change_me(account, change).unwrap().account
        };
        let how = |account: &Account| (account.notify.email, account.notify.email_stopped_at);
        let mut stopped = account();
        stop_mails(&mut stopped.notify, at);
        assert_eq!(how(&stopped), (false, Some(at)));
        stop_mails(&mut stopped.notify, UnixMs(8));
        assert_eq!(how(&stopped), (false, Some(at)), "the first time counts");
        assert_eq!(how(&turned(&stopped, false)), (false, Some(at)));
        assert_eq!(how(&turned(&stopped, true)), (true, None));
        let mut off = turned(&account(), false);
        stop_mails(&mut off.notify, at);
        assert_eq!(how(&off), (false, None), "it was their own choice");
        resume_mails(&mut off.notify);
        assert_eq!(how(&off), (true, None));
    }
}
