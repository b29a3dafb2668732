//! What a store must do about the secrets of calendar feeds.

use scheduler_core::MailKind;
use wire::UserId;

use super::accounts::{add_token, signup, token};
use super::harness::{NOW, StoreHarness};
use crate::commands::{replace_calendar_feed, reset_password, revoke_calendar_feed, sign_up};

async fn found(harness: &mut StoreHarness, hash: &str) -> Option<UserId> {
    let store = harness.store().await;
    store.calendar_feeds().find(hash.to_owned()).await.unwrap()
}

async fn replace(harness: &mut StoreHarness, user: &str, hash: &str) -> bool {
    let store = harness.store().await;
    let replaced = replace_calendar_feed(&*store, &user.into(), hash, NOW).await;
    replaced.unwrap()
}

async fn two_signed_up(harness: &mut StoreHarness) {
    let store = harness.store().await;
    for (user, email) in [("u1", "ana"), ("u2", "bo")] {
        let signup = signup(user, email);
        sign_up(&*store, &signup, NOW).await.unwrap();
    }
}

pub(crate) async fn sch_242_a_feed_is_found_by_its_last_secret_until_it_is_revoked(
    mut harness: StoreHarness,
) {
    two_signed_up(&mut harness).await;
    assert!(replace(&mut harness, "u1", "first").await);
    assert!(replace(&mut harness, "u1", "second").await);
    assert!(replace(&mut harness, "u2", "bo's").await);
    assert!(!replace(&mut harness, "nobody", "third").await);
    assert_eq!(found(&mut harness, "first").await, None);
    assert_eq!(found(&mut harness, "third").await, None);
    assert_eq!(found(&mut harness, "second").await, Some("u1".into()));
    for _ in 0..2 {
        let store = harness.store().await;
        let revoked = revoke_calendar_feed(&*store, &"u1".into()).await;
        revoked.unwrap();
    }
    assert_eq!(found(&mut harness, "second").await, None);
    assert_eq!(found(&mut harness, "bo's").await, Some("u2".into()));
}

pub(crate) async fn sch_244_a_reset_takes_the_feed_of_an_address_that_nobody_proved(
    mut harness: StoreHarness,
) {
    two_signed_up(&mut harness).await;
    for (hash, is_left) in [("first", false), ("second", true)] {
        assert!(replace(&mut harness, "u1", hash).await);
        let store = harness.store().await;
        let reset = token("u1", MailKind::Reset, hash);
        add_token(&*store, &reset).await;
        assert!(reset_password(&*store, &reset, "new").await.unwrap());
        drop(store);
        // The first reset has proved the address.
        let found = found(&mut harness, hash).await;
        assert_eq!(found.is_some(), is_left, "{hash}");
    }
}
