//! What a store must do about API keys.

use super::harness::{NOW, StoreHarness, action};
use crate::commands::{mark_key_used, revoke_api_key};
use crate::scope::Scope;
use crate::store::AuditQuery;

pub(crate) async fn sch_79_a_key_is_known_by_its_hash_until_it_is_revoked(
    mut harness: StoreHarness,
) {
    assert_eq!(harness.find_api_key("h").await, None);
    let shop = harness.add_api_key("h", "shop", Scope::App).await;
    harness.add_api_key("i", "shop", Scope::App).await;
    let other = harness.add_api_key("j", "other", Scope::App).await;
    assert_eq!(harness.find_api_key("h").await.as_ref(), Some(&shop));
    harness.revoke_other_api_keys("i", &shop).await;
    assert_eq!(harness.find_api_key("h").await, None);
    let store = harness.store().await;
    let listed = store.api_keys().list().await.unwrap();
    let listed: Vec<_> = listed
        .into_iter()
        .map(|stored| (stored.key, stored.created_at, stored.last_used_at))
        .collect();
    assert_eq!(listed, [(other, NOW, None), (shop, NOW, None)]);
}

pub(crate) async fn sch_94_a_key_is_revoked_once_and_its_use_is_noted(mut harness: StoreHarness) {
    harness.add_api_key("h", "shop", Scope::App).await;
    harness.add_api_key("i", "shop", Scope::App).await;
    let store = harness.store().await;
    mark_key_used(&*store, "i", NOW + 5).await.unwrap();
    for there in [true, false] {
        let action = action("key.revoke", "h");
        let revoked = revoke_api_key(&*store, "h", action, NOW + 1).await.unwrap();
        assert_eq!(revoked, there);
    }
    drop(store);
    assert_eq!(harness.find_api_key("h").await, None);
    let store = harness.store().await;
    let kept = store.api_keys().find("i".into()).await.unwrap().unwrap();
    assert_eq!(kept.last_used_at, Some(NOW + 5));
    // What found nothing to revoke left no row.
    let query = AuditQuery {
        limit: 10,
        ..AuditQuery::default()
    };
    let rows = store.audit().list(query).await.unwrap();
    let actions: Vec<_> = rows.iter().map(|row| row.action.action.as_str()).collect();
    assert_eq!(actions, ["key.revoke", "key.create", "key.create"]);
}

pub(crate) async fn sch_80_a_key_keeps_its_scope_and_revokes_none_of_another(
    mut harness: StoreHarness,
) {
    let theirs = harness.add_api_key("h", "shop", Scope::Operator).await;
    let ours = harness.add_api_key("i", "shop", Scope::App).await;
    harness.revoke_other_api_keys("i", &ours).await;
    assert_eq!(harness.find_api_key("h").await, Some(theirs));
    assert_eq!(harness.find_api_key("i").await, Some(ours));
}
