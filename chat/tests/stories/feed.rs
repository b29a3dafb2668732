//! Posts, who follows whom, and what comes into whose feed.

mod facts;
mod frames;
mod routes;

use serde_json::{Value, json};
use testkit::{Http, now};
use wire::Page;
use wire::chat::Post;

use crate::events::tell;
use crate::server::Server;

/// Whose people those of these stories are.
const TENANT: &str = "people";

/// A ticket of somebody with an account.
fn ticket(server: &Server, user: &str) -> String {
    let mut claims = server.signer.chat_claims(user, &[]);
    claims.tenant = Some(TENANT.to_owned());
    server.signer.sign_claims(&claims)
}

fn person(server: &Server, user: &str) -> Http {
    Http::bearer(&ticket(server, user))
}

fn changed(user: &str, discoverable: bool, revision: u64) -> Value {
    json!({
        "id": uuid::Uuid::now_v7().to_string(), "type": "person.changed", "occurred_at": now(), "source": "scheduler",
        "subject": user, "revision": revision,
        "data": {"user_id": user, "name": user, "tenant": TENANT, "discoverable": discoverable},
    })
}

fn match_event(kind: &str, one: &str, other: &str) -> Value {
    json!({
        "id": uuid::Uuid::now_v7().to_string(), "type": kind, "occurred_at": now(), "source": "scheduler",
        "subject": "m", "data": {"match_id": "m", "room_id": "r", "tenant": TENANT,
            "participants": [{"user_id": one, "name": one}, {"user_id": other, "name": other}]},
    })
}

async fn told(server: &Server, events: &[Value]) {
    assert_eq!(tell(server, events).await, 200);
}

async fn post(server: &Server, author: &Http, key: &str) -> Post {
    let body = json!({"client_id": key, "body": key});
    author.post(&server.url("/v1/posts"), body).await.json(201)
}

async fn follow(server: &Server, reader: &Http, author: &str) -> u16 {
    let url = server.url(&format!("/v1/following/{author}"));
    reader.put(&url, Value::Null).await.status
}

/// What a feed says, page by page.
async fn feed(server: &Server, reader: &Http, limit: u32) -> Vec<String> {
    let (mut bodies, mut cursor) = (Vec::new(), String::new());
    loop {
        let url = server.url(&format!("/v1/feed?limit={limit}{cursor}"));
        let page: Page<Post> = reader.get(&url).await.json(200);
        bodies.extend(page.items.into_iter().map(|post| post.body));
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return bodies,
        }
    }
}
