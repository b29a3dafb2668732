//! Sessions that start by the clock of a time zone, and sessions in calendars.

mod running;

use std::io::Write as _;
use std::process::{Command, Stdio};

use running::{Running, eventually, offer};
use serde_json::{Value, json};
use testkit::Http;

/// The clocks of New York go from 02:00 to 03:00 then.
const IN_A_GAP: &str = "2099-03-08T02:30";

/// A booking that starts by a clock.
fn by_the_clock(date_time: &str, time_zone: &str) -> Value {
    let mut command = offer(0);
    command["starts_at_local"] = json!({"date_time": date_time, "time_zone": time_zone});
    command.as_object_mut().unwrap().remove("starts_at");
    command
}

#[tokio::test]
async fn sch_124_a_session_is_booked_and_moved_by_the_clock_of_a_zone() {
    let scheduler = Running::start().await;
    let session = scheduler
        .book(by_the_clock(IN_A_GAP, "america/new_york"))
        .await;
    assert_eq!(session["starts_at"], 4_076_638_200_000_i64, "07:30 UTC");
    let local = json!({"date_time": IN_A_GAP, "time_zone": "America/New_York"});
    assert_eq!(session["starts_at_local"], local);
    assert_eq!(
        session["resolved"],
        json!({"note": "gap", "offset": "-05:00"})
    );
    assert_eq!(scheduler.session(&session["id"]).await, session);

    let url = scheduler.at(&format!("/v1/sessions/{}", session["id"].as_str().unwrap()));
    let later = json!({"starts_at_local": {"date_time": "2099-03-09T02:30", "time_zone": "America/New_York"}});
    let moved: Value = scheduler.app.patch(&url, later).await.json(200);
    assert_eq!(moved["starts_at"], 4_076_721_000_000_i64, "06:30 UTC");
    assert_eq!(moved["resolved"], Value::Null);
    let instant = json!({"starts_at": 4_076_721_000_001_i64});
    let moved: Value = scheduler.app.patch(&url, instant).await.json(200);
    assert_eq!(moved["starts_at_local"], Value::Null);

    for (command, field) in [
        (
            by_the_clock("2099-03-08", "Asia/Seoul"),
            "starts_at_local.date_time",
        ),
        (
            by_the_clock(IN_A_GAP, "Mars/Base"),
            "starts_at_local.time_zone",
        ),
        (
            by_the_clock("2020-03-08T02:30", "Asia/Seoul"),
            "starts_at_local",
        ),
    ] {
        let refused = scheduler
            .app
            .post(&scheduler.at("/v1/sessions"), command)
            .await;
        assert_eq!(refused.problem(422), "invalid_field");
        assert_eq!(refused.body["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn sch_125_a_session_comes_as_an_invitation_with_its_readers_link() {
    let scheduler = Running::start().await;
    let session = scheduler.book(offer(600_000)).await;
    let url = scheduler.at(&format!("/v1/sessions/{}", session["id"].as_str().unwrap()));
    let calendar = format!("{url}/calendar.ics");
    let text = async |who: &Http, url: &str| {
        let answer = who.get(url).await;
        let media = answer.headers["content-type"].to_str().unwrap().to_owned();
        (media, answer.json::<String>(200).replace("\r\n ", ""))
    };
    let link = |at: usize| session["participants"][at]["join_url"].as_str().unwrap();
    let (media, plain) = text(&scheduler.app, &calendar).await;
    assert_eq!(media, "text/calendar; charset=utf-8; method=REQUEST");
    assert!(!plain.contains("/join#"), "{plain}");
    let bo_id = session["participants"][1]["user_id"].as_str().unwrap();
    let (_, bos) = text(&scheduler.app, &format!("{calendar}?user_id={bo_id}")).await;
    assert!(bos.contains(link(1)) && !bos.contains(link(0)), "{bos}");

    let joined: Value = scheduler.join(&session, 0).await.json(200);
    let ana = Http::bearer(joined["access"].as_str().unwrap());
    let (_, anas) = text(&ana, &calendar).await;
    assert!(anas.contains(link(0)) && !anas.contains(link(1)), "{anas}");
    let foreign = ana.get(&format!("{calendar}?user_id={bo_id}")).await;
    assert_eq!(foreign.problem(403), "forbidden");
    let nobody = scheduler
        .app
        .get(&format!("{calendar}?user_id=nobody"))
        .await;
    assert_eq!(nobody.problem(403), "not_a_participant");
    let other = scheduler.key("another shop").await.get(&calendar).await;
    assert_eq!(other.problem(404), "not_found");
    assert_eq!(
        Http::new().get(&calendar).await.problem(401),
        "unauthenticated"
    );

    let cancelled = scheduler
        .app
        .post(&format!("{url}/cancel"), json!({}))
        .await;
    cancelled.json::<Value>(200);
    let (media, text) = text(&scheduler.app, &calendar).await;
    assert_eq!(media, "text/calendar; charset=utf-8; method=CANCEL");
    assert!(text.contains("SEQUENCE:1\r\n"), "{text}");
}

/// What Python's `icalendar` reads; `None` where it is not installed, which is a failure in CI.
fn read_independently(text: &str) -> Option<Value> {
    // Debian's interpreter has Debian's package.
    let python = Command::new("/usr/bin/python3")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/read_calendar.py"
        ))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let read = python.and_then(|mut python| {
        python.stdin.take().unwrap().write_all(text.as_bytes())?;
        python.wait_with_output()
    });
    let read = read.map(|output| serde_json::from_slice(&output.stdout));
    match read {
        Ok(Ok(read)) => Some(read),
        failed => {
            let why = format!("no answer of python3-icalendar: {failed:?}");
            assert!(std::env::var("CI").is_err(), "{why}");
            eprintln!("LEFT OUT: {why}");
            None
        }
    }
}

#[tokio::test]
async fn sch_125_another_parser_reads_what_was_meant() {
    let scheduler = Running::start().await;
    let names = [
        "a;b,c:\\ d",
        "\u{ae40}\u{bbfc}\u{c9c0} ".repeat(8).trim_end(),
    ]
    .map(str::to_owned);
    let mut command = by_the_clock("2099-11-01T01:30", "America/New_York");
    for (at, name) in names.iter().enumerate() {
        command["participants"][at]["name"] = json!(name);
    }
    let session = scheduler.book(command).await;
    assert_eq!(
        session["resolved"],
        json!({"note": "fold", "offset": "-04:00"})
    );
    let id = session["id"].as_str().unwrap();
    let user = |at: usize| session["participants"][at]["user_id"].as_str().unwrap();
    let url = scheduler.at(&format!(
        "/v1/sessions/{id}/calendar.ics?user_id={}",
        user(1)
    ));
    let text: String = scheduler.app.get(&url).await.json(200);
    let Some(read) = read_independently(&text) else {
        return;
    };
    let start_s = session["starts_at"].as_f64().unwrap() / 1e3;
    let attendees: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| json!([name, format!("urn:uuid:{}", user(at))]))
        .collect();
    let expected = json!({
        "method": "REQUEST", "uid": format!("{id}@127.0.0.1"), "sequence": 0, "stamp_offset_s": 0.0,
        "start_s": start_s, "end_s": start_s + 65.0,
        "summary": format!("{} \u{2013} {}", names[0], names[1]), "status": "CONFIRMED",
        "organizer": "shop", "attendees": attendees, "url": session["participants"][1]["join_url"], "errors": [],
    });
    assert_eq!(read, expected, "{text}");
}

