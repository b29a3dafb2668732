//! Mails of accounts, sent to a real mail server: confirming an address, and resetting a password.

mod running;

use running::browser::{Browser, PASSWORD, address, signup};
use running::mail_server::{MailServer, settings_at};
use running::{Running, eventually};
use serde_json::{Value, json};
use testkit::Http;

const CONFIRM: &str = "/v1/email-verification/confirm";
const RESET: &str = "/v1/password-reset";

/// A scheduler that sends its mails to that server.
async fn sending_to(mails: &MailServer) -> Running {
    let settings = mails.settings();
    Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.email = Some(settings);
    })
    .await
}

async fn signed_up(scheduler: &Running, mails: &mut MailServer, name: &str) -> (Browser, String) {
    let (browser, _) = Browser::signed_up(scheduler, name).await;
    let token = mails.token("verify", &address(name)).await;
    (browser, token)
}

/// Until the one mail that is to be sent is given up.
async fn until_dead(scheduler: &Running) {
    let database = scheduler.data.path().join("scheduler/scheduler.db");
    let url = format!("sqlite://{}?mode=ro", database.display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    eventually(async || {
        let states = sqlx::query_scalar::<_, String>("SELECT state FROM mails");
        states.fetch_all(&pool).await.unwrap() == ["dead"]
    })
    .await;
}

#[tokio::test]
async fn sch_140_an_address_is_confirmed_once_and_by_the_login_that_asked() {
    let Some(mut mails) = MailServer::start("take").await else {
        return;
    };
    let scheduler = sending_to(&mails).await;
    let mut ana = Browser::of(&scheduler);
    let mut body = signup("Ana");
    body["locale"] = json!("ko");
    assert_eq!(ana.post("/v1/signup", body).await.status, 201);
    let mail = mails.next().await;
    assert_eq!(mail["from"], "meet@example.net");
    assert_eq!(mail["headers"]["from"], "Meet <meet@example.net>");
    assert_eq!(mail["headers"]["subject"], "이메일 주소를 확인해 주세요");
    assert_eq!(mail["headers"]["auto-submitted"], "auto-generated");
    let text = mail["body"].as_str().unwrap();
    let start = format!("{}/verify#", scheduler.url);
    let link = text.lines().find(|line| line.starts_with(&start)).unwrap();
    let token = json!({"token": link.split_once('#').unwrap().1});

    let mut laptop = Browser::logged_in(&scheduler, "Ana").await;
    let elsewhere = laptop.post(CONFIRM, token.clone()).await;
    assert_eq!(elsewhere.problem(422), "bad_token", "another login");
    let (mut bo, _) = signed_up(&scheduler, &mut mails, "Bo").await;
    assert_eq!(
        bo.post(CONFIRM, token.clone()).await.problem(422),
        "bad_token"
    );
    let nobody = Browser::of(&scheduler).post(CONFIRM, token.clone()).await;
    assert_eq!(nobody.problem(401), "unauthenticated");
    let user: Value = ana.post(CONFIRM, token.clone()).await.json(200);
    assert_eq!(user["email_verified"], true);
    assert_eq!(
        ana.post(CONFIRM, token).await.problem(422),
        "bad_token",
        "once"
    );
    let again = ana.post("/v1/email-verification", json!({})).await;
    assert_eq!(again.problem(409), "conflict", "it is confirmed");
}

#[tokio::test]
async fn sch_140_another_address_counts_once_it_is_confirmed() {
    let Some(mut mails) = MailServer::start("take").await else {
        return;
    };
    let scheduler = sending_to(&mails).await;
    let (mut ana, _) = signed_up(&scheduler, &mut mails, "Ana").await;
    signed_up(&scheduler, &mut mails, "Bo").await;
    let taken = ana
        .patch("/v1/me", json!({"email": "BO@example.org"}))
        .await;
    assert_eq!(taken.problem(409), "email_taken");
    let user: Value = ana
        .patch("/v1/me", json!({"email": "new@example.org"}))
        .await
        .json(200);
    assert_eq!(user["email"], "ana@example.org");
    let token = mails.token("verify", "new@example.org").await;
    let user: Value = ana.post(CONFIRM, json!({"token": token})).await.json(200);
    assert_eq!(
        (&user["email"], &user["email_verified"]),
        (&json!("new@example.org"), &json!(true))
    );
    let login = |email: &str| json!({"email": email, "password": PASSWORD});
    let mut browser = Browser::of(&scheduler);
    assert_eq!(
        browser
            .post("/v1/login", login("ana@example.org"))
            .await
            .problem(401),
        "bad_login"
    );
    assert_eq!(
        browser
            .post("/v1/login", login("new@example.org"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn sch_142_a_reset_proves_the_address_and_puts_everybody_out() {
    let Some(mut mails) = MailServer::start("take").await else {
        return;
    };
    let scheduler = sending_to(&mails).await;
    // Somebody has opened an account with an address that is not theirs.
    let (mut squatter, verify) = signed_up(&scheduler, &mut mails, "Ana").await;
    let mut owner = Browser::of(&scheduler);
    let ask = json!({"email": " Ana@Example.org"});
    let unknown = json!({"email": "nobody@example.org"});
    for body in [unknown, json!({"email": "nobody"}), ask] {
        let answer = owner.post(RESET, body).await;
        assert_eq!((answer.status, answer.body), (202, Value::Null));
    }
    let token = mails.token("reset", "ana@example.org").await;
    let confirm = |password: &str| json!({"token": token, "password": password});
    let path = "/v1/password-reset/confirm";
    let weak = owner.post(path, confirm("password")).await;
    assert_eq!(weak.problem(422), "weak_password");
    let as_verify = squatter.post(CONFIRM, json!({"token": token})).await;
    assert_eq!(as_verify.problem(422), "bad_token", "of another kind");
    assert_eq!(
        owner
            .post(path, confirm("another horse battery"))
            .await
            .status,
        204
    );
    assert_eq!(
        owner
            .post(path, confirm("a third horse battery"))
            .await
            .problem(422),
        "bad_token"
    );
    assert_eq!(squatter.get("/v1/me").await.problem(401), "unauthenticated");
    let login = json!({"email": "ana@example.org", "password": "another horse battery"});
    let user: Value = owner.post("/v1/login", login).await.json(200);
    assert_eq!(user["email_verified"], true);
    let late = owner.post(CONFIRM, json!({"token": verify})).await;
    assert_eq!(
        late.problem(422),
        "bad_token",
        "what was asked for before is void"
    );
}

#[tokio::test]
async fn sch_139_one_address_gets_three_mails_an_hour() {
    let Some(mut mails) = MailServer::start("take").await else {
        return;
    };
    let scheduler = sending_to(&mails).await;
    let (mut ana, _) = signed_up(&scheduler, &mut mails, "Ana").await;
    for _ in 0..2 {
        let asked = ana.post("/v1/email-verification", json!({})).await;
        assert_eq!(asked.status, 202);
        mails.token("verify", "ana@example.org").await;
    }
    let refused = ana.post("/v1/email-verification", json!({})).await;
    assert_eq!(refused.problem(429), "rate_limited");
    let wait = refused.headers["retry-after"].to_str().unwrap();
    let wait: u32 = wait.parse().unwrap();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    // It is not told to whom it may be no business.
    let asked = Browser::of(&scheduler)
        .post(RESET, json!({"email": "ana@example.org"}))
        .await;
    assert_eq!(asked.status, 202);
    // The next mail is Bo's: there was none to Ana in between.
    signed_up(&scheduler, &mut mails, "Bo").await;
}

#[tokio::test]
async fn sch_139_a_mail_that_was_put_off_is_sent_again_and_one_that_was_refused_is_not() {
    let Some(mut mails) = MailServer::start("defer").await else {
        return;
    };
    let scheduler = sending_to(&mails).await;
    let (mut ana, _) = Browser::signed_up(&scheduler, "Ana").await;
    let token = mails.token("verify", "ana@example.org").await;
    assert_eq!(ana.post(CONFIRM, json!({"token": token})).await.status, 200);

    let Some(mut mails) = MailServer::start("refuse").await else {
        return;
    };
    let scheduler = sending_to(&mails).await;
    Browser::signed_up(&scheduler, "Ana").await;
    until_dead(&scheduler).await;
    signed_up(&scheduler, &mut mails, "Bo").await;
}

#[tokio::test]
async fn sch_140_where_no_mail_is_sent_no_address_can_be_confirmed() {
    let scheduler = Running::start().await;
    let (mut ana, _) = Browser::signed_up(&scheduler, "Ana").await;
    let answer = ana.post("/v1/email-verification", json!({})).await;
    assert_eq!(answer.problem(409), "conflict");
    let body = json!({"email": "ana@example.org"});
    let answer = Http::new().post(&scheduler.at(RESET), body).await;
    assert_eq!(answer.status, 202);
}

#[tokio::test]
async fn sch_396_a_mail_that_waits_while_the_mail_server_is_taken_away_is_given_up() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = settings_at(nobody.local_addr().unwrap().port());
    drop(nobody);
    let scheduler = Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.email = Some(settings);
    })
    .await;
    Browser::signed_up(&scheduler, "Ana").await;
    let scheduler = Running::start_in(scheduler.stop().await).await;
    until_dead(&scheduler).await;
}
