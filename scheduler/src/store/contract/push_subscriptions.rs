//! What a store must do about browsers that show pushes.

use scheduler_core::RenewLinkCommand;
use wire::{SessionId, UserId};

use super::accounts::signup;
use super::harness::{NOW, StoreHarness, action};
use crate::commands::{
    self, PushSubscriptionCommand, end_login, sign_up, subscribe_to_push, unsubscribe_from_push,
};
use crate::store::{PushEndpoint, PushScope};

fn of_login(user: &str, endpoint: &str) -> PushSubscriptionCommand {
    subscription(user, PushScope::Login(format!("{user}-1")), endpoint)
}

fn subscription(user: &str, scope: PushScope, endpoint: &str) -> PushSubscriptionCommand {
    PushSubscriptionCommand {
        user: user.into(),
        scope,
        endpoint_hash: format!("hash of {endpoint}"),
        endpoint: PushEndpoint {
            url: format!("https://push.example/{endpoint}").into(),
            p256dh: "key".to_owned(),
            auth: "secret".into(),
            expires_at: None,
            vapid_key: Some("our key".to_owned()),
        },
    }
}

/// The id of the subscription; `None` where the login or the link is over.
async fn subscribe(harness: &mut StoreHarness, asked: &PushSubscriptionCommand) -> Option<String> {
    let store = harness.store().await;
    let subscribed = subscribe_to_push(&*store, asked, NOW).await.unwrap();
    subscribed.map(|new| new.id)
}

/// Ids of a person's subscriptions that count, the newest first.
async fn counting(harness: &mut StoreHarness, user: &UserId) -> Vec<String> {
    let store = harness.store().await;
    let subscriptions = store.push_subscriptions();
    let mut counting = Vec::new();
    for one in subscriptions.list(user.clone(), 100).await.unwrap() {
        if let Some(target) = subscriptions.target(one.id.clone()).await.unwrap() {
            assert_eq!(target.endpoint, one.endpoint);
            assert!(target.preview);
            counting.push(one.id);
        }
    }
    counting
}

async fn two_signed_up(harness: &mut StoreHarness) -> [UserId; 2] {
    let store = harness.store().await;
    for (user, email) in [("u1", "ana"), ("u2", "bo")] {
        let signup = signup(user, email);
        sign_up(&*store, &signup, NOW).await.unwrap();
    }
    ["u1".into(), "u2".into()]
}

pub(crate) async fn sch_288_an_endpoint_is_that_of_who_subscribed_last(mut harness: StoreHarness) {
    let [ana, bo] = two_signed_up(&mut harness).await;
    let first = subscribe(&mut harness, &of_login("u1", "a")).await.unwrap();
    let again = subscribe(&mut harness, &of_login("u1", "a")).await.unwrap();
    assert_eq!(first, again);
    let other = subscribe(&mut harness, &of_login("u1", "b")).await.unwrap();
    let mut changed = of_login("u1", "b");
    changed.endpoint.p256dh = "another key".to_owned();
    let changed = subscribe(&mut harness, &changed).await.unwrap();
    assert_ne!(other, changed, "what waits for the old keys goes nowhere");
    let held = counting(&mut harness, &ana).await;
    assert_eq!(held, [changed.clone(), first.clone()]);

    let moved = subscribe(&mut harness, &of_login("u2", "a")).await.unwrap();
    assert_ne!(moved, first, "what waits for Ana does not come to Bo");
    assert_eq!(
        counting(&mut harness, &ana).await,
        std::slice::from_ref(&changed)
    );
    assert_eq!(
        counting(&mut harness, &bo).await,
        std::slice::from_ref(&moved)
    );

    let store = harness.store().await;
    for (user, id, is_removed) in [
        (&ana, &moved, false),
        (&bo, &moved, true),
        (&bo, &moved, false),
    ] {
        let removed = unsubscribe_from_push(&*store, (user, None), id).await;
        assert_eq!(removed.unwrap(), is_removed);
    }
    let page = SessionId::from("s");
    let by_page = unsubscribe_from_push(&*store, (&ana, Some(&page)), &changed).await;
    assert!(
        !by_page.unwrap(),
        "a page ends what is of its session alone"
    );
}

pub(crate) async fn sch_288_of_many_browsers_of_one_person_the_newest_ten_stay(
    mut harness: StoreHarness,
) {
    let [ana, _] = two_signed_up(&mut harness).await;
    let mut ids = Vec::new();
    for browser in 0..12 {
        let asked = of_login("u1", &format!("{browser:02}"));
        let subscribed = subscribe(&mut harness, &asked).await.unwrap();
        ids.insert(0, subscribed);
    }
    assert_eq!(counting(&mut harness, &ana).await, ids[..10]);
}

pub(crate) async fn sch_291_a_subscription_ends_with_its_login_or_its_link(
    mut harness: StoreHarness,
) {
    let [ana, _] = two_signed_up(&mut harness).await;
    subscribe(&mut harness, &of_login("u1", "a")).await.unwrap();
    let store = harness.store().await;
    assert!(end_login(&*store, &ana, "u1-1").await.unwrap());
    drop(store);
    assert!(counting(&mut harness, &ana).await.is_empty());
    let late = subscribe(&mut harness, &of_login("u1", "a")).await;
    assert_eq!(late, None, "the login is over");

    let session = harness.booked().await;
    let [person, _] = session.users();
    let page = |generation| {
        let id = session.id.clone();
        subscription(person.as_str(), PushScope::Session { id, generation }, "p")
    };
    let generation = session.participant(&person).unwrap().generation;
    let subscribed = subscribe(&mut harness, &page(generation)).await.unwrap();
    assert_eq!(counting(&mut harness, &person).await, [subscribed]);
    let renew = RenewLinkCommand {
        id: session.id.clone(),
        application: session.application.clone(),
        user: person.clone(),
        action: action("link.renew", session.id.as_str()),
    };
    let store = harness.store().await;
    commands::renew_link(&*store, renew, NOW).await.unwrap();
    drop(store);
    assert!(counting(&mut harness, &person).await.is_empty());
    assert_eq!(subscribe(&mut harness, &page(generation)).await, None);
    let renewed = subscribe(&mut harness, &page(generation + 1)).await;
    assert!(renewed.is_some());
}
