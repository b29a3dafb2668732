//! A person's sessions for their calendars, by an address that they give to them.

mod running;

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use reqwest::Method;
use running::Running;
use running::browser::Browser;
use serde_json::{Value, json};
use testkit::{Http, HttpResponse, now};
use tracing_subscriber::fmt::MakeWriter;

const HOUR_MS: i64 = 3_600_000;

/// Ana and Bo, who have a session in an hour, and one in two hours that was called off.
async fn two_with_sessions(scheduler: &Running, names: [&str; 2]) -> [Browser; 2] {
    let mut people = Vec::new();
    for (address, name) in ["ana", "bo"].into_iter().zip(names) {
        let (mut browser, user) = Browser::signed_up(scheduler, address).await;
        let renamed = browser.patch("/v1/me", json!({ "name": name })).await;
        assert_eq!(renamed.status, 200, "{}", renamed.body);
        people.push((browser, user["id"].as_str().unwrap().to_owned()));
    }
    let [(mut ana, ana_id), (mut bo, bo_id)] = people.try_into().ok().unwrap();
    let starts_at = now() + HOUR_MS;
    let gift = |user: &str| json!({"to": {"user_id": user}, "kind": "special", "letter": "Hi.", "times": [starts_at]});
    assert_eq!(ana.post("/v1/gifts", gift(&bo_id)).await.status, 201);
    assert_eq!(bo.post("/v1/gifts", gift(&ana_id)).await.status, 201);
    let matches: Value = ana.get("/v1/matches").await.json(200);
    let id = matches["items"][0]["id"].as_str().unwrap();
    let later = json!({"times": [starts_at + HOUR_MS]});
    let path = format!("/v1/matches/{id}/proposals");
    let proposal: Value = ana.post(&path, later).await.json(201);
    let path = format!("/v1/proposals/{}/accept", proposal["id"].as_str().unwrap());
    let accepted = bo
        .post(&path, json!({"starts_at": starts_at + HOUR_MS}))
        .await;
    let session = accepted.json::<Value>(200)["session_id"].clone();
    let path = format!("/v1/sessions/{}/cancel", session.as_str().unwrap());
    assert_eq!(bo.post(&path, json!({})).await.status, 200);
    [ana, bo]
}

async fn new_feed(browser: &mut Browser) -> String {
    let given: Value = browser.post("/v1/me/calendar", json!({})).await.json(200);
    given["url"].as_str().unwrap().to_owned()
}

async fn read(url: &str, etag: Option<&str>) -> HttpResponse {
    let known: Vec<_> = etag
        .map(|etag| ("if-none-match", etag))
        .into_iter()
        .collect();
    Http::new().send(Method::GET, url, None, &known).await
}

/// What Python's `icalendar` reads of a feed; `None` where it is not installed, which is a failure in CI.
fn read_independently(text: &str) -> Option<Value> {
    let python = Command::new("/usr/bin/python3")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/read_calendar.py"
        ))
        .arg("feed")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let read = python.and_then(|mut python| {
        python.stdin.take().unwrap().write_all(text.as_bytes())?;
        python.wait_with_output()
    });
    let read = read.map(|output| serde_json::from_slice(&output.stdout));
    if let Ok(Ok(read)) = read {
        return Some(read);
    }
    testkit::left_out("python3-icalendar: scripts/install-test-deps.sh");
    None
}

