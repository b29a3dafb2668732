//! The audit log: what was done, by whom, from where.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod running;

use running::{Running, offer};
use scheduler::{api_keys, key_changes};
use serde_json::{Value, json};
use testkit::{Http, now};
use wire::UnixMs;

async fn rows(scheduler: &Running, operator: &Http, query: &str) -> Vec<Value> {
    let url = scheduler.at(&format!("/v1/audit{query}"));
    let page: Value = operator.get(&url).await.json(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn sch_105_each_action_is_a_row_with_who_when_what_and_from_where() {
    let scheduler = Running::start().await;
    let operator = scheduler.operator().await;
    let session = scheduler.book(offer(600_000)).await;
    let id = session["id"].as_str().unwrap();
    let user = session["participants"][0]["user_id"].as_str().unwrap();
    let renew = format!("/v1/sessions/{id}/participants/{user}/renew-link");
    scheduler
        .app
        .post(&scheduler.at(&renew), json!({}))
        .await
        .json::<Value>(200);
    let kick = json!({
        "id": "01890000-0000-7000-8000-000000000001", "type": "operator.action",
        "occurred_at": now(), "source": "signaling", "subject": id,
        "data": {
            "actor": "operator:ops", "action": "participant.kick", "subject": user,
            "session_id": id, "user_id": user, "from": "192.0.2.7",
        },
    });
    scheduler.report(vec![kick], UnixMs(0)).await;
    let store = &scheduler.store;
    key_changes::rotate(scheduler.data.path(), store, "cli:root")
        .await
        .unwrap();
    let keys = api_keys::list(store).await.unwrap();
    let shop = keys.iter().find(|key| key.name == "shop").unwrap();
    api_keys::revoke(store, &shop.id, "cli:root").await.unwrap();

    let all = rows(&scheduler, &operator, "").await;
    let of = |action: &str| all.iter().find(|row| row["action"] == action).unwrap();
    assert_eq!(of("operator.ticket")["actor"], "operator:operator");
    assert_eq!(of("operator.ticket")["from"], "127.0.0.1");
    assert_eq!(of("link.renew")["actor"], "app:shop");
    assert_eq!(of("link.renew")["from"], "127.0.0.1");
    assert_eq!(of("participant.kick")["from"], "192.0.2.7");
    assert_eq!(of("key.rotate")["actor"], "cli:root");
    assert_eq!(of("key.revoke")["subject"], shop.id.as_str());
    assert!(all.iter().any(|row| row["action"] == "key.create"));
    let times: Vec<_> = all.iter().map(|row| row["at"].as_i64().unwrap()).collect();
    assert!(
        times.is_sorted_by(|newer, older| newer >= older),
        "{times:?}"
    );

    let filtered = rows(&scheduler, &operator, &format!("?session_id={id}")).await;
    let actions: Vec<_> = filtered.iter().map(|row| row["action"].clone()).collect();
    assert_eq!(actions, ["participant.kick", "link.renew"]);
    let kicks = rows(&scheduler, &operator, "?action=participant.kick").await;
    assert_eq!(kicks.len(), 1);

    let timeline = scheduler.at(&format!("/v1/sessions/{id}/timeline"));
    let timeline: Value = operator.get(&timeline).await.json(200);
    let told: Vec<_> = timeline["items"].as_array().unwrap().iter().collect();
    let action = told
        .iter()
        .find(|item| item["action"] == "participant.kick")
        .unwrap();
    assert_eq!(
        (&action["type"], &action["by"]),
        (&json!("operator.action"), &json!("operator:ops"))
    );
    assert!(!timeline.to_string().contains("192.0.2.7"));
}

#[tokio::test]
async fn sch_105_the_log_is_operators_and_paged() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let url = scheduler.at("/v1/audit");
    for client in [
        scheduler.key("shop").await,
        scheduler.person(&session, 0).await,
        scheduler.operator_key("ops").await,
    ] {
        assert_eq!(client.get(&url).await.problem(403), "forbidden");
    }
    assert_eq!(Http::new().get(&url).await.problem(401), "unauthenticated");
    let operator = scheduler.operator().await;
    let all = rows(&scheduler, &operator, "").await;
    let mut paged = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let url = scheduler.at(&format!("/v1/audit{query}"));
        let page: Value = operator.get(&url).await.json(200);
        paged.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(paged, all);
    assert!(all.len() >= 3, "{all:?}");
    let wrong = operator.get(&scheduler.at("/v1/audit?cursor=x")).await;
    assert_eq!(wrong.problem(422), "invalid_field");
}

#[tokio::test]
async fn sch_106_a_changed_setting_is_recorded_by_its_name_and_never_by_its_value() {
    let data = tempfile::tempdir().unwrap();
    let settings = |secret: &str| {
        let pair = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        [("chat.listen", "127.0.0.1:1"), ("turn.secrets", secret)]
            .map(pair)
            .to_vec()
    };
    let first = Running::start_with(data, |config| config.effective = settings("hunter2")).await;
    let again = first.stop().await;
    let again = Running::start_with(again, |config| config.effective = settings("hunter2")).await;
    let operator = again.operator().await;
    assert!(
        rows(&again, &operator, "?action=config.change")
            .await
            .is_empty()
    );
    let data = again.stop().await;
    let last = Running::start_with(data, |config| config.effective = settings("hunter3")).await;
    let operator = last.operator().await;
    let changes = rows(&last, &operator, "?action=config.change").await;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["detail"], "turn.secrets");
    let database = std::fs::read(last.data.path().join("scheduler/scheduler.db")).unwrap();
    let holds = |text: &str| {
        database
            .windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
    };
    assert!(!holds("hunter"));
}
