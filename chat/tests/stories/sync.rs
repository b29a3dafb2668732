//! News by long poll.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{ANN, BO, BookedRoom, Http};

use crate::server::Server;

async fn sync(server: &Server, http: &Http, query: &str) -> Value {
    let answer = http.get(&server.url(&format!("/v1/sync{query}"))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn types(body: &Value) -> Vec<&str> {
    body["frames"]
        .as_array()
        .unwrap()
        .iter()
        .map(|frame| frame["type"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn cht_18_sync_begins_with_a_welcome_and_brings_what_comes() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    ann.say(&room.id, "c-1", "before").await;
    let bo = server.http(BO, &room);
    let first = sync(&server, &bo, "").await;
    assert_eq!(types(&first), ["welcome"]);
    assert_eq!(first["frames"][0]["rooms"][0]["last_seq"], 1);

    let query = format!(
        "?cursor={}&timeout_ms=10000",
        first["cursor"].as_str().unwrap()
    );
    let begun = Instant::now();
    let (second, _) = tokio::join!(sync(&server, &bo, &query), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        ann.say(&room.id, "c-2", "news").await
    });
    assert!(begun.elapsed() < Duration::from_secs(5), "it was woken");
    assert!(types(&second).contains(&"message"), "{second}");
    assert_eq!(second["frames"][0]["body"], "news");

    // Asked again from the first cursor, it says the same: nothing is kept for a client.
    let again = sync(&server, &bo, &query).await;
    assert_eq!(again["frames"], second["frames"]);

    let query = format!(
        "?cursor={}&timeout_ms=100",
        second["cursor"].as_str().unwrap()
    );
    let third = sync(&server, &bo, &query).await;
    assert_eq!(third["frames"], json!([]));
    assert_eq!(third["cursor"], second["cursor"]);
}

#[tokio::test]
async fn cht_18_sync_tells_of_positions_and_new_rooms_and_survives_a_restart() {
    let mut server = Server::start().await;
    let (BookedRoom(room), BookedRoom(other)) = (BookedRoom::new(), BookedRoom::new());
    let (ann, bo) = (server.http(ANN, &room), server.http(BO, &room));
    let messages = server.url(&format!("/v1/rooms/{}/messages", room.id));
    ann.post(&messages, json!({"client_id": "c-1", "body": "hi"}))
        .await;
    let first = sync(&server, &ann, "").await;
    let read = server.url(&format!("/v1/rooms/{}/read", room.id));
    bo.put(&read, json!({"seq": 1})).await;
    server.http(BO, &other).get(&server.url("/v1/rooms")).await;
    server.restart().await;
    let query = format!(
        "?cursor={}&timeout_ms=100",
        first["cursor"].as_str().unwrap()
    );
    let second = sync(&server, &ann, &query).await;
    let found = types(&second);
    assert_eq!(found[0], "room");
    assert_eq!(second["frames"][0]["room"], json!(other.id));
    let of_bo = |frame: &&Value| frame["type"] == "read" && frame["user_id"] == BO;
    let frames = second["frames"].as_array().unwrap();
    assert_eq!(frames.iter().find(of_bo).unwrap()["seq"], 1);
}

#[tokio::test]
async fn cht_19_a_cursor_is_its_owners() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let (ann, bo) = (server.http(ANN, &room), server.http(BO, &room));
    let first = sync(&server, &ann, "").await;
    let cursor = first["cursor"].as_str().unwrap();
    for bad in [cursor, "!", "e30"] {
        let answer = bo
            .get(&server.url(&format!("/v1/sync?cursor={bad}&timeout_ms=0")))
            .await;
        assert_eq!(answer.problem(400), "bad_cursor");
    }
}