#[tokio::test]
async fn sch_243_another_parser_reads_a_feed_as_it_was_meant() {
    let scheduler = Running::start().await;
    let names = ["a;b,c:\\ \"d\"", &"\u{ae40}\u{bbfc}\u{c9c0}".repeat(10)];
    let [mut ana, _] = two_with_sessions(&scheduler, names).await;
    let answer = read(&new_feed(&mut ana).await, None).await;
    let header = |name: &str| answer.headers[name].to_str().unwrap();
    assert_eq!(
        header("content-type"),
        "text/calendar; charset=utf-8; method=PUBLISH"
    );
    assert_eq!(header("cache-control"), "private, no-cache");
    assert_eq!(header("referrer-policy"), "no-referrer");
    let text: String = answer.json(200);
    for hidden in ["ATTENDEE", "/join#", "@example.org"] {
        assert!(!text.replace("\r\n ", "").contains(hidden), "{hidden}");
    }
    let sessions: Value = ana.get("/v1/sessions").await.json(200);
    let Some(feed) = read_independently(&text) else {
        return;
    };
    assert_eq!(feed["method"], "PUBLISH");
    assert_eq!(feed["refresh"], "PT1H");
    let events = feed["events"].as_array().unwrap();
    assert_eq!(events.len(), 2);
    for (at, (event, status)) in events.iter().zip(["CONFIRMED", "CANCELLED"]).enumerate() {
        let session = &sessions["items"][at];
        let id = session["id"].as_str().unwrap();
        assert_eq!(event["uid"], format!("{id}@127.0.0.1"));
        assert_eq!(event["status"], status);
        let revision = session["revision"].as_i64().unwrap();
        assert_eq!(event["sequence"], revision - 1);
        let start_s = (session["starts_at"].as_f64().unwrap() / 1e3).floor();
        assert_eq!(event["start_s"], json!(start_s));
        let summary = event["summary"].as_str().unwrap();
        assert!(names.iter().all(|name| summary.contains(name)), "{summary}");
        assert_eq!(event["errors"], json!([]));
        assert_eq!(event["attendees"], json!([]));
    }
}

#[tokio::test]
async fn sch_241_an_address_opens_the_feed_until_another_is_given_or_it_is_revoked() {
    let scheduler = Running::start().await;
    let [mut ana, mut bo] = two_with_sessions(&scheduler, ["Ana", "Bo"]).await;
    let first = new_feed(&mut ana).await;
    let secret = first.rsplit('/').next().unwrap().strip_suffix(".ics");
    assert_eq!(secret.unwrap().len(), 43, "256 bits");
    assert!(first.starts_with(&format!("{}/v1/calendars/", scheduler.url)));
    assert_eq!(read(&first, None).await.status, 200);
    let second = new_feed(&mut ana).await;
    assert_eq!(read(&first, None).await.problem(404), "not_found");
    assert_eq!(read(&second, None).await.status, 200);
    assert_eq!(bo.delete("/v1/me/calendar").await.status, 204);
    assert_eq!(read(&second, None).await.status, 200, "his");
    assert_eq!(ana.delete("/v1/me/calendar").await.status, 204);
    assert_eq!(read(&second, None).await.problem(404), "not_found");
    let short = second.strip_suffix(".ics").unwrap();
    assert_eq!(read(short, None).await.problem(404), "not_found");
    let nobody = Browser::of(&scheduler)
        .post("/v1/me/calendar", json!({}))
        .await;
    assert_eq!(nobody.problem(401), "unauthenticated");
}

#[tokio::test]
async fn sch_245_a_calendar_that_knows_all_of_it_is_told_so() {
    let scheduler = Running::start().await;
    let [mut ana, mut bo] = two_with_sessions(&scheduler, ["Ana", "Bo"]).await;
    let url = new_feed(&mut ana).await;
    let first = read(&url, None).await;
    let etag = first.headers["etag"].to_str().unwrap();
    let again = read(&url, Some(etag)).await;
    assert_eq!(again.status, 304);
    assert_eq!(again.headers["etag"], etag);
    let sessions: Value = bo.get("/v1/sessions?state=scheduled").await.json(200);
    let id = sessions["items"][0]["id"].as_str().unwrap();
    let path = format!("/v1/sessions/{id}/cancel");
    assert_eq!(bo.post(&path, json!({})).await.status, 200);
    let changed = read(&url, Some(etag)).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.headers["etag"], etag);
}

/// What was logged, of all that this process logs.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logged {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn sch_242_no_log_shows_a_feeds_secret() {
    let logged = Logged::default();
    // The client that asks is not ours to hush.
    let ours = "trace,hyper=off,hyper_util=off,reqwest=off,h2=off,sqlx=off";
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(ours)
        .with_writer(logged.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let scheduler = Running::start().await;
    let (mut ana, _) = Browser::signed_up(&scheduler, "Ana").await;
    let url = new_feed(&mut ana).await;
    let wrong = format!("{}/v1/calendars/wr0ng-secret.ics", scheduler.url);
    assert_eq!(read(&url, None).await.status, 200);
    assert_eq!(read(&wrong, None).await.status, 404);
    let text = String::from_utf8(logged.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("/v1/calendars/{file}"), "it is logged");
    let secret = url.rsplit('/').next().unwrap().trim_end_matches(".ics");
    for hidden in [secret, "wr0ng-secret"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}
