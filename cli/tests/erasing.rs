//! Somebody leaves for good: a minute later no file of the data directory holds their name, their address or a letter
//! that nobody has opened.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use testkit::{ChatPeer, Http, HttpResponse, SOON, Service, Stack, TestPeer, now, until};
use wire::signaling::Ended;
use wire::{EndReason, TicketResponse};

const NAME: &str = "Nahida Canary-1b7e";
const MAILBOX: &str = "nahida.canary.44d0";
const SEALED: &str = "canary-sealed-letter-9f31";
const OPENED: &str = "canary-opened-letter-c2d8";
const POSTED: &str = "canary-post-55a1";
const PASSWORD: &str = "correct horse battery";
/// What is promised of an erasure.
const ERASED_WITHIN: Duration = Duration::from_secs(60);

/// Somebody's browser, logged in.
struct Browser {
    origin: String,
    cookie: String,
    id: String,
}

impl Browser {
    async fn signed_up(stack: &Stack, mailbox: &str, name: &str) -> Self {
        let origin = stack.url(Service::Scheduler);
        let body =
            json!({"email": format!("{mailbox}@example.org"), "password": PASSWORD, "name": name});
        let url = format!("{origin}/v1/signup");
        let answer = Http::new().post(&url, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        Self {
            cookie: cookie.split(';').next().unwrap().to_owned(),
            id: answer.body["id"].as_str().unwrap().to_owned(),
            origin,
        }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> HttpResponse {
        let url = format!("{}{path}", self.origin);
        let headers = [
            ("cookie", self.cookie.as_str()),
            ("origin", self.origin.as_str()),
        ];
        Http::new().send(method, &url, body, &headers).await
    }

    async fn post(&self, path: &str, body: Value) -> HttpResponse {
        self.send(Method::POST, path, Some(body)).await
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        let page: Value = self.send(Method::GET, path, None).await.json(200);
        page["items"].as_array().unwrap().clone()
    }

    async fn give(&self, to: &Self, more: Value) {
        let mut gift = json!({"to": {"user_id": to.id}, "kind": "plain"});
        for (field, value) in more.as_object().unwrap() {
            gift[field] = value.clone();
        }
        let answer = self.post("/v1/gifts", gift).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    async fn ticket(&self, path: &str) -> TicketResponse {
        self.post(path, json!({})).await.json(200)
    }
}

fn files_of(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_of(&path)),
            false => files.push(path),
        }
    }
    files
}

/// The files that hold one of these texts, each with it.
fn found(directory: &Path, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files_of(directory) {
        // What was there a moment ago may be gone.
        let bytes = std::fs::read(&file).unwrap_or_default();
        for text in texts {
            if bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
            {
                found.push(format!("{}: {text}", file.display()));
            }
        }
    }
    found
}

#[tokio::test]
async fn ops_60_a_minute_after_an_erasure_no_file_holds_name_address_or_sealed_letter() {
    let stack = Stack::start().await;
    let nahida = Browser::signed_up(&stack, MAILBOX, NAME).await;
    let bo = Browser::signed_up(&stack, "bo", "Bo").await;
    let cy = Browser::signed_up(&stack, "cy", "Cy").await;
    let at = now().0 + 60_000;
    let special = |letter: &str| json!({"kind": "special", "letter": letter, "times": [at]});
    nahida.give(&bo, special(OPENED)).await;
    bo.give(&nahida, special("From Bo.")).await;
    let later = json!({"letter": SEALED, "opens_at": at + 600_000});
    nahida.give(&cy, later).await;
    let session = bo.items("/v1/sessions").await.remove(0);
    let call = format!("/v1/sessions/{}/ticket", session["id"].as_str().unwrap());
    let theirs = nahida.ticket(&call).await;
    let mut theirs = TestPeer::join(&theirs.url, &theirs.ticket).await;
    let his = bo.ticket(&call).await;
    let mut his = TestPeer::join(&his.url, &his.ticket).await;
    let chat = nahida.ticket("/v1/rooms/ticket").await;
    let mut chat = ChatPeer::hello(&chat.url, &chat.ticket, "phone").await;
    let room = session["room_id"].as_str().unwrap().into();
    chat.say(&room, "m-1", "See you there.").await;
    let texts = [NAME, MAILBOX, SEALED];
    for text in texts {
        assert!(!found(stack.data_dir(), &[text]).is_empty(), "{text}");
    }

    let password = json!({ "password": PASSWORD });
    let erased = nahida.send(Method::DELETE, "/v1/me", Some(password)).await;
    assert_eq!(erased.status, 204, "{erased:?}");
    for peer in [&mut theirs, &mut his] {
        let ended = peer.expect::<Ended>(SOON * 3).await;
        assert_eq!(ended.reason, EndReason::Cancelled);
        assert_eq!(peer.expect_close(SOON).await, Some(4504));
    }
    until("no file holds any of it", ERASED_WITHIN, async || {
        found(stack.data_dir(), &texts).is_empty().then_some(())
    })
    .await;

    let kept = bo.items("/v1/gifts?box=received").await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["letter"], OPENED);
    assert_eq!(kept[0]["from"]["name"], wire::LEFT_NAME);
    assert!(cy.items("/v1/gifts?box=received").await.is_empty());
    let session = bo.items("/v1/sessions").await.remove(0);
    assert_eq!(session["state"], "cancelled");
    for person in session["participants"].as_array().unwrap() {
        assert!(person["name"] == "Bo" || person["name"] == wire::LEFT_NAME);
    }
}

#[tokio::test]
async fn sch_463_who_can_be_found_is_followed_and_their_posts_go_with_them() {
    let stack = Stack::start().await;
    let nahida = Browser::signed_up(&stack, MAILBOX, NAME).await;
    let cy = Browser::signed_up(&stack, "cy", "Cy").await;
    let chat = stack.url(Service::Chat);
    let hers = Http::bearer(&nahida.ticket("/v1/rooms/ticket").await.ticket);
    let theirs = Http::bearer(&cy.ticket("/v1/rooms/ticket").await.ticket);
    let follow = async || {
        let url = format!("{chat}/v1/following/{}", nahida.id);
        theirs.put(&url, Value::Null).await.status
    };
    let post = async |key: &str| {
        let body = json!({"client_id": key, "body": format!("{key} {POSTED}")});
        let posted = hers.post(&format!("{chat}/v1/posts"), body).await;
        assert_eq!(posted.status, 201, "{posted:?}");
    };
    let feed = async || {
        let page: Value = theirs.get(&format!("{chat}/v1/feed")).await.json(200);
        page["items"].as_array().unwrap().clone()
    };
    assert_eq!(follow().await, 404);
    post("before").await;
    let shown = json!({"discoverable": true});
    let shown = nahida.send(Method::PATCH, "/v1/me", Some(shown)).await;
    assert_eq!(shown.status, 200);
    until("she can be followed", SOON, async || {
        (follow().await == 204).then_some(())
    })
    .await;
    post("after").await;
    let items = feed().await;
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0]["body"], format!("after {POSTED}"));
    assert_eq!(items[0]["author"]["name"], NAME);
    let erasing = json!({"password": PASSWORD});
    let erased = nahida.send(Method::DELETE, "/v1/me", Some(erasing)).await;
    assert_eq!(erased.status, 204);
    let texts = [NAME, POSTED];
    until("no file holds her posts", ERASED_WITHIN, async || {
        found(stack.data_dir(), &texts).is_empty().then_some(())
    })
    .await;
    assert!(feed().await.is_empty());
    assert_eq!(follow().await, 404);
}
