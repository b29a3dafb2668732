//! Chat without a WebSocket.

use serde_json::json;
use testkit::{ANN, BO, BookedRoom, Http, SOON};
use wire::chat::{Message, Read};

use crate::server::Server;

#[tokio::test]
async fn cht_13_a_posted_message_is_like_a_sent_one() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut bo = server.peer(BO, &room).await;
    let ann = server.http(ANN, &room);
    let messages = server.url(&format!("/v1/rooms/{}/messages", room.id));

    let body = json!({"client_id": "c-1", "body": "hi"});
    let first: Message = ann.post(&messages, body.clone()).await.json(201);
    assert_eq!((first.seq, first.from.as_str()), (1, ANN));
    assert_eq!(bo.expect::<Message>(SOON).await, first);
    let again: Message = ann.post(&messages, body).await.json(200);
    assert_eq!(again, first);
    let other = json!({"client_id": "c-1", "body": "other"});
    assert_eq!(ann.post(&messages, other).await.problem(409), "conflict");

    // Line separators become a line break, other controls are dropped; a repeat is compared as it was sent.
    let typed = json!({"client_id": "c-2", "body": "a\u{b}b\u{0}\u{85}\r\nc"});
    let stored: Message = ann.post(&messages, typed.clone()).await.json(201);
    assert_eq!(stored.body, "a\nb\n\nc");
    assert_eq!(
        ann.post(&messages, typed).await.json::<Message>(200),
        stored
    );

    for (body, code) in [
        (json!({"client_id": "c", "body": "  "}), "bad_text"),
        (
            json!({"client_id": "c", "body": "\u{0}\u{200b}\u{2800}"}),
            "bad_text",
        ),
        (
            json!({"client_id": "c", "body": "x".repeat(16 * 1024 + 1)}),
            "bad_text",
        ),
        (json!({"client_id": "", "body": "hi"}), "invalid_field"),
        (json!({"client_id": "c"}), "invalid_field"),
        (
            json!({"client_id": "c", "body": "hi", "to": "bo"}),
            "unknown_field",
        ),
    ] {
        assert_eq!(
            ann.post(&messages, body.clone()).await.problem(422),
            code,
            "{body}"
        );
    }
}

#[tokio::test]
async fn cht_14_history_pages_over_http() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    for n in 1..=5 {
        ann.say(&room.id, &format!("c-{n}"), "hi").await;
    }
    let http = server.http(BO, &room);
    let page = async |query: &str| {
        let url = server.url(&format!("/v1/rooms/{}/messages{query}", room.id));
        http.get(&url).await
    };
    for (query, expected) in [
        ("", json!([1, 2, 3, 4, 5])),
        ("?limit=2", json!([4, 5])),
        ("?before=4&limit=2", json!([2, 3])),
        ("?after=3", json!([4, 5])),
        ("?after=5", json!([])),
    ] {
        let answer = page(query).await;
        assert_eq!(answer.status, 200);
        let seqs: Vec<_> = answer.body["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["seq"].clone())
            .collect();
        assert_eq!(json!(seqs), expected, "{query}");
        assert_eq!(
            (&answer.body["min_seq"], &answer.body["last_seq"]),
            (&json!(1), &json!(5))
        );
    }
    assert_eq!(page("?before=1&after=1").await.problem(400), "bad_cursor");
    for query in ["?limit=x", "?before=-1", "?after=1.5"] {
        assert_eq!(page(query).await.problem(422), "invalid_field", "{query}");
    }
}

#[tokio::test]
async fn cht_15_reading_over_http_is_told_to_the_others() {
    let server = Server::start().await;
    let BookedRoom(room) = BookedRoom::new();
    let mut ann = server.peer(ANN, &room).await;
    for n in 1..=3 {
        ann.say(&room.id, &format!("c-{n}"), "hi").await;
    }
    let bo = server.http(BO, &room);
    let read = server.url(&format!("/v1/rooms/{}/read", room.id));
    for (seq, reached) in [(2, 2), (1, 2), (99, 3)] {
        let answer: Read = bo.put(&read, json!({"seq": seq})).await.json(200);
        assert_eq!(answer.seq, reached);
    }
    assert_eq!(ann.expect::<Read>(SOON).await.seq, 2);
    assert_eq!(ann.expect::<Read>(SOON).await.seq, 3);
    let rooms = bo.get(&server.url("/v1/rooms")).await;
    assert_eq!(rooms.body["items"][0]["unread"], 0);
}

#[tokio::test]
async fn cht_16_rooms_are_paged_from_the_newest_on() {
    let server = Server::start().await;
    let grants: Vec<_> = (0..5).map(|_| BookedRoom::new().0).collect();
    let ticket = server.signer.chat(ANN, &grants);
    let http = Http::bearer(&ticket);
    let first = http.get(&server.url("/v1/rooms?limit=3")).await;
    assert_eq!(first.body["items"].as_array().unwrap().len(), 3);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = http
        .get(&server.url(&format!("/v1/rooms?limit=3&cursor={cursor}")))
        .await;
    assert_eq!(second.body["items"].as_array().unwrap().len(), 2);
    assert!(second.body.get("next_cursor").is_none());
    let mut seen: Vec<String> = [&first, &second]
        .iter()
        .flat_map(|answer| answer.body["items"].as_array().unwrap())
        .map(|view| view["room"].as_str().unwrap().to_owned())
        .collect();
    seen.sort();
    let mut all: Vec<String> = grants.iter().map(|grant| grant.id.to_string()).collect();
    all.sort();
    assert_eq!(seen, all);
    assert_eq!(
        http.get(&server.url("/v1/rooms?cursor=!"))
            .await
            .problem(400),
        "bad_cursor"
    );
}

#[tokio::test]
async fn cht_17_without_a_good_ticket_nothing_is_answered() {
    let server = Server::start().await;
    for path in ["/v1/rooms", "/v1/rooms/r/messages", "/v1/sync"] {
        assert_eq!(
            Http::new().get(&server.url(path)).await.problem(401),
            "unauthenticated"
        );
        let bad = Http::bearer("a.b.c").get(&server.url(path)).await;
        assert_eq!(bad.problem(401), "unauthenticated");
        let operator = Http::bearer(&server.signer.operator())
            .get(&server.url(path))
            .await;
        assert_eq!(operator.problem(401), "unauthenticated");
        assert_eq!(operator.body["reason"], "wrong_audience");
    }
    let live = Http::new().get(&server.url("/health/live")).await;
    assert_eq!(live.status, 200);
    let metrics = Http::new().get(&server.metrics).await;
    assert!(
        metrics
            .body
            .as_str()
            .unwrap()
            .contains("http_requests_total")
    );
}
