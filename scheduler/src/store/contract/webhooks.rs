//! What a store must do about endpoints and their deliveries.

use scheduler_core::{
    DisableReason, LISTENER_LIFE_MS, MAX_LISTENERS, ReopenRefusal, WebhookEndpoint, WebhookTarget,
    check_listener, check_webhook,
};
use serde_json::json;
use wire::{DeliveryStatus, EventType, UnixMs};

use super::harness::{NOW, StoreHarness, cancelled, event};
use crate::access::Redeliverer;
use crate::commands::{
    RedeliveryOutcome, TestOutcome, WebhookOutcome, add_webhook, delete_webhook, forget_listeners,
    keep_listener, redeliver, rotate_webhook, settle_listened, test_webhook,
};
use crate::store::WebhookDeliveryQuery;

/// What a developer's machine says that took a delivery.
const TAKEN: (bool, &str) = (true, "http_204");

fn endpoint(application: &str, id: &str) -> WebhookEndpoint {
    let asked = json!({"url": "https://shop.example/\u{1f600}", "events": ["session.joined"], "description": "\u{e9}"});
    let asked = serde_json::from_value(asked).unwrap();
    let checked = check_webhook(asked, Ok(())).unwrap();
    checked.of(application, id.to_owned(), NOW)
}

fn listener(application: &str, id: &str, now: UnixMs) -> WebhookEndpoint {
    let checked = check_listener(serde_json::from_value(json!({})).unwrap()).unwrap();
    checked.of(application, id.to_owned(), now)
}

async fn add(harness: &mut StoreHarness, endpoint: &WebhookEndpoint) -> bool {
    let store = harness.store().await;
    add_webhook(&*store, endpoint, endpoint.created_at)
        .await
        .unwrap()
}

async fn found(harness: &mut StoreHarness, id: &str) -> Option<WebhookEndpoint> {
    let store = harness.store().await;
    store.webhooks().find(id.to_owned()).await.unwrap()
}

fn shop() -> Redeliverer {
    Redeliverer::Application("shop".to_owned())
}

/// Types and states of an endpoint's deliveries, the newest first.
async fn deliveries(harness: &mut StoreHarness, id: &str) -> Vec<(String, String, String)> {
    let store = harness.store().await;
    let query = WebhookDeliveryQuery {
        endpoint: id.to_owned(),
        state: None,
        before: None,
        limit: 10,
    };
    let all = store.webhook_deliveries().list(query).await.unwrap();
    let told = all
        .into_iter()
        .map(|one| (one.id, one.kind, one.state.name().to_owned()));
    told.collect()
}

pub(crate) async fn sch_310_an_endpoint_is_read_back_as_it_was_written(mut harness: StoreHarness) {
    let made = endpoint("shop", "w");
    assert!(add(&mut harness, &made).await);
    assert_eq!(found(&mut harness, "w").await.as_ref(), Some(&made));
    let store = harness.store().await;
    let rotated = rotate_webhook(&*store, ("shop", "w"), NOW).await.unwrap();
    let WebhookOutcome::Done(rotated) = rotated else {
        panic!("{rotated:?}");
    };
    assert_eq!(rotated.secret_number, 2);
    let theirs = rotate_webhook(&*store, ("rival", "w"), NOW).await.unwrap();
    assert!(matches!(theirs, WebhookOutcome::NotFound));
    drop(store);
    let mut failing = *rotated;
    failing.failing_since = Some(NOW);
    failing.disabled = Some(DisableReason::Failing);
    let store = harness.store().await;
    let mut work = store.begin().await.unwrap();
    work.webhooks().find("w").await.unwrap();
    work.webhooks().update(&failing).await.unwrap();
    work.commit().await.unwrap();
    drop(store);
    assert_eq!(found(&mut harness, "w").await, Some(failing));
    let store = harness.store().await;
    let of = ("shop", "w");
    assert!(
        !delete_webhook(&*store, of, true).await.unwrap(),
        "no listener"
    );
    assert!(delete_webhook(&*store, of, false).await.unwrap());
    drop(store);
    assert_eq!(found(&mut harness, "w").await, None);
}

