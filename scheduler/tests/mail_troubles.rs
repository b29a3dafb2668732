//! Notifications as mails, where the mail server puts them off, refuses them, or is not there.

mod running;

use running::mail_server::{MailServer, settings_at};
use running::{Running, eventually};
use scheduler::EmailSettings;
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use testkit::{free_ports, now};

const HOUR_MS: i64 = 3_600_000;

async fn sending_by(settings: EmailSettings) -> Running {
    let scheduler = Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.email = Some(settings);
    })
    .await;
    let url = scheduler.at("/v1/application");
    let change = json!({"channels": ["in_app", "email"]});
    let _: Value = scheduler.app.patch(&url, change).await.json(200);
    scheduler
}

/// Ana has an address, Bo has none.
fn offer(email: &str, starts_at: i64) -> Value {
    json!({
        "participants": [
            {"external_id": "ana", "name": "Ana", "email": email},
            {"external_id": "bo", "name": "Bo"},
        ],
        "starts_at": starts_at,
    })
}

async fn booked(scheduler: &Running, email: &str) -> Value {
    scheduler.book(offer(email, now().0 + HOUR_MS)).await
}

/// What became of the one mail of a session, as it is stored.
async fn mail_of(scheduler: &Running, session: &Value) -> Option<Value> {
    let file = scheduler.data.path().join("scheduler/scheduler.db");
    let options = SqliteConnectOptions::new().filename(file).read_only(true);
    let mut connection = options.connect().await.unwrap();
    let row: Option<(String, Option<String>, i64)> = sqlx::query_as(
        "SELECT state, reason, attempts FROM deliveries WHERE session_id = ? AND channel = 'email'",
    )
    .bind(session["id"].as_str())
    .fetch_optional(&mut connection)
    .await
    .unwrap();
    row.map(
        |(state, reason, attempts)| json!({"state": state, "reason": reason, "attempts": attempts}),
    )
}

async fn until_state(scheduler: &Running, session: &Value, state: &str) -> Value {
    let mail = async || mail_of(scheduler, session).await.unwrap_or_default();
    eventually(async || mail().await["state"] == state).await;
    mail().await
}

#[tokio::test]
async fn sch_331_what_a_server_puts_off_comes_later_and_a_full_mailbox_is_tried_again() {
    for trouble in ["greylist", "defer", "full"] {
        let Some(mut mails) = MailServer::start(trouble).await else {
            return;
        };
        let scheduler = sending_by(mails.settings()).await;
        let session = booked(&scheduler, "ana@example.org").await;
        let mail = mails.next().await;
        assert_eq!(mail["to"], json!(["ana@example.org"]), "{trouble}");
        let told = until_state(&scheduler, &session, "sent").await;
        assert_eq!(told["attempts"], 2, "{trouble}: {told}");
    }
}

#[tokio::test]
async fn sch_332_a_mail_whose_answer_was_lost_is_sent_again_as_the_same() {
    let Some(mut mails) = MailServer::start("drop").await else {
        return;
    };
    let scheduler = sending_by(mails.settings()).await;
    booked(&scheduler, "ana@example.org").await;
    let (first, second) = (mails.next().await, mails.next().await);
    assert_eq!(
        first["headers"]["message-id"],
        second["headers"]["message-id"]
    );
    assert_eq!(first["raw"], second["raw"], "byte for byte");
}

#[tokio::test]
async fn sch_333_an_address_that_is_not_known_there_gets_nothing_more_until_another_is_given() {
    let Some(mut mails) = MailServer::start("unknown").await else {
        return;
    };
    let scheduler = sending_by(mails.settings()).await;
    let first = booked(&scheduler, "Ana@example.org").await;
    let told = until_state(&scheduler, &first, "failed").await;
    let reason = told["reason"].as_str().unwrap();
    assert!(
        reason.contains("550") && !reason.contains("example.org"),
        "{reason}"
    );
    let second = booked(&scheduler, "ana@example.org").await;
    let told = until_state(&scheduler, &second, "suppressed").await;
    assert_eq!(told["reason"], "address_refused");
    let third = booked(&scheduler, "ana@example.net").await;
    assert_eq!(mails.next().await["to"], json!(["ana@example.net"]));
    until_state(&scheduler, &third, "sent").await;
    // Given anew, it may be there by now.
    booked(&scheduler, "ana@example.org").await;
    assert_eq!(mails.next().await["to"], json!(["ana@example.org"]));
}

#[tokio::test]
async fn sch_333_a_servers_policy_and_what_it_says_of_a_text_mark_no_address() {
    for trouble in ["policy", "refuse"] {
        let Some(mut mails) = MailServer::start(trouble).await else {
            return;
        };
        let scheduler = sending_by(mails.settings()).await;
        let first = booked(&scheduler, "ana@example.org").await;
        let told = until_state(&scheduler, &first, "failed").await;
        assert_eq!(told["attempts"], 1, "{told}");
        booked(&scheduler, "ana@example.org").await;
        assert_eq!(mails.next().await["to"], json!(["ana@example.org"]));
    }
}

#[tokio::test]
async fn sch_331_a_server_that_was_away_gets_the_mail_when_it_is_back() {
    let [port, ..] = free_ports();
    let scheduler = sending_by(settings_at(port)).await;
    let session = booked(&scheduler, "ana@example.org").await;
    eventually(async || {
        let mail = mail_of(&scheduler, &session).await;
        mail.is_some_and(|mail| mail["attempts"].as_i64() >= Some(2))
    })
    .await;
    let Some(mut mails) = MailServer::start_at("take", port).await else {
        return;
    };
    assert_eq!(mails.next().await["to"], json!(["ana@example.org"]));
    until_state(&scheduler, &session, "sent").await;
}

#[tokio::test]
async fn sch_334_an_address_gets_so_many_mails_a_day_and_a_booking_without_one_gets_none() {
    let Some(mut mails) = MailServer::start("take").await else {
        return;
    };
    let mut settings = mails.settings();
    settings.pace.daily_limit = 2;
    let scheduler = sending_by(settings).await;
    for _ in 0..2 {
        booked(&scheduler, "ana@example.org").await;
        mails.next().await;
    }
    let third = booked(&scheduler, "ANA@example.org").await;
    let told = until_state(&scheduler, &third, "suppressed").await;
    assert_eq!(told["reason"], "daily_limit");
    booked(&scheduler, "ana@example.net").await;
    assert_eq!(
        mails.next().await["to"],
        json!(["ana@example.net"]),
        "and none of Bo's between"
    );
    assert!(mails.is_silent().await);
}
