//! Texts that some database can't hold, wherever a client may put one: the answer is that of every database.

mod running;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use running::browser::Browser;
use running::{Running, fact, offer};
use scheduler::StoreLocation;
use serde_json::{Value, json};
use storage::Schema;
use storage::testing::{TestDatabase, TestEngine, patient};
use testkit::{Http, now};
use wire::{SessionFact, UnixMs};

const ROUTER: &str = include_str!("../src/router.rs");

const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PATCH,
    Method::PUT,
    Method::DELETE,
];

/// PostgreSQL takes no NUL in a text.
const NUL: &str = "a\0b";

/// MariaDB holds 255 characters in an id.
fn long() -> String {
    "é".repeat(400)
}

/// Runs the test on each database that is there.
async fn on_each(test: impl AsyncFn(&Running)) {
    for engine in TestEngine::ALL {
        let Some(database) = TestDatabase::create(engine).await else {
            continue;
        };
        // Its tables are made before the scheduler starts, which makes a key beside it.
        database
            .open(Schema::scheduler())
            .await
            .unwrap()
            .close()
            .await;
        let url = database.url().clone();
        let data = tempfile::tempdir().unwrap();
        let scheduler = Running::start_with(data, |config| {
            config.store = StoreLocation {
                database: url,
                options: patient(),
            };
        })
        .await;
        test(&scheduler).await;
        scheduler.stop().await;
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn cursor(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Every path of the router that has a parameter, with `text` for each.
fn paths_with(text: &str) -> Vec<String> {
    let quoted = ROUTER.split('"').skip(1).step_by(2);
    let templates = quoted.filter(|path| path.starts_with("/v1/") && path.contains('{'));
    let filled = templates.map(|path| {
        let part = |part: &str| {
            if part.starts_with('{') {
                encoded(text)
            } else {
                part.to_owned()
            }
        };
        let parts: Vec<_> = path.split('/').map(part).collect();
        parts.join("/")
    });
    filled.collect()
}

/// What a command there must have.
fn body_for(path: &str) -> Value {
    let ahead = now() + 3_600_000;
    match path.rsplit('/').next() {
        Some("proposals") => json!({"times": [ahead]}),
        Some("accept") => json!({"starts_at": ahead}),
        Some("feedback") => json!({"score": 5}),
        Some("members") => json!({"participants": [{"user_id": "nobody"}]}),
        _ => json!({}),
    }
}

#[tokio::test]
async fn sch_121_an_id_that_no_database_holds_is_not_found_on_any_route() {
    on_each(async |scheduler| {
        let session = scheduler.book(offer(600_000)).await;
        let person = scheduler.person(&session, 0).await;
        let operator = scheduler.operator().await;
        let (browser, _) = Browser::signed_up(scheduler, "Cy").await;
        let login = [
            ("cookie", browser.cookie.as_deref().unwrap()),
            ("origin", scheduler.url.as_str()),
        ];
        let nobody = Http::new();
        let callers: [(&Http, &[(&str, &str)]); 4] = [
            (&scheduler.app, &[]),
            (&person, &[]),
            (&operator, &[]),
            (&nobody, &login),
        ];
        for text in [NUL, &long()] {
            let paths = paths_with(text);
            assert!(paths.len() >= 6, "{paths:?}");
            for path in &paths {
                let mut found = Vec::new();
                for (client, login) in callers {
                    for method in METHODS {
                        let has_body = method == Method::POST || method == Method::PATCH;
                        let body = has_body.then(|| body_for(path));
                        let headers = [&[("idempotency-key", "k")], login].concat();
                        let url = scheduler.at(path);
                        let answer = client.send(method, &url, body, &headers).await;
                        found.push(answer.status);
                    }
                }
                assert!(found.contains(&404), "{path}: {found:?}");
                let clear = |status: &u16| matches!(status, 204 | 403 | 404 | 405 | 422);
                assert!(found.iter().all(clear), "{path}: {found:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn sch_121_a_text_that_no_database_holds_is_in_no_list() {
    on_each(async |scheduler| {
        let session = scheduler.book(offer(600_000)).await;
        let person = scheduler.person(&session, 0).await;
        let operator = scheduler.operator().await;
        let timeline = format!("/v1/sessions/{}/timeline", session["id"].as_str().unwrap());
        for text in [NUL, &long()] {
            let after = cursor(&format!("1 {text}"));
            let before = cursor(&format!("9000000000000 {text}"));
            let bare = cursor(text);
            let word = encoded(text);
            for (client, query) in [
                (&scheduler.app, format!("/v1/sessions?cursor={after}")),
                (&scheduler.app, format!("{timeline}?cursor={after}")),
                (&person, format!("/v1/notifications?cursor={bare}")),
                (&operator, format!("/v1/audit?cursor={before}")),
                (&operator, format!("/v1/audit?session_id={word}")),
                (&operator, format!("/v1/audit?action={word}")),
                (&operator, format!("/v1/jobs?cursor={bare}")),
            ] {
                let page: Value = client.get(&scheduler.at(&query)).await.json(200);
                assert!(page["items"].is_array(), "{query}");
            }
            for (client, query) in [
                (&scheduler.app, format!("/v1/sessions?state={word}")),
                (&scheduler.app, format!("/v1/sessions?{word}=1")),
                (&operator, format!("/v1/jobs?kind={word}")),
            ] {
                client.get(&scheduler.at(&query)).await.problem(422);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn sch_121_a_body_names_nobody_by_a_text_that_no_database_holds() {
    on_each(async |scheduler| {
        let session = scheduler.book(offer(600_000)).await;
        let id = session["id"].as_str().unwrap();
        for text in [NUL, &long()] {
            let mut unknown = offer(600_000);
            unknown["participants"][0] = json!({ "user_id": text });
            let url = scheduler.at("/v1/sessions");
            let answer = scheduler.app.post(&url, unknown).await;
            assert_eq!(answer.problem(422), "invalid_field");
            assert_eq!(answer.body["errors"][0]["code"], "unknown_user");

            for field in ["external_id", "name", "email", "locale", "time_zone"] {
                let mut odd = offer(600_000);
                odd["participants"][1][field] = json!(text);
                let answer = scheduler.app.post(&url, odd).await;
                let taken = [201, 422].contains(&answer.status);
                assert!(taken, "{field}: {} {}", answer.status, answer.body);
            }
            let whom = json!({ "user_id": text });
            let rooms = scheduler.at("/v1/rooms/ticket");
            scheduler.app.post(&rooms, whom.clone()).await.problem(404);
            let ticket = scheduler.at(&format!("/v1/sessions/{id}/ticket"));
            scheduler.app.post(&ticket, whom).await.problem(403);
            let join = scheduler.at("/v1/join");
            Http::new()
                .post(&join, json!({ "token": text }))
                .await
                .problem(404);
            // What is kept as JSON holds anything.
            let mut kept = offer(600_000);
            kept["metadata"] = json!({ "note": text });
            assert_eq!(scheduler.book(kept).await["metadata"]["note"], *text);
        }
    })
    .await;
}

#[tokio::test]
async fn sch_121_an_event_of_what_no_database_holds_stops_none_behind_it() {
    on_each(async |scheduler| {
        let session = scheduler.book(offer(600_000)).await;
        let now = testkit::now();
        let joined = SessionFact {
            user_id: session["participants"][0]["user_id"].as_str().map(Into::into),
            ..SessionFact::default()
        };
        for text in [NUL, &long()] {
            let odd = |kind: &str, subject: &Value, data: Value| {
                let mut event = fact(&session, kind, now, &SessionFact::default());
                event["subject"] = subject.clone();
                event["data"] = data;
                event
            };
            let (text, room) = (json!(text), &session["room_id"]);
            let unread = |room: &Value, user: &Value| {
                json!({"room_id": room, "user_id": user, "from": text, "seq": 1, "message_id": text})
            };
            let action = json!({
                "actor": text, "action": text, "subject": text, "session_id": text,
                "user_id": text, "from": text, "detail": text,
            });
            let events = vec![
                odd("session.joined", &text, json!({ "user_id": text })),
                odd("session.joined", &session["id"], json!({ "user_id": text })),
                odd("session.no_show", &session["id"], json!({ "absent": [text] })),
                odd("message.unread", &text, unread(&text, &text)),
                odd("message.unread", room, unread(room, &text)),
                odd("operator.action", &text, action),
                odd(text.as_str().unwrap(), &text, text.clone()),
                fact(&session, "session.joined", now, &joined),
            ];
            scheduler.report(events, UnixMs(0)).await;
        }
        let id = session["id"].as_str().unwrap();
        let timeline = scheduler.at(&format!("/v1/sessions/{id}/timeline"));
        let told: Value = scheduler.app.get(&timeline).await.json(200);
        let came = |item: &&Value| item["user_id"] == session["participants"][0]["user_id"];
        let items = told["items"].as_array().unwrap();
        assert_eq!(items.iter().filter(came).count(), 2, "{told}");
    })
    .await;
}