pub(crate) async fn sch_310_an_application_has_so_many_of_each_kind(mut harness: StoreHarness) {
    for n in 0..MAX_LISTENERS {
        let one = listener("shop", &format!("l{n}"), NOW);
        assert!(add(&mut harness, &one).await, "{n}");
    }
    assert!(!add(&mut harness, &listener("shop", "more", NOW)).await);
    assert!(add(&mut harness, &listener("rival", "theirs", NOW)).await);
    assert!(add(&mut harness, &endpoint("shop", "w")).await);
    let store = harness.store().await;
    let later = NOW + 60_000;
    assert!(keep_listener(&*store, ("shop", "l3"), later).await.unwrap());
    assert!(
        !keep_listener(&*store, ("rival", "l3"), later)
            .await
            .unwrap()
    );
    assert!(!keep_listener(&*store, ("shop", "w"), later).await.unwrap());
    let end = NOW + LISTENER_LIFE_MS;
    assert_eq!(forget_listeners(&*store, end - 1).await.unwrap(), 0);
    assert_eq!(forget_listeners(&*store, end).await.unwrap(), 5);
    drop(store);
    let kept = found(&mut harness, "l3").await.unwrap();
    let expires_at = later + LISTENER_LIFE_MS;
    assert_eq!(kept.target, WebhookTarget::Listener { expires_at });
    assert!(add(&mut harness, &listener("shop", "another", end)).await);
}

pub(crate) async fn sch_377_of_five_listeners_one_without_a_stream_gives_way_to_a_new_one(
    mut harness: StoreHarness,
) {
    for n in 0..MAX_LISTENERS {
        assert!(add(&mut harness, &listener("shop", &format!("l{n}"), NOW)).await);
    }
    harness.booked().await;
    let store = harness.store().await;
    let minute = NOW + 60_000;
    for kept in ["l0", "l1", "l3", "l4"] {
        assert!(
            keep_listener(&*store, ("shop", kept), minute)
                .await
                .unwrap()
        );
    }
    drop(store);
    let soon = listener("shop", "soon", minute - 1);
    assert!(!add(&mut harness, &soon).await, "somebody may come back");
    assert!(add(&mut harness, &listener("shop", "new", minute)).await);
    assert!(!add(&mut harness, &listener("shop", "more", minute)).await);
    let store = harness.store().await;
    let all = store.webhooks().listeners("shop".to_owned()).await.unwrap();
    let ids: Vec<_> = all.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["l0", "l1", "l3", "l4", "new"]);
    drop(store);
    let of_gone = deliveries(&mut harness, "l2").await;
    assert_eq!(of_gone[0].2, "failed", "nobody fetches it any more");
}

pub(crate) async fn sch_310_an_event_makes_a_delivery_for_each_endpoint_that_hears_of_it(
    mut harness: StoreHarness,
) {
    let mut all = endpoint("shop", "all");
    all.events.clear();
    for one in [all, endpoint("shop", "joined"), endpoint("rival", "theirs")] {
        assert!(add(&mut harness, &one).await);
    }
    let session = harness.booked().await;
    let [ana, _] = session.users();
    let fact = wire::SessionFact {
        user_id: Some(ana),
        ..wire::SessionFact::default()
    };
    let joined = event(
        "e",
        EventType::SessionJoined.name(),
        session.id.as_str(),
        &fact,
    );
    harness.take(vec![joined.clone(), joined.clone()]).await;
    harness.take(vec![joined]).await;
    let kinds = |told: Vec<(String, String, String)>| {
        let kinds = told.into_iter().map(|(_, kind, _)| kind);
        kinds.collect::<Vec<_>>()
    };
    let told = kinds(deliveries(&mut harness, "all").await);
    assert_eq!(told, ["session.joined", "session.scheduled"]);
    let told = kinds(deliveries(&mut harness, "joined").await);
    assert_eq!(told, ["session.joined"]);
    assert!(deliveries(&mut harness, "theirs").await.is_empty());

    // What was still to be sent to one that is deleted is given up.
    let store = harness.store().await;
    assert!(
        delete_webhook(&*store, ("shop", "joined"), false)
            .await
            .unwrap()
    );
    drop(store);
    assert_eq!(deliveries(&mut harness, "joined").await[0].2, "failed");
    harness.cancel(cancelled(&session), NOW).await;
    assert_eq!(deliveries(&mut harness, "joined").await.len(), 1);
    assert_eq!(deliveries(&mut harness, "all").await.len(), 3);
}

