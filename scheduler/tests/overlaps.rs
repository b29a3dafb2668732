//! The other sessions of a session's two: what overlaps is refused where that is asked for, and what follows clips.

mod running;

use reqwest::Method;
use running::{Running, offer};
use serde_json::{Value, json};

/// An offer to Ana and somebody, later than the first one by so much.
fn offer_of(other: &str, in_ms: i64, allow_overlap: Option<bool>) -> Value {
    let mut offer = offer(in_ms);
    offer["participants"][1] = json!({"external_id": other, "name": other});
    if let Some(allow_overlap) = allow_overlap {
        offer["allow_overlap"] = allow_overlap.into();
    }
    offer
}

#[tokio::test]
async fn sch_204_who_is_busy_is_named_with_the_session_that_keeps_them_so() {
    let scheduler = Running::start().await;
    let first = scheduler.book(offer_of("bo", 3_600_000, None)).await;
    assert_eq!(first["allow_overlap"], true, "an application may overlap");
    let url = scheduler.at("/v1/sessions");
    let refused = scheduler
        .app
        .post(&url, offer_of("cy", 3_610_000, Some(false)))
        .await;
    assert_eq!(refused.problem(409), "busy");
    assert_eq!(refused.body["user_id"], first["participants"][0]["user_id"]);
    assert_eq!(refused.body["session_id"], first["id"]);
    let second = scheduler.book(offer_of("cy", 3_610_000, None)).await;
    let later = scheduler.book(offer_of("di", 7_200_000, Some(false))).await;
    assert_eq!(later["allow_overlap"], false);

    let path = format!("/v1/sessions/{}", later["id"].as_str().unwrap());
    let url = scheduler.at(&path);
    let onto_the_first = json!({"starts_at": first["starts_at"]});
    let patch = |body: Value| scheduler.app.send(Method::PATCH, &url, Some(body), &[]);
    assert_eq!(patch(onto_the_first.clone()).await.problem(409), "busy");
    let mut allowed = onto_the_first;
    allowed["allow_overlap"] = true.into();
    let moved: Value = patch(allowed).await.json(200);
    assert_eq!(moved["allow_overlap"], true);
    assert_eq!(scheduler.session(&second["id"]).await["revision"], 1);
}

#[tokio::test]
async fn sch_204_what_follows_is_the_hard_end_and_notifies_nobody() {
    let scheduler = Running::start().await;
    let mut early = offer_of("bo", 3_600_000, None);
    early["hard_end_at"] = json!(early["starts_at"].as_i64().unwrap() + 86_400_000);
    let first = scheduler.book(early).await;
    let next = scheduler
        .book(offer_of("cy", 3_600_000 + 90_000, Some(true)))
        .await;
    let clipped = scheduler.session(&first["id"]).await;
    assert_eq!(clipped["hard_end_at"], next["starts_at"]);
    assert_eq!(clipped["revision"], 2);
    let bo = scheduler.person(&first, 1).await;
    let told: Value = bo.get(&scheduler.at("/v1/notifications")).await.json(200);
    assert_eq!(told["items"], json!([]));
    let cancel = format!("/v1/sessions/{}/cancel", next["id"].as_str().unwrap());
    let _: Value = scheduler
        .app
        .post(&scheduler.at(&cancel), json!({}))
        .await
        .json(200);
    let free = scheduler.session(&first["id"]).await;
    assert_eq!(free["hard_end_at"], first["hard_end_at"]);
    assert_eq!(free["revision"], 3);
}
