//! The routes, and what they refuse.

use chat::FeedSettings;
use chat::store::sql::SqlRooms;
use chat::store::{FeedStore, NewPost, Posted};
use serde_json::{Value, json};
use storage::{Database, Schema};
use testkit::{ANN, BO, BookedRoom, Http, SOON, now, until};
use wire::chat::{ExportPage, Post};
use wire::{Page, Participant, UnixMs};

use super::{TENANT, changed, feed, follow, match_event, person, post, told};
use crate::server::Server;

#[tokio::test]
async fn cht_211_a_post_is_stored_once_and_read_by_who_follows() {
    let server = Server::start().await;
    told(&server, &[changed(ANN, true, 1)]).await;
    let (ann, bo) = (person(&server, ANN), person(&server, BO));
    assert_eq!(follow(&server, &bo, ANN).await, 204);
    assert_eq!(follow(&server, &bo, ANN).await, 204);
    let following: Page<Participant> = bo.get(&server.url("/v1/following")).await.json(200);
    assert_eq!(following.items.len(), 1);
    assert_eq!(following.items[0].user_id.as_str(), ANN);
    let posts = server.url("/v1/posts");
    let first = post(&server, &ann, "c-1").await;
    assert_eq!(first.author.user_id.as_str(), ANN);
    let body = json!({"client_id": "c-1", "body": "c-1"});
    let again: Post = ann.post(&posts, body).await.json(200);
    assert_eq!(again, first);
    let other = json!({"client_id": "c-1", "body": "else"});
    assert_eq!(ann.post(&posts, other).await.problem(409), "conflict");
    for key in ["c-2", "c-3"] {
        post(&server, &ann, key).await;
    }
    assert_eq!(feed(&server, &bo, 2).await, ["c-3", "c-2", "c-1"]);
    assert!(feed(&server, &ann, 2).await.is_empty());
    let of_ann = server.url(&format!("/v1/people/{ANN}/posts?limit=2"));
    for reader in [&ann, &bo] {
        let page: Page<Post> = reader.get(&of_ann).await.json(200);
        assert_eq!(page.items.len(), 2);
        assert!(page.next_cursor.is_some());
    }
    let one = server.url(&format!("/v1/posts/{}", first.post_id));
    assert_eq!(bo.delete(&one).await.problem(404), "not_found");
    assert_eq!(ann.delete(&one).await.status, 204);
    assert_eq!(ann.delete(&one).await.problem(404), "not_found");
    assert_eq!(feed(&server, &bo, 50).await, ["c-3", "c-2"]);
    let url = server.url(&format!("/v1/following/{ANN}"));
    for _ in 0..2 {
        assert_eq!(bo.delete(&url).await.status, 204);
        assert!(feed(&server, &bo, 50).await.is_empty());
    }
}

#[tokio::test]
async fn cht_212_posts_of_an_hour_are_limited_and_a_repeat_is_none() {
    let server = Server::with_feed(FeedSettings {
        posts_per_hour: 2,
        ..FeedSettings::default()
    })
    .await;
    let (ann, bo) = (person(&server, ANN), person(&server, BO));
    let posts = server.url("/v1/posts");
    let body = |key: &str| json!({"client_id": key, "body": "hi"});
    for (key, status) in [("c-1", 201), ("c-1", 200), ("c-2", 201), ("c-2", 200)] {
        assert_eq!(ann.post(&posts, body(key)).await.status, status, "{key}");
    }
    let refused = ann.post(&posts, body("c-3")).await;
    assert_eq!(refused.problem(429), "rate_limited");
    let wait = refused.headers["retry-after"].to_str().unwrap();
    assert!((1..=1_800).contains(&wait.parse().unwrap()), "{wait}");
    assert_eq!(ann.post(&posts, body("c-1")).await.status, 200);
    assert_eq!(bo.post(&posts, body("c-1")).await.status, 201);
}

