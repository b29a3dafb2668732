//! Signatures, held against the official libraries of Standard Webhooks.

use serde_json::{Value, json};
use testkit::{ReceivedWebhook, TestReceiver, WebhookLibrary};

use super::running::offer;
use super::{endpoint, scheduler, send_test, text};

/// Whether each library takes a request under a secret, and how it signs it itself; nothing where they are not there.
fn verdicts(secret: &str, received: &ReceivedWebhook) -> Vec<(bool, String)> {
    let verdict = |library: WebhookLibrary| library.verdict(secret, received);
    let verdicts = WebhookLibrary::ALL.into_iter().filter_map(verdict);
    verdicts
        .map(|verdict| (verdict.verified, verdict.signature))
        .collect()
}

#[tokio::test]
async fn sch_306_the_official_libraries_take_what_is_ours_and_sign_it_as_we_do() {
    let scheduler = scheduler().await;
    let receiver = TestReceiver::start().await;
    let (_, secret) = endpoint(&scheduler, &receiver).await;
    let mut booking = offer(3_600_000);
    booking["participants"][0]["name"] = json!("민지 \"Ana\" \u{1f600}");
    scheduler.book(booking).await;
    let received = receiver.until(1).await.remove(0);
    for (verified, signature) in verdicts(&secret, &received) {
        assert!(verified, "{received:?}");
        assert_eq!(signature, received.header("webhook-signature"));
    }
    let mut changed = received.clone();
    changed.body.push(' ');
    for (verified, _) in verdicts(&secret, &changed) {
        assert!(!verified, "another body");
    }
    let another = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for (verified, _) in verdicts(another, &received) {
        assert!(!verified, "another secret");
    }
}

#[tokio::test]
async fn sch_302_after_a_rotation_both_secrets_verify() {
    let scheduler = scheduler().await;
    let receiver = TestReceiver::start().await;
    let (id, old) = endpoint(&scheduler, &receiver).await;
    let rotate = scheduler.at(&format!("/v1/webhooks/{id}/rotate"));
    let rotated: Value = scheduler.app.post(&rotate, json!({})).await.json(200);
    let new = text(&rotated["secret"]);
    assert_ne!(new, old);
    send_test(&scheduler, &id).await;
    let received = receiver.until(1).await.remove(0);
    let signatures: Vec<_> = received.header("webhook-signature").split(' ').collect();
    assert_eq!(signatures.len(), 2, "{signatures:?}");
    for (secret, own) in [(&new, signatures[0]), (&old, signatures[1])] {
        for (verified, signature) in verdicts(secret, &received) {
            assert!(verified, "{received:?}");
            assert_eq!(signature, own);
        }
    }
}

#[tokio::test]
async fn sch_302_secrets_stand_in_no_database_and_outlive_a_restart() {
    let scheduler = scheduler().await;
    let receiver = TestReceiver::start().await;
    let (_, secret) = endpoint(&scheduler, &receiver).await;
    scheduler.book(offer(3_600_000)).await;
    let before = receiver.until(1).await.remove(0);
    let data = scheduler.stop().await;
    let key = secret.strip_prefix("whsec_").unwrap().as_bytes();
    for file in ["scheduler.db", "scheduler.db-wal"] {
        let stored = std::fs::read(data.path().join("scheduler").join(file)).unwrap_or_default();
        assert!(!stored.windows(key.len()).any(|part| part == key), "{file}");
    }
    let scheduler = super::running::Running::start_with(data, |config| {
        config.egress = service::egress::EgressPolicy::new(["127.0.0.1"]).unwrap();
    })
    .await;
    scheduler.book(offer(7_200_000)).await;
    let after = receiver.until(2).await.remove(1);
    for received in [before, after] {
        for (verified, _) in verdicts(&secret, &received) {
            assert!(verified, "{received:?}");
        }
    }
}
