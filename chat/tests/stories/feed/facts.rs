//! What the scheduler tells of people, matches, blocks and erasures, and what becomes of feeds.

use serde_json::{Value, json};
use testkit::{ANN, BO, Http, now};

use super::{changed, feed, follow, match_event, person, post, told};
use crate::server::Server;

fn event(kind: &str, data: &Value) -> Value {
    json!({
        "id": uuid::Uuid::now_v7().to_string(), "type": kind, "occurred_at": now(), "source": "scheduler",
        "subject": ANN, "data": data,
    })
}

#[tokio::test]
async fn cht_217_the_matched_read_each_other_until_they_are_not() {
    let mut server = Server::start().await;
    let created = match_event("match.created", ANN, BO);
    told(&server, std::slice::from_ref(&created)).await;
    let (ann, bo) = (person(&server, ANN), person(&server, BO));
    post(&server, &ann, "of ann").await;
    post(&server, &bo, "of bo").await;
    server.restart().await;
    assert_eq!(feed(&server, &ann, 9).await, ["of bo"]);
    assert_eq!(feed(&server, &bo, 9).await, ["of ann"]);
    let block = event(
        "user.blocked",
        &json!({"by": BO, "user_id": ANN, "blocked": true}),
    );
    told(&server, &[block]).await;
    let hidden = async |one: &Http, other: &str| {
        assert!(feed(&server, one, 9).await.is_empty());
        let posts = server.url(&format!("/v1/people/{other}/posts"));
        assert_eq!(one.get(&posts).await.problem(404), "not_found");
        assert_eq!(follow(&server, one, other).await, 404);
    };
    hidden(&ann, BO).await;
    hidden(&bo, ANN).await;
    let lifted = event(
        "user.blocked",
        &json!({"by": BO, "user_id": ANN, "blocked": false}),
    );
    told(&server, &[lifted]).await;
    assert_eq!(feed(&server, &bo, 9).await, ["of ann"]);
    told(&server, &[match_event("match.ended", ANN, BO), created]).await;
    hidden(&ann, BO).await;
    hidden(&bo, ANN).await;
}

#[tokio::test]
async fn cht_218_of_who_is_erased_no_post_is_left() {
    let server = Server::start().await;
    told(&server, &[changed(ANN, true, 1), changed(BO, true, 1)]).await;
    let (ann, bo) = (person(&server, ANN), person(&server, BO));
    assert_eq!(follow(&server, &bo, ANN).await, 204);
    assert_eq!(follow(&server, &ann, BO).await, 204);
    post(&server, &ann, "of ann").await;
    assert_eq!(feed(&server, &bo, 9).await, ["of ann"]);
    told(&server, &[event("user.erased", &json!({"user_id": ANN}))]).await;
    assert!(feed(&server, &bo, 9).await.is_empty());
    let following = bo.get(&server.url("/v1/following")).await;
    assert_eq!(following.body["items"], json!([]));
    let posts = server.url(&format!("/v1/people/{ANN}/posts"));
    assert_eq!(bo.get(&posts).await.problem(404), "not_found");
    // What is told late brings nothing back.
    told(
        &server,
        &[changed(ANN, true, 9), match_event("match.created", ANN, BO)],
    )
    .await;
    assert_eq!(follow(&server, &bo, ANN).await, 404);
    let body = json!({"client_id": "c", "body": "hi"});
    let refused = ann.post(&server.url("/v1/posts"), body).await;
    assert_eq!(refused.problem(401), "unauthenticated");
}
