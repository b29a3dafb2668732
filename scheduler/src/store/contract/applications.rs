//! What a store must do about applications.

use serde_json::{Value, json};

use super::harness::{NOW, StoreHarness};
use crate::commands::{ApplicationOutcome, change_application};

async fn change(harness: &mut StoreHarness, id: &str, change: Value) -> ApplicationOutcome {
    let store = harness.store().await;
    let change = serde_json::from_value(change).unwrap();
    let changed = change_application(&*store, id, &change, NOW).await;
    changed.unwrap()
}

pub(crate) async fn sch_252_an_application_is_changed_by_what_it_is(mut harness: StoreHarness) {
    let origins = json!({"name": "Shop", "allowed_origins": ["https://shop.example"]});
    change(&mut harness, "shop", origins).await;
    let theme = json!({"theme": {"accent": "\u{1f600}"}});
    let changed = change(&mut harness, "shop", theme.clone()).await;
    let ApplicationOutcome::Done(changed) = changed else {
        panic!("refused");
    };
    assert_eq!(changed.revision, 2);
    assert_eq!(changed.said.name, "Shop");
    assert_eq!(changed.said.allowed_origins, ["https://shop.example"]);
    change(&mut harness, "shop", theme).await;
    let wrong = change(&mut harness, "other", json!({"allowed_origins": ["*"]})).await;
    assert!(matches!(wrong, ApplicationOutcome::Invalid(_)));

    let store = harness.store().await;
    let applications = store.applications();
    let found = applications.find("shop".into()).await.unwrap();
    assert_eq!(found.as_ref(), Some(&*changed), "the same changes nothing");
    assert_eq!(applications.find("other".into()).await.unwrap(), None);
    assert_eq!(applications.list().await.unwrap(), [*changed]);
}
