//! What can't be booked is refused, with each field that is wrong.

mod running;

use running::{Running, offer};
use serde_json::{Value, json};
use testkit::{Http, now};

#[tokio::test]
async fn sch_56_each_wrong_field_is_named() {
    let scheduler = Running::start().await;
    let year_10000 = 253_402_300_800_000_i64;
    let table: Vec<(&str, Value, &str, &str)> = vec![
        (
            "starts_at",
            json!(now() - 61_000),
            "starts_at",
            "in_the_past",
        ),
        ("starts_at", json!(year_10000), "starts_at", "out_of_range"),
        ("starts_at", json!("tomorrow"), "starts_at", "wrong_type"),
        ("starts_at", json!(1.5), "starts_at", "wrong_type"),
        ("hard_end_at", json!(now()), "hard_end_at", "before_start"),
        ("duration_ms", json!(0), "duration_ms", "out_of_range"),
        ("duration_ms", json!(999), "duration_ms", "out_of_range"),
        (
            "duration_ms",
            json!(36_000_000_000_i64),
            "duration_ms",
            "out_of_range",
        ),
        ("duration_ms", json!(-1), "duration_ms", "out_of_range"),
        ("countdown_ms", json!(-1), "countdown_ms", "out_of_range"),
        (
            "max_extensions",
            json!(101),
            "max_extensions",
            "out_of_range",
        ),
        ("on_loss", json!("panic"), "on_loss", "unknown_value"),
        ("media", json!("livekit"), "media", "not_configured"),
        ("media", json!("openvidu"), "media", "not_configured"),
        ("participants", json!([]), "participants", "not_two"),
        (
            "participants",
            json!([{"user_id": "a"}, {"user_id": "a"}]),
            "participants[1]",
            "same_person",
        ),
        ("metadata", json!([]), "metadata", "wrong_type"),
    ];
    for (name, value, field, code) in table {
        let mut offer = offer(600_000);
        offer[name] = value.clone();
        let answer = scheduler
            .app
            .post(&scheduler.at("/v1/sessions"), offer)
            .await;
        assert_eq!(answer.problem(422), "invalid_field", "{name} {value}");
        let error = &answer.body["errors"][0];
        assert_eq!(
            (&error["field"], &error["code"]),
            (&json!(field), &json!(code)),
            "{name} {value}"
        );
    }
}

#[tokio::test]
async fn edg_149_an_array_is_no_object_in_a_body_and_the_field_is_named() {
    let scheduler = Running::start().await;
    for (name, value, field) in [
        ("participants", json!([["a"], ["b"]]), "participants[0]"),
        (
            "starts_at_local",
            json!(["2030-01-01T09:00", "Asia/Seoul"]),
            "starts_at_local",
        ),
    ] {
        let mut offer = offer(600_000);
        offer[name] = value;
        let answer = scheduler
            .app
            .post(&scheduler.at("/v1/sessions"), offer)
            .await;
        assert_eq!(answer.problem(422), "invalid_field", "{name}");
        let due =
            json!([{"field": field, "code": "wrong_type", "message": "This is a JSON object."}]);
        assert_eq!(answer.body["errors"], due, "{name}");
    }
}

#[tokio::test]
async fn sch_56_a_field_that_is_not_known_is_refused_wherever_it_stands() {
    let scheduler = Running::start().await;
    for field in ["id", "revision", "room_id", "role", "tenant", "state"] {
        let mut offer = offer(600_000);
        offer[field] = json!("x");
        let answer = scheduler
            .app
            .post(&scheduler.at("/v1/sessions"), offer)
            .await;
        assert_eq!(answer.problem(422), "unknown_field");
        assert_eq!(answer.body["errors"][0]["field"], field);
    }
    let mut offer = offer(600_000);
    offer["participants"][1]["admin"] = json!(true);
    let answer = scheduler
        .app
        .post(&scheduler.at("/v1/sessions"), offer)
        .await;
    assert_eq!(answer.problem(422), "unknown_field");
    assert_eq!(answer.body["errors"][0]["field"], "participants[1].admin");
}

