//! What the services are told of people who can be found, and of matches.

use serde_json::json;
use wire::UserId;

use super::accounts::signup;
use super::harness::{NOW, StoreHarness};
use super::rooms::matched;
use crate::commands::{self, ChangeOutcome, SignupOutcome, change_account, tell_backlog};
use crate::store::{FactBacklog, SchedulerStore, StoredAccount};

async fn sign_up(store: &dyn SchedulerStore, user: &str) -> StoredAccount {
    let command = signup(user, user);
    let outcome = commands::sign_up(store, &command, NOW).await.unwrap();
    assert_eq!(outcome, SignupOutcome::Done);
    command.account
}

async fn change(store: &dyn SchedulerStore, user: &str, change: serde_json::Value) {
    let change = serde_json::from_value(change).unwrap();
    let who = (&UserId::from(user), "login");
    let outcome = change_account(store, who, &change, NOW).await.unwrap();
    assert!(matches!(outcome, ChangeOutcome::Done(_)));
}

async fn revision(store: &dyn SchedulerStore, user: &str) -> Option<u64> {
    let mut work = store.begin().await.unwrap();
    work.published_facts().revision(&user.into()).await.unwrap()
}

/// How many events of a type wait in the outbox.
async fn waiting(harness: &mut StoreHarness, kind: &str) -> usize {
    let texts = harness.texts().await;
    // Escaped or not, as the columns are shown.
    texts.matches(kind).count()
}

pub(crate) async fn sch_461_a_change_is_told_with_it_under_a_rising_revision(
    mut harness: StoreHarness,
) {
    let store = harness.store().await;
    sign_up(&*store, "u1").await;
    for (asked, told) in [
        (json!({"name": "Anna"}), None),
        (json!({"discoverable": true}), Some(1)),
        (json!({"locale": "ko"}), Some(1)),
        (json!({"name": "Ana", "discoverable": true}), Some(2)),
        (json!({"discoverable": false}), Some(3)),
        (json!({"name": "Anna"}), Some(3)),
        (json!({"discoverable": true}), Some(4)),
    ] {
        change(&*store, "u1", asked.clone()).await;
        assert_eq!(revision(&*store, "u1").await, told, "{asked}");
    }
    drop(store);
    assert_eq!(waiting(&mut harness, "person.changed").await, 4);
}

pub(crate) async fn sch_462_what_was_there_before_is_told_once(mut harness: StoreHarness) {
    let store = harness.store().await;
    // More than are told of at a time, of whom all but two can be found, as an older version left them.
    for n in 0..106 {
        let mut account = sign_up(&*store, &format!("u{n:03}")).await;
        if ![1, 2].contains(&n) {
            account.account.discoverable = true;
            let mut work = store.begin().await.unwrap();
            work.accounts().update(&account).await.unwrap();
            work.commit().await.unwrap();
        }
    }
    change(&*store, "u001", json!({"discoverable": true})).await;
    matched(&*store, "u000", &["u001", "u002"]).await;
    drop(store);
    let made = waiting(&mut harness, "match.created").await;
    for round in 0..2 {
        let store = harness.store().await;
        for backlog in FactBacklog::ALL {
            let mut steps = 0;
            while !tell_backlog(&*store, backlog, NOW).await.unwrap() {
                steps += 1;
            }
            assert!(steps <= 2);
            assert!(round == 0 || steps == 0, "all of it was told");
        }
        assert_eq!(revision(&*store, "u000").await, Some(1));
        assert_eq!(revision(&*store, "u001").await, Some(1));
        assert_eq!(revision(&*store, "u002").await, None);
        drop(store);
        assert_eq!(waiting(&mut harness, "person.changed").await, 105);
        assert_eq!(waiting(&mut harness, "match.created").await, made + 2);
    }
}
