//! Who may deliver, and what of it is taken.

use std::sync::atomic::Ordering;

use serde_json::json;
use wire::EventBatch;

use crate::{Receiver, SECRET, batch, event};

#[tokio::test]
async fn edg_31_only_our_services_deliver_and_batches_are_bounded() {
    let receiver = Receiver::new().await;
    let server = receiver.serve().await;
    let post = async |authorization: &str, body: &str| {
        server.post("/v1/events", authorization, body).await
    };
    let right = format!("Bearer {SECRET}");
    let good = serde_json::to_string(&batch(vec![event(1)])).unwrap();
    assert_eq!(post(&right, &good).await.status, 200);
    let wrong = format!("Bearer {}b", &SECRET[..SECRET.len() - 1]);
    for authorization in ["", "Bearer ", "Basic eA==", &wrong] {
        let answer = post(authorization, &good).await;
        assert_eq!(
            (answer.status, answer.code()),
            (401, "unauthenticated".into())
        );
        assert!(answer.headers["www-authenticate"] == "Bearer");
    }
    let many = serde_json::to_string(&batch((0..201).map(event).collect())).unwrap();
    assert_eq!(post(&right, &many).await.status, 422);
    let mut large = batch(vec![event(1)]);
    large.events[0].data = json!("x".repeat(1024 * 1024));
    assert_eq!(
        post(&right, &serde_json::to_string(&large).unwrap())
            .await
            .status,
        413
    );
    assert_eq!(post(&right, "{}").await.status, 422);
    receiver.handler.fail_before.store(1, Ordering::SeqCst);
    let busy = post(&right, &good).await;
    assert_eq!(
        (busy.status, busy.code()),
        (503, "storage_unavailable".into())
    );
    server.stop().await;
}

#[tokio::test]
async fn edg_125_ids_that_no_store_can_keep_are_refused_with_their_batch() {
    let mut receiver = Receiver::new().await;
    let server = receiver.serve().await;
    let right = format!("Bearer {SECRET}");
    let long = "x".repeat(256);
    let with_id = |id: &str| {
        let mut bad = event(2);
        bad.id = id.to_owned();
        batch(vec![event(1), bad])
    };
    let from = |source: &str, node: &str| EventBatch {
        source: source.to_owned(),
        node: node.to_owned(),
        ..batch(vec![event(1)])
    };
    for (bad, field) in [
        (with_id(""), "events[1].id"),
        (with_id("e\0"), "events[1].id"),
        (with_id(&long), "events[1].id"),
        (from("", "n1"), "source"),
        (from("sig\nnaling", "n1"), "source"),
        (from(&long, "n1"), "source"),
        (from("signaling", "\u{7f}"), "node"),
        (from("signaling", &long), "node"),
    ] {
        let body = serde_json::to_string(&bad).unwrap();
        let refused = server.post("/v1/events", &right, &body).await;
        assert_eq!(
            (refused.status, refused.code()),
            (422, "invalid_field".into())
        );
        assert_eq!(refused.field(), field);
    }
    assert!(receiver.applied.try_recv().is_err(), "nothing was taken");
    // As long as may be, and from before there were nodes.
    let mut good = with_id(&long[1..]);
    good.node = String::new();
    let body = serde_json::to_string(&good).unwrap();
    assert_eq!(server.post("/v1/events", &right, &body).await.status, 200);
    server.stop().await;
}
