//! What a store must do about API keys.

use super::harness::{NOW, StoreHarness};
use crate::scope::Scope;

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
    assert_eq!(listed, [(other, NOW), (shop, NOW)]);
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
