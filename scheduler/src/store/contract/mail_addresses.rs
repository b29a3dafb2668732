//! What a store must do about addresses of mails, and whoever wants none.

use scheduler_core::{MailAddress, MailKind, MailSuppression};
use wire::{UnixMs, UserId};

use super::accounts::{add_token, address, signup, token};
use super::addressed_gifts::{add_verified, verify};
use super::harness::{NOW, StoreHarness};
use crate::commands::{self, admit_mail, confirm_email, resubscribe, unsubscribe};
use crate::store::{MailReader, address_hash};

const DAY_MS: i64 = 86_400_000;

fn hash(mailbox: &str) -> String {
    address_hash(&address(&format!("{mailbox}@example.org")))
}

async fn reader(harness: &mut StoreHarness, user: &str) -> Option<MailReader> {
    let store = harness.store().await;
    store.mail_addresses().reader(user.into()).await.unwrap()
}

async fn known(harness: &mut StoreHarness, mailbox: &str) -> MailAddress {
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    let known = work.mail_addresses().find(&hash(mailbox)).await.unwrap();
    work.commit().await.unwrap();
    known
}

async fn mark(harness: &mut StoreHarness, mailbox: &str, at: UnixMs) {
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    let hash = hash(mailbox);
    let marked = work.mail_addresses().mark_refused(&hash, at, "RCPT: 550");
    marked.await.unwrap();
    work.commit().await.unwrap();
}

pub(crate) async fn sch_319_mails_to_an_address_are_counted_by_the_day(mut harness: StoreHarness) {
    let store = harness.store().await;
    add_verified(&*store, "u1").await;
    drop(store);
    let ana = reader(&mut harness, "u1").await.unwrap();
    let mut admitted = Vec::new();
    for is_again in [false, true, false, false] {
        let store = harness.store().await;
        let outcome = admit_mail(&*store, &ana, 2, is_again, NOW).await;
        admitted.push(outcome.unwrap());
    }
    let limit = Err(MailSuppression::DailyLimit);
    assert_eq!(admitted, [Ok(()), Ok(()), Ok(()), limit]);
    let store = harness.store().await;
    let tomorrow = admit_mail(&*store, &ana, 2, false, NOW + DAY_MS).await;
    assert_eq!(tomorrow.unwrap(), Ok(()));
    drop(store);
    assert_eq!(known(&mut harness, "u1").await.sent, 1);
}

pub(crate) async fn sch_320_a_refused_address_gets_none_until_its_person_confirms_it(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    let signup = signup("u1", "u1");
    commands::sign_up(&*store, &signup, NOW).await.unwrap();
    drop(store);
    assert_eq!(
        reader(&mut harness, "u1").await,
        None,
        "nobody has shown it"
    );
    let store = harness.store().await;
    verify(&*store, "u1").await;
    drop(store);
    let ana = reader(&mut harness, "u1").await.unwrap();
    mark(&mut harness, "u1", NOW).await;
    mark(&mut harness, "u1", NOW + 1).await;
    let store = harness.store().await;
    let admitted = admit_mail(&*store, &ana, 2, true, NOW).await.unwrap();
    assert_eq!(admitted, Err(MailSuppression::AddressRefused));
    let refused = store.mail_addresses().refused(hash("u1")).await.unwrap();
    assert_eq!(
        refused,
        Some((NOW, "RCPT: 550".to_owned())),
        "the first time"
    );
    let mut confirmed = token("u1", MailKind::Verify, "h");
    confirmed.email = ana.to.clone();
    add_token(&*store, &confirmed).await;
    confirm_email(&*store, &confirmed).await.unwrap();
    let refused = store.mail_addresses().refused(hash("u1")).await.unwrap();
    assert_eq!(refused, None);
}

pub(crate) async fn sch_320_whoever_wants_no_mails_gets_none(mut harness: StoreHarness) {
    let session = harness.booked().await;
    let store = harness.store().await;
    add_verified(&*store, "u1").await;
    let guest = session.participants[0].user_id.clone();
    for user in [guest.clone(), UserId::from("u1"), UserId::from("nobody")] {
        for _ in 0..2 {
            unsubscribe(&*store, &user, NOW).await.unwrap();
        }
    }
    let mut work = store.begin().await.unwrap();
    let found = work.people().find(&session.application, &guest).await;
    let mut person = found.unwrap().unwrap();
    person.email = Some("guest@example.org".to_owned());
    work.people().update(&person).await.unwrap();
    work.commit().await.unwrap();
    let account = store.accounts().find("u1".into()).await.unwrap().unwrap();
    assert!(!account.account.notify.email && account.account.notify.push);
    drop(store);
    for user in [guest.as_str(), "u1"] {
        let found = reader(&mut harness, user).await.unwrap();
        assert!(found.is_opted_out, "{user}");
        let store = harness.store().await;
        let admitted = admit_mail(&*store, &found, 2, false, NOW).await.unwrap();
        assert_eq!(admitted, Err(MailSuppression::OptedOut));
    }
    let other = session.participants[1].user_id.as_str();
    assert_eq!(
        reader(&mut harness, other).await,
        None,
        "no address was given"
    );
    let store = harness.store().await;
    for user in [guest.clone(), UserId::from("u1"), UserId::from("nobody")] {
        for _ in 0..2 {
            resubscribe(&*store, &user).await.unwrap();
        }
    }
    drop(store);
    for user in [guest.as_str(), "u1"] {
        let found = reader(&mut harness, user).await.unwrap();
        assert!(!found.is_opted_out, "{user} has taken it back");
    }
}
