//! What a store must do about accounts, their logins, their mails and the tokens of those.

use scheduler_core::{Account, EmailAddress, MailKind, SweptTable};
use wire::{NotificationKind, Notify, Quiet, UserId};

use super::harness::{NOW, StoreHarness, action};
use crate::commands::{
    self, AskOutcome, ChangeOutcome, ConfirmOutcome, SignupCommand, SignupOutcome, add_invite,
    ask_for_mail, change_account, change_password, claim_mail, confirm_email, end_login,
    extend_login, log_in, reset_password, settle_mail, sweep,
};
use crate::store::{
    SchedulerStore, SessionFilter, SessionsOf, StoredAccount, StoredLogin, StoredMail, StoredToken,
};

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;

pub(crate) fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn login(user: &str, id: &str) -> StoredLogin {
    StoredLogin {
        id: id.to_owned(),
        user: user.into(),
        hash: format!("hash of {id}"),
        created_at: NOW,
        last_used_at: NOW,
        expires_at: NOW + HOUR_MS,
        user_agent: Some("Firefox".to_owned()),
    }
}

/// Somebody who signs up with `<email>@example.org`.
pub(crate) fn signup(user: &str, email: &str) -> SignupCommand {
    SignupCommand {
        account: StoredAccount {
            account: Account {
                user: user.into(),
                email: address(&format!("{email}@example.org")),
                email_verified: false,
                name: "Ana Ruiz".to_owned(),
                locale: "en".to_owned(),
                time_zone: "Asia/Seoul".to_owned(),
                discoverable: false,
                notify: Notify::default(),
                created_at: NOW,
            },
            password: "phc".to_owned(),
        },
        login: login(user, &format!("{user}-1")),
        invite: None,
        sends_mail: false,
    }
}

pub(crate) fn token(user: &str, kind: MailKind, hash: &str) -> StoredToken {
    StoredToken {
        hash: hash.to_owned(),
        kind,
        user: user.into(),
        email: address("ana@example.org"),
        login: Some(format!("{user}-1")),
        expires_at: NOW + HOUR_MS,
    }
}

/// Adds a token, as the one of a mail that is sent is.
pub(crate) async fn add_token(store: &dyn SchedulerStore, token: &StoredToken) {
    let mut work = store.begin().await.unwrap();
    work.tokens().add(token).await.unwrap();
    work.commit().await.unwrap();
}

async fn signed_up(harness: &mut StoreHarness) -> SignupCommand {
    let command = signup("u1", "ana");
    let store = harness.store().await;
    let outcome = commands::sign_up(&*store, &command, NOW).await.unwrap();
    assert_eq!(outcome, SignupOutcome::Done);
    command
}

async fn account(harness: &mut StoreHarness, user: &str) -> Account {
    let store = harness.store().await;
    let found = store.accounts().find(user.into()).await.unwrap();
    found.unwrap().account
}

pub(crate) async fn sch_145_an_account_is_found_by_its_address_its_person_and_its_login(
    mut harness: StoreHarness,
) {
    let command = signed_up(&mut harness).await;
    let (account, expected) = (&command.account.account, Some(&command.account.password));
    let store = harness.store().await;
    let by_email = store.accounts().find_by_email(address("ANA@example.org"));
    let by_email = by_email.await.unwrap().unwrap();
    assert_eq!(
        (&by_email.account, Some(&by_email.password)),
        (account, expected)
    );
    drop(store);
    let store = harness.store().await;
    let found = store.accounts().find_login("hash of u1-1".into()).await;
    assert_eq!(
        found.unwrap().unwrap(),
        (command.login.clone(), account.clone())
    );
    let none = store.accounts().find_login("hash of u1-2".into()).await;
    assert!(none.unwrap().is_none());
    let person = store.people().find("people".into(), "u1".into()).await;
    assert_eq!(person.unwrap().unwrap().name, "Ana Ruiz");
    let again = signup("u2", "ana");
    let outcome = commands::sign_up(&*store, &again, NOW).await.unwrap();
    assert_eq!(outcome, SignupOutcome::EmailTaken);
    let none = store.people().find("people".into(), "u2".into()).await;
    assert!(none.unwrap().is_none(), "nothing is left of it");
}