#[tokio::test]
async fn sch_205_a_session_keeps_to_its_local_time_when_the_rules_of_its_zone_change() {
    let scheduler = Running::start().await;
    let session = scheduler
        .book(by_the_clock("2099-06-01T09:00", "Europe/Berlin"))
        .await;
    let data = scheduler.stop().await;
    // As a program resolved it whose rules knew no summer time.
    let wrong = session["starts_at"].as_i64().unwrap() + 3_600_000;
    let file = data.path().join("scheduler/scheduler.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    let tampered = sqlx::query(
        "UPDATE sessions SET starts_at = ?1, lobby_opens_at = ?1 - 300000, terms = json_set(terms, '$.starts_at', ?1)",
    );
    tampered.bind(wrong).execute(&pool).await.unwrap();
    pool.close().await;

    let scheduler = Running::start_in(data).await;
    eventually(async || scheduler.session(&session["id"]).await["revision"] == 2).await;
    let kept = scheduler.session(&session["id"]).await;
    assert_eq!(kept["starts_at"], session["starts_at"]);
    assert_eq!(kept["starts_at_local"], session["starts_at_local"]);
    for at in [0, 1] {
        let person = scheduler.person(&session, at).await;
        let told: Value = person
            .get(&scheduler.at("/v1/notifications"))
            .await
            .json(200);
        assert_eq!(told["items"][0]["kind"], "session_rescheduled");
        assert_eq!(told["items"][0]["starts_at"], session["starts_at"]);
        let path = format!(
            "/v1/sessions/{}/calendar.ics",
            session["id"].as_str().unwrap()
        );
        let invitation: String = person.get(&scheduler.at(&path)).await.json(200);
        assert!(invitation.contains("SEQUENCE:1\r\n"), "{invitation}");
    }
}