pub(crate) async fn sch_308_a_delivery_is_sent_again_once_it_is_over(mut harness: StoreHarness) {
    assert!(add(&mut harness, &listener("shop", "l", NOW)).await);
    assert!(add(&mut harness, &endpoint("shop", "w")).await);
    let store = harness.store().await;
    let test = test_webhook(&*store, ("shop", "w"), NOW).await.unwrap();
    assert!(matches!(test, TestOutcome::Planned(_)), "{test:?}");
    let theirs = test_webhook(&*store, ("rival", "w"), NOW).await.unwrap();
    assert_eq!(theirs, TestOutcome::NotFound);
    drop(store);
    harness.booked().await;
    let [(id, _, state)] = deliveries(&mut harness, "l").await.try_into().unwrap();
    assert_eq!(state, "pending");
    let store = harness.store().await;
    let waiting = store
        .webhook_deliveries()
        .waiting("l".into(), 10)
        .await
        .unwrap();
    assert_eq!((waiting[0].id.as_str(), waiting.len()), (id.as_str(), 1));
    let again = redeliver(&*store, &shop(), &id, (NOW, NOW)).await.unwrap();
    assert_eq!(again, RedeliveryOutcome::Refused(ReopenRefusal::Pending));
    let of = ("l", id.as_str());
    assert!(
        !settle_listened(&*store, ("w", &id), TAKEN, NOW)
            .await
            .unwrap()
    );
    assert!(
        settle_listened(&*store, of, (false, "http_500"), NOW)
            .await
            .unwrap()
    );
    assert!(
        !settle_listened(&*store, of, TAKEN, NOW).await.unwrap(),
        "it is over"
    );
    drop(store);
    assert_eq!(deliveries(&mut harness, "l").await[0].2, "failed");
    let store = harness.store().await;
    let rival = Redeliverer::Application("rival".to_owned());
    let theirs = redeliver(&*store, &rival, &id, (NOW, NOW)).await.unwrap();
    assert_eq!(theirs, RedeliveryOutcome::NotFound);
    let again = redeliver(&*store, &shop(), &id, (NOW, NOW)).await.unwrap();
    assert_eq!(again, RedeliveryOutcome::Reopened);
    let query = WebhookDeliveryQuery {
        endpoint: "l".to_owned(),
        state: Some(DeliveryStatus::Pending),
        before: None,
        limit: 10,
    };
    let shown = store.webhook_deliveries().list(query).await.unwrap();
    assert_eq!(shown[0].reason.as_deref(), Some("redelivered"));
    let waiting_again = store
        .webhook_deliveries()
        .waiting("l".into(), 10)
        .await
        .unwrap();
    assert!(waiting_again[0].term > waiting[0].term, "another attempt");
    assert!(settle_listened(&*store, of, TAKEN, NOW + 1).await.unwrap());
    // Who has stopped listening hears nothing more.
    let later = (NOW, NOW + LISTENER_LIFE_MS);
    let gone = redeliver(&*store, &shop(), &id, later).await.unwrap();
    let refused = RedeliveryOutcome::Refused(ReopenRefusal::EndpointGone);
    assert_eq!(gone, refused);
}