pub(crate) async fn sch_145_an_invitation_opens_one_account_while_its_time_lasts(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let invite = |hash| add_invite(&*store, hash, NOW + HOUR_MS, action("invite", "a"), NOW);
    invite("one").await.unwrap();
    invite("other").await.unwrap();
    let used = |user: &str, hash: &str| SignupCommand {
        invite: Some(hash.to_owned()),
        ..signup(user, user)
    };
    let (first, second) = (used("u1", "one"), used("u2", "one"));
    let late = used("u3", "other");
    for (command, at, due) in [
        (&first, NOW, SignupOutcome::Done),
        (&second, NOW, SignupOutcome::BadInvite),
        (&late, NOW + HOUR_MS, SignupOutcome::BadInvite),
        (&late, NOW, SignupOutcome::Done),
    ] {
        let outcome = commands::sign_up(&*store, command, at).await.unwrap();
        assert_eq!(outcome, due);
    }
}

pub(crate) async fn sch_145_logins_are_listed_extended_and_ended(mut harness: StoreHarness) {
    let command = signed_up(&mut harness).await;
    let user = UserId::from("u1");
    let store = harness.store().await;
    for id in ["u1-2", "u1-3"] {
        assert!(
            log_in(&*store, &command.account, &login("u1", id))
                .await
                .unwrap()
        );
    }
    let stale = StoredAccount {
        password: "another".to_owned(),
        ..command.account.clone()
    };
    let refused = log_in(&*store, &stale, &login("u1", "u1-4")).await;
    assert!(!refused.unwrap(), "the password has changed");
    let until = NOW + 2 * HOUR_MS;
    extend_login(&*store, "u1-3", NOW + 1, until).await.unwrap();
    let ids = async |at| {
        let found = store.accounts().logins(user.clone(), at).await.unwrap();
        found.into_iter().map(|login| login.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(NOW).await, ["u1-3", "u1-2", "u1-1"]);
    assert_eq!(ids(NOW + HOUR_MS).await, ["u1-3"], "the others have ended");
    assert!(!end_login(&*store, &"u2".into(), "u1-3").await.unwrap());
    assert!(end_login(&*store, &user, "u1-2").await.unwrap());
    assert!(!end_login(&*store, &user, "u1-2").await.unwrap());
    let changed = change_password(&*store, &command.account, "new", "u1-1").await;
    assert!(changed.unwrap());
    assert_eq!(ids(NOW).await, ["u1-1"]);
    let again = change_password(&*store, &command.account, "newer", "u1-1").await;
    assert!(!again.unwrap(), "it was compared with the old one");
    let ended = sweep(&*store, SweptTable::Logins, NOW + HOUR_MS + 1, 500).await;
    assert_eq!(ended.unwrap(), 1);
    assert!(ids(NOW).await.is_empty());
}

pub(crate) async fn sch_145_of_many_logins_the_newest_fifty_stay(mut harness: StoreHarness) {
    let command = signed_up(&mut harness).await;
    let store = harness.store().await;
    for at in 100..152 {
        let login = login("u1", &format!("u1-{at}"));
        assert!(log_in(&*store, &command.account, &login).await.unwrap());
    }
    let found = store.accounts().logins("u1".into(), NOW).await.unwrap();
    assert_eq!(found.len(), 50);
    assert_eq!(
        (found[0].id.as_str(), found[49].id.as_str()),
        ("u1-151", "u1-102")
    );
}

pub(crate) async fn sch_145_a_changed_account_is_read_back_and_found_by_its_name(
    mut harness: StoreHarness,
) {
    signed_up(&mut harness).await;
    let change = serde_json::json!({
        "name": "Zoë Ångström", "locale": "ko", "time_zone": "UTC", "discoverable": true,
        "notify": {"push": false, "kinds": ["session_reminder"], "quiet": {"from": "22:00", "to": "08:00"}},
    });
    let change = serde_json::from_value(change).unwrap();
    let store = harness.store().await;
    let (user, login) = (UserId::from("u1"), "u1-1");
    let outcome = change_account(&*store, (&user, login), &change, NOW).await;
    assert!(matches!(outcome.unwrap(), ChangeOutcome::Done(_)));
    drop(store);
    let read = account(&mut harness, "u1").await;
    assert_eq!(
        (read.name.as_str(), read.locale.as_str()),
        ("Zoë Ångström", "ko")
    );
    assert_eq!(
        read.notify.kinds,
        Some(vec![NotificationKind::SessionReminder])
    );
    let quiet = Quiet {
        from: "22:00".to_owned(),
        to: "08:00".to_owned(),
    };
    assert_eq!(read.notify.quiet, Some(quiet));
    let store = harness.store().await;
    let found = async |key: &str| {
        let found = store.accounts().search(key.to_owned(), 10).await.unwrap();
        found.len()
    };
    assert_eq!(found("zo").await, 1);
    assert_eq!(found("zoë å").await, 1);
    assert_eq!(found("ångström").await, 1);
    assert_eq!(found("ana").await, 0, "her name before");
    assert_eq!(found("z_").await + found("%").await, 0);
    let hide = serde_json::from_value(serde_json::json!({"discoverable": false})).unwrap();
    let outcome = change_account(&*store, (&user, login), &hide, NOW).await;
    assert!(matches!(outcome.unwrap(), ChangeOutcome::Done(_)));
    assert_eq!(found("zo").await, 0);
}

pub(crate) async fn sch_145_a_mail_is_claimed_by_one_and_its_token_counts_once(
    mut harness: StoreHarness,
) {
    signed_up(&mut harness).await;
    let store = harness.store().await;
    let user = UserId::from("u1");
    let asked = ask_for_mail(&*store, MailKind::Verify, &user, Some("u1-1"), NOW).await;
    assert_eq!(asked.unwrap(), AskOutcome::Queued);
    let due = async |at| store.mails().due(at, 10).await.unwrap();
    let mail = due(NOW).await.remove(0);
    assert_eq!(
        (mail.attempts, mail.mail.login.as_deref()),
        (0, Some("u1-1"))
    );
    let lapses = NOW + 1_000;
    let first = token("u1", MailKind::Verify, "first");
    assert!(
        claim_mail(&*store, &mail, Some(&first), lapses)
            .await
            .unwrap()
    );
    let other = token("u1", MailKind::Verify, "other");
    assert!(
        !claim_mail(&*store, &mail, Some(&other), lapses)
            .await
            .unwrap()
    );
    assert!(due(NOW).await.is_empty());
    let failed = Err(("x".repeat(1_000), false));
    settle_mail(&*store, &mail, failed, NOW).await.unwrap();
    let again: StoredMail = due(NOW + HOUR_MS).await.remove(0);
    assert_eq!(again.attempts, 1);
    assert!(
        claim_mail(&*store, &again, Some(&other), lapses)
            .await
            .unwrap()
    );
    settle_mail(&*store, &again, Ok(()), NOW).await.unwrap();
    assert!(due(NOW + HOUR_MS).await.is_empty());

    let found = store.mails().find_token("first".into(), NOW).await.unwrap();
    assert_eq!(found, Some(first.clone()));
    let late = store
        .mails()
        .find_token("first".into(), NOW + HOUR_MS)
        .await;
    assert_eq!(late.unwrap(), None);
    let confirmed = confirm_email(&*store, &first).await.unwrap();
    assert!(matches!(confirmed, ConfirmOutcome::Done(_)));
    for used in [first, other] {
        let again = confirm_email(&*store, &used).await.unwrap();
        assert_eq!(again, ConfirmOutcome::BadToken, "all are void");
    }
    assert!(account(&mut harness, "u1").await.email_verified);
}

pub(crate) async fn sch_145_a_reset_gives_a_password_and_ends_every_login(
    mut harness: StoreHarness,
) {
    signed_up(&mut harness).await;
    let store = harness.store().await;
    let reset = token("u1", MailKind::Reset, "r");
    add_token(&*store, &reset).await;
    let of_another_address = StoredToken {
        email: address("old@example.org"),
        ..reset.clone()
    };
    assert!(
        !reset_password(&*store, &of_another_address, "new")
            .await
            .unwrap()
    );
    assert!(reset_password(&*store, &reset, "new").await.unwrap());
    assert!(!reset_password(&*store, &reset, "newer").await.unwrap());
    let found = store.accounts().find("u1".into()).await.unwrap().unwrap();
    assert_eq!(
        (found.password.as_str(), found.account.email_verified),
        ("new", true)
    );
    let logins = store.accounts().logins("u1".into(), NOW).await.unwrap();
    assert!(logins.is_empty());
}

pub(crate) async fn sch_145_a_persons_sessions_are_those_in_which_they_take_part(
    mut harness: StoreHarness,
) {
    let session = harness.booked().await;
    let [ana, _] = session.users();
    let store = harness.store().await;
    let of = async |user: UserId| {
        let filter = SessionFilter {
            whose: SessionsOf::Person(user),
            from: Some(NOW),
            to: None,
            state: None,
            after: None,
            limit: 10,
        };
        store.sessions().list(filter).await.unwrap()
    };
    assert_eq!(of(ana).await, [session]);
    assert!(of("nobody".into()).await.is_empty());
}
