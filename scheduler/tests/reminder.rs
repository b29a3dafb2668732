//! A reminder comes at its time, over the stream, once, and to no other person.

mod running;

use std::time::Duration;

use futures_util::StreamExt as _;
use running::{Running, eventually, offer};
use serde_json::{Value, json};
use testkit::{Http, SOON, now};
use wire::{Notification, NotificationKind};

/// Reads a stream of server-sent events.
struct Sse {
    body: futures_util::stream::BoxStream<'static, Vec<u8>>,
    read: String,
}

impl Sse {
    async fn open(scheduler: &Running, access: &str, last: Option<&str>) -> Self {
        let url = scheduler.at("/v1/notifications/stream");
        let mut request = reqwest::Client::new().get(url).bearer_auth(access);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let body = answer.bytes_stream().map(|chunk| chunk.unwrap().to_vec());
        Self {
            body: body.boxed(),
            read: String::new(),
        }
    }

    /// The next event that is not a comment: its id and its notification.
    async fn next(&mut self) -> (String, Notification) {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let block = block.to_owned();
                self.read = rest.to_owned();
                if let Some(found) = event(&block) {
                    return found;
                }
                continue;
            }
            let chunk = tokio::time::timeout(SOON, self.body.next()).await;
            let chunk = chunk.unwrap().expect("the stream goes on");
            self.read.push_str(&String::from_utf8(chunk).unwrap());
        }
    }
}

fn event(block: &str) -> Option<(String, Notification)> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    let data = field("data: ")?;
    assert_eq!(field("event: "), Some("notification"));
    Some((
        field("id: ")?.to_owned(),
        serde_json::from_str(data).unwrap(),
    ))
}

async fn access(scheduler: &Running, session: &Value, at: usize) -> String {
    let joined: Value = scheduler.join(session, at).await.json(200);
    joined["access"].as_str().unwrap().to_owned()
}

fn soon(in_ms: i64, remind_before_ms: &[i64]) -> Value {
    let mut offer = offer(in_ms);
    offer["remind_before_ms"] = json!(remind_before_ms);
    offer["lobby_ms"] = json!(0);
    offer
}

#[tokio::test]
async fn sch_60_a_reminder_arrives_within_100_ms_of_its_time_and_resumes() {
    let scheduler = Running::start().await;
    let session = scheduler.book(soon(60_000, &[58_500])).await;
    let access = access(&scheduler, &session, 0).await;
    let mut stream = Sse::open(&scheduler, &access, None).await;
    let (id, notified) = stream.next().await;
    let late = now().0 - (session["starts_at"].as_i64().unwrap() - 58_500);
    assert!((0..=100).contains(&late), "{late} ms late");
    assert_eq!(notified.kind, NotificationKind::SessionReminder);
    assert_eq!(notified.id, id);
    assert_eq!(notified.with.as_deref(), Some("Bo"));
    assert_eq!(
        notified.session_id.unwrap().as_str(),
        session["id"].as_str().unwrap()
    );
    assert_eq!(notified.read_at, None);

    let all = "00000000-0000-0000-0000-000000000000";
    let mut resumed = Sse::open(&scheduler, &access, Some(all)).await;
    assert_eq!(resumed.next().await.0, id);
    let mut newer = Sse::open(&scheduler, &access, Some(&id)).await;
    let cancel = scheduler.at(&format!(
        "/v1/sessions/{}/cancel",
        session["id"].as_str().unwrap()
    ));
    scheduler
        .app
        .post(&cancel, json!({}))
        .await
        .json::<Value>(200);
    let (_, after) = newer.next().await;
    assert_eq!(
        after.kind,
        NotificationKind::SessionCancelled,
        "nothing else came after {id}"
    );
}

#[tokio::test]
async fn sch_61_each_is_notified_once_and_reads_their_own() {
    let scheduler = Running::start().await;
    let session = scheduler.book(soon(60_000, &[59_500])).await;
    let ana = Http::bearer(&access(&scheduler, &session, 0).await);
    let bo = Http::bearer(&access(&scheduler, &session, 1).await);
    let list = async |person: &Http| {
        let page: Value = person
            .get(&scheduler.at("/v1/notifications"))
            .await
            .json(200);
        page["items"].as_array().unwrap().clone()
    };
    eventually(async || !list(&ana).await.is_empty() && !list(&bo).await.is_empty()).await;
    // A reminder of a later second: what was due has been looked at again before it.
    let later = scheduler.book(soon(60_000, &[58_800])).await;
    let later = Http::bearer(&access(&scheduler, &later, 0).await);
    eventually(async || !list(&later).await.is_empty()).await;
    let (of_ana, of_bo) = (list(&ana).await, list(&bo).await);
    assert_eq!((of_ana.len(), of_bo.len()), (1, 1));
    let read = |notification: &Value| {
        scheduler.at(&format!(
            "/v1/notifications/{}/read",
            notification["id"].as_str().unwrap()
        ))
    };
    let mut read_at = Vec::new();
    for _ in 0..2 {
        assert_eq!(ana.post(&read(&of_ana[0]), json!({})).await.status, 204);
        read_at.push(list(&ana).await[0]["read_at"].as_i64());
    }
    assert!(read_at[0].is_some() && read_at[0] == read_at[1]);
    assert_eq!(
        ana.post(&read(&of_bo[0]), json!({})).await.problem(404),
        "not_found"
    );
}

#[tokio::test]
async fn sch_62_the_lobby_is_announced_and_past_reminders_are_not() {
    let scheduler = Running::start().await;
    let session = scheduler.book(soon(800, &[300_000, 60_000])).await;
    let access = access(&scheduler, &session, 1).await;
    let mut stream = Sse::open(&scheduler, &access, None).await;
    let (_, notified) = stream.next().await;
    assert_eq!(notified.kind, NotificationKind::SessionOpened);
    assert!(now().0 >= session["starts_at"].as_i64().unwrap());
}

#[tokio::test]
async fn sch_63_what_is_due_survives_a_restart() {
    let scheduler = Running::start().await;
    let session = scheduler.book(soon(60_000, &[58_000])).await;
    let access = access(&scheduler, &session, 0).await;
    let data = scheduler.stop().await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let scheduler = Running::start_in(data).await;
    let ana = Http::bearer(&access);
    eventually(async || {
        let page: Value = ana.get(&scheduler.at("/v1/notifications")).await.json(200);
        page["items"][0]["kind"] == "session_reminder"
    })
    .await;
}