#[tokio::test]
async fn sch_56_nobody_is_booked_who_is_not_known_or_has_no_name() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let ana = &session["participants"][0]["user_id"];
    let refused = async |client: &Http, people: Value| {
        let mut offer = offer(600_000);
        offer["participants"] = people;
        let answer = client.post(&scheduler.at("/v1/sessions"), offer).await;
        assert_eq!(answer.problem(422), "invalid_field");
        answer.body["errors"][0]["code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let bo = json!({"external_id": "bo"});
    assert_eq!(
        refused(&scheduler.app, json!([{"user_id": "x"}, bo])).await,
        "unknown_user"
    );
    assert_eq!(
        refused(&scheduler.app, json!([{"external_id": "new"}, bo])).await,
        "required"
    );
    let twice = json!([{"user_id": ana}, {"external_id": "ana"}]);
    assert_eq!(refused(&scheduler.app, twice).await, "same_person");
    let other = scheduler.key("another shop").await;
    let theirs = json!([{"user_id": ana}, {"external_id": "bo", "name": "Bo"}]);
    assert_eq!(refused(&other, theirs).await, "unknown_user");

    let mut known = offer(600_000);
    known["participants"] = json!([{"user_id": ana}, bo]);
    let booked = scheduler.book(known).await;
    assert_eq!(booked["participants"][1]["name"], "Bo");
}

#[tokio::test]
async fn sch_56_a_list_is_asked_for_with_what_there_is() {
    let scheduler = Running::start().await;
    for (query, field) in [
        ("state=happy", "state"),
        ("from=soon", "from"),
        ("limit=0", "limit"),
        ("cursor=!", "cursor"),
        ("order=desc", "order"),
    ] {
        let answer = scheduler
            .app
            .get(&scheduler.at(&format!("/v1/sessions?{query}")))
            .await;
        answer.problem(422);
        assert_eq!(answer.body["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn sch_57_a_list_is_paged_by_start_and_filtered() {
    let scheduler = Running::start().await;
    let mut starts = Vec::new();
    for in_ms in [900_000, 0, 600_000, 700_000] {
        let session = scheduler.book(offer(in_ms)).await;
        starts.push(session["starts_at"].as_i64().unwrap());
    }
    starts.sort_unstable();
    let mut seen = Vec::new();
    let mut path = "/v1/sessions?limit=3".to_owned();
    loop {
        let page: Value = scheduler.app.get(&scheduler.at(&path)).await.json(200);
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["starts_at"].as_i64().unwrap()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/sessions?limit=3&cursor={cursor}");
    }
    assert_eq!(seen, starts);
    let count = async |query: String| {
        let page = scheduler
            .app
            .get(&scheduler.at(&format!("/v1/sessions?{query}")))
            .await;
        page.json::<Value>(200)["items"].as_array().unwrap().len()
    };
    assert_eq!(
        count(format!("from={}&to={}", starts[1], starts[3])).await,
        2
    );
    assert_eq!(count("state=open".into()).await, 1);
    assert_eq!(count("state=scheduled".into()).await, 3);
    assert_eq!(count("state=ended".into()).await, 0);
}

#[tokio::test]
async fn sch_107_a_time_zone_that_does_not_exist_is_named_and_a_locale_refuses_no_booking() {
    let scheduler = Running::start().await;
    let with = |field: &str, value: &str| {
        let mut offer = offer(600_000);
        offer["participants"][1][field] = json!(value);
        offer
    };
    let url = scheduler.at("/v1/sessions");
    for wrong in ["Mars/Base", "+25:00", "UTC+1", ""] {
        let refused = scheduler.app.post(&url, with("time_zone", wrong)).await;
        assert_eq!(refused.problem(422), "invalid_field", "{wrong}");
        let error = &refused.body["errors"][0];
        assert_eq!(error["field"], "participants[1].time_zone");
        assert_eq!(error["code"], "bad_time_zone");
    }
    scheduler.book(with("time_zone", "EST5EDT")).await;
    for said in [
        "en_US",
        "EN-us",
        "zh_Hant_TW",
        "C",
        "POSIX.UTF-8",
        "*",
        "",
        "no such",
    ] {
        scheduler.book(with("locale", said)).await;
    }
}
