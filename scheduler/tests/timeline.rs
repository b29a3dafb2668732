//! What happened to a session is shown to its application and to operators, whole and in order.

mod running;

use running::{Running, eventually, fact, offer};
use serde_json::{Value, json};
use testkit::{Http, now};
use wire::{EndReason, SessionFact};

fn path(session: &Value) -> String {
    format!("/v1/sessions/{}/timeline", session["id"].as_str().unwrap())
}

async fn items(scheduler: &Running, client: &Http, session: &Value) -> Vec<Value> {
    let page: Value = client.get(&scheduler.at(&path(session))).await.json(200);
    assert_eq!(page.get("next_cursor"), None);
    page["items"].as_array().unwrap().clone()
}

fn types(items: &[Value]) -> Vec<&str> {
    let kind = |item: &Value| item["type"].as_str().map(str::to_owned);
    assert!(items.iter().all(|item| kind(item).is_some()));
    items
        .iter()
        .map(|item| item["type"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn sch_86_a_timeline_is_its_applications_and_operators() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let url = scheduler.at(&path(&session));
    let theirs = items(&scheduler, &scheduler.operator().await, &session).await;
    assert_eq!(
        theirs,
        items(&scheduler, &scheduler.app, &session).await,
        "both see the same"
    );

    let key = scheduler.operator_key("ops").await;
    let person = scheduler.person(&session, 0).await;
    for client in [&key, &person] {
        assert_eq!(client.get(&url).await.problem(403), "forbidden");
    }
    let other = scheduler.key("other").await;
    assert_eq!(other.get(&url).await.problem(404), "not_found");
    assert_eq!(Http::new().get(&url).await.problem(401), "unauthenticated");
    let user = json!({"user_id": session["participants"][0]["user_id"]});
    let of_the_call = url.replace("/timeline", "/ticket");
    let ticket: Value = scheduler.app.post(&of_the_call, user).await.json(200);
    let wrong = Http::bearer(ticket["ticket"].as_str().unwrap());
    let refused = wrong.get(&url).await;
    assert_eq!(refused.problem(401), "unauthenticated");
    assert_eq!(refused.body["reason"], "wrong_audience");
    let nowhere = scheduler.at("/v1/sessions/nowhere/timeline");
    let nowhere = scheduler.operator().await.get(&nowhere).await;
    assert_eq!(nowhere.problem(404), "not_found");
}

#[tokio::test]
async fn sch_87_everything_that_happened_is_shown_in_order_however_it_came() {
    let scheduler = Running::start().await;
    let mut command = offer(2_000);
    command["remind_before_ms"] = json!([1_000, 50_000]);
    command["lobby_ms"] = json!(0);
    let session = scheduler.book(command).await;
    let shown = async || items(&scheduler, &scheduler.app, &session).await;
    eventually(async || types(&shown().await).contains(&"session.opened")).await;

    let user = session["participants"][1]["user_id"].as_str().unwrap();
    let (from, joined) = (
        now() + 1_000,
        SessionFact {
            user_id: Some(user.into()),
            ..SessionFact::default()
        },
    );
    let left = SessionFact {
        how: Some("lost".into()),
        ..joined.clone()
    };
    let live = SessionFact {
        started_at: Some(from + 1),
        deadline_at: Some(from + 60_001),
        ..SessionFact::default()
    };
    let extended = SessionFact {
        deadline_at: Some(from + 120_001),
        extensions_left: Some(0),
        ..SessionFact::default()
    };
    let ended = SessionFact {
        reason: Some(EndReason::Completed),
        ..SessionFact::default()
    };
    let mut story = vec![
        fact(&session, "session.joined", from, &joined),
        fact(&session, "session.live", from + 1, &live),
        fact(&session, "session.extended", from + 2, &extended),
        fact(&session, "session.left", from + 3, &left),
        fact(&session, "session.ended", from + 3, &ended),
    ];
    story.reverse();
    scheduler.report(story.clone(), now()).await;
    scheduler.report(story, now()).await;

    let items = shown().await;
    assert_eq!(items[0]["type"], "session.scheduled");
    assert_eq!(items[0]["starts_at"], session["starts_at"]);
    let (ours, theirs) = items.split_at(items.len() - 5);
    let count = |kind: &str| types(ours).iter().filter(|other| **other == kind).count();
    assert_eq!(count("session.reminder_missed"), 2, "{items:#?}");
    assert_eq!(count("session.reminded"), 2, "{items:#?}");
    assert_eq!(count("session.opened"), 1, "{items:#?}");
    let at = |n: i64| json!(from + n);
    assert_eq!(
        theirs,
        [
            json!({"at": at(0), "type": "session.joined", "user_id": user}),
            json!({"at": at(1), "type": "session.live", "started_at": at(1), "deadline_at": at(60_001)}),
            json!({"at": at(2), "type": "session.extended", "deadline_at": at(120_001), "extensions_left": 0}),
            json!({"at": at(3), "type": "session.left", "user_id": user, "how": "lost"}),
            json!({"at": at(3), "type": "session.ended", "reason": "completed"}),
        ]
    );
}

#[tokio::test]
async fn sch_88_a_timeline_is_read_page_by_page() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    for minutes in 2..6 {
        let change = json!({"duration_ms": minutes * 60_000});
        let url = scheduler.at(&path(&session).replace("/timeline", ""));
        scheduler.app.patch(&url, change).await.json::<Value>(200);
    }
    let whole = items(&scheduler, &scheduler.app, &session).await;
    let revisions: Vec<_> = whole.iter().map(|item| item["revision"].clone()).collect();
    assert_eq!(revisions, [1, 2, 3, 4, 5]);
    let mut paged = Vec::new();
    let mut query = "?limit=2".to_owned();
    let pages = loop {
        let url = scheduler.at(&format!("{}{query}", path(&session)));
        let page: Value = scheduler.app.get(&url).await.json(200);
        paged.push(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("?limit=2&cursor={cursor}"),
            None => break paged.len(),
        }
    };
    assert_eq!((pages, paged.concat()), (3, whole));
    for (wrong, code) in [
        ("?limit=0", "invalid_field"),
        ("?cursor=x", "invalid_field"),
        ("?colour=red", "unknown_field"),
    ] {
        let url = scheduler.at(&format!("{}{wrong}", path(&session)));
        let refused = scheduler.app.get(&url).await;
        assert_eq!(refused.problem(422), code, "{wrong}");
    }
}