#[tokio::test]
async fn cht_213_what_is_wrong_is_named_and_a_ticket_of_some_rooms_has_no_feed() {
    let server = Server::start().await;
    told(&server, &[changed(ANN, true, 1), changed(BO, false, 1)]).await;
    let (ann, bo) = (person(&server, ANN), person(&server, BO));
    let url = |path: &str| server.url(path);
    for (body, code) in [
        (json!({"client_id": "", "body": "hi"}), "invalid_field"),
        (json!({"client_id": "c", "body": " "}), "bad_text"),
        (
            json!({"client_id": "c", "body": "hi", "to": 1}),
            "unknown_field",
        ),
        (json!({"body": "hi"}), "invalid_field"),
    ] {
        let refused = ann.post(&url("/v1/posts"), body.clone()).await;
        assert_eq!(refused.problem(422), code, "{body}");
    }
    let own = url(&format!("/v1/following/{ANN}"));
    assert_eq!(
        ann.put(&own, Value::Null).await.problem(422),
        "invalid_field"
    );
    for hidden in [BO, "nobody"] {
        let posts = url(&format!("/v1/people/{hidden}/posts"));
        assert_eq!(ann.get(&posts).await.problem(404), "not_found");
        let one = url(&format!("/v1/following/{hidden}"));
        assert_eq!(ann.put(&one, Value::Null).await.problem(404), "not_found");
    }
    let shop = {
        let mut claims = server.signer.chat_claims(BO, &[]);
        claims.tenant = Some("shop".to_owned());
        Http::bearer(&server.signer.sign_claims(&claims))
    };
    assert_eq!(follow(&server, &shop, ANN).await, 404, "of another tenant");
    assert_eq!(follow(&server, &bo, ANN).await, 204, "of {TENANT}");
    for path in ["/v1/feed?cursor=%21", "/v1/following?cursor=%21"] {
        assert_eq!(ann.get(&url(path)).await.problem(400), "bad_cursor");
    }
    assert_eq!(
        ann.get(&url("/v1/feed?limit=0")).await.problem(422),
        "invalid_field"
    );
    let BookedRoom(room) = BookedRoom::new();
    let only = server
        .signer
        .chat_only(ANN, std::slice::from_ref(&room), vec![room.id.clone()]);
    let only = Http::bearer(&only);
    let body = json!({"client_id": "c", "body": "hi"});
    let posts = url(&format!("/v1/people/{ANN}/posts"));
    let other = url(&format!("/v1/following/{BO}"));
    let refused = [
        only.post(&url("/v1/posts"), body).await,
        only.delete(&url("/v1/posts/p")).await,
        only.get(&url("/v1/feed")).await,
        only.get(&posts).await,
        only.get(&url("/v1/following")).await,
        only.put(&other, Value::Null).await,
        only.delete(&other).await,
    ];
    for answer in refused {
        assert_eq!(answer.problem(403), "forbidden");
    }
}

#[tokio::test]
async fn cht_214_an_export_has_what_one_posted_and_whom_one_follows() {
    let server = Server::start().await;
    let mut facts = vec![match_event("match.created", ANN, BO)];
    facts.extend(["kim", "lee"].map(|user| changed(user, true, 1)));
    told(&server, &facts).await;
    let ann = person(&server, ANN);
    for author in ["kim", "lee"] {
        assert_eq!(follow(&server, &ann, author).await, 204);
    }
    for key in ["c-1", "c-2", "c-3"] {
        post(&server, &ann, key).await;
        post(&server, &person(&server, BO), key).await;
    }
    for limit in [1, 2, 200] {
        let (mut posts, mut following, mut cursor) = (Vec::new(), Vec::new(), String::new());
        loop {
            let url = server.url(&format!("/v1/export?limit={limit}{cursor}"));
            let page: ExportPage = ann.get(&url).await.json(200);
            assert!(page.posts.len() + page.following.len() <= limit);
            posts.extend(page.posts);
            following.extend(page.following);
            match page.next_cursor {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let bodies: Vec<_> = posts.iter().map(|post| post.body.as_str()).collect();
        assert_eq!(bodies, ["c-3", "c-2", "c-1"], "{limit}");
        assert!(posts.iter().all(|post| post.author.user_id.as_str() == ANN));
        let people: Vec<_> = following.iter().map(|one| one.user_id.as_str()).collect();
        assert_eq!(people, [BO, "kim", "lee"], "{limit}");
    }
}

/// Written by another process two days ago, as far as it says.
async fn post_of_two_days_ago(server: &Server, key: &str) {
    let file = server.data.path().join("chat").join("chat.db");
    let database = Database::open_file(&file, Schema::chat()).await.unwrap();
    let rooms = SqlRooms::new(database);
    let old = NewPost {
        author: ANN.into(),
        name: ANN.to_owned(),
        named_at: UnixMs(0),
        client_id: key.to_owned(),
        body: key.to_owned(),
        sent_at: UnixMs(now().0 - 2 * 24 * 60 * 60 * 1_000),
    };
    let posted = rooms.post(&old).await.unwrap();
    assert!(matches!(posted, Posted::Stored(_)));
    rooms.close().await;
}

#[tokio::test]
async fn cht_221_posts_go_after_so_many_days_if_that_is_set() {
    let mut server = Server::with_feed(FeedSettings {
        retention_days: 1,
        ..FeedSettings::default()
    })
    .await;
    told(&server, &[changed(ANN, true, 1)]).await;
    let (ann, bo) = (person(&server, ANN), person(&server, BO));
    assert_eq!(follow(&server, &bo, ANN).await, 204);
    post(&server, &ann, "new").await;
    server.stop().await;
    post_of_two_days_ago(&server, "old").await;
    server.restart().await;
    until("the old post is gone", SOON, async || {
        (feed(&server, &bo, 9).await == ["new"]).then_some(())
    })
    .await;
    let of_ann = server.url(&format!("/v1/people/{ANN}/posts"));
    let page: Page<Post> = ann.get(&of_ann).await.json(200);
    assert_eq!(page.items.len(), 1);
    post(&server, &ann, "old").await;
}
