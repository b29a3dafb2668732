//! Gifts to addresses, with the mails that tell of them.

mod running;

use running::browser::{Browser, address};
use running::mail_server::MailServer;
use running::{Running, eventually};
use serde_json::{Value, json};
use testkit::{Http, HttpResponse, now};

const HOUR_MS: i64 = 3_600_000;

async fn sending_to(mails: &MailServer) -> Running {
    let settings = mails.settings();
    Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.email = Some(settings);
    })
    .await
}

/// Somebody who has shown that their address is theirs.
async fn verified(scheduler: &Running, mails: &mut MailServer, name: &str) -> Browser {
    let (mut browser, _) = Browser::signed_up(scheduler, name).await;
    confirm(&mut browser, mails, name).await;
    browser
}

/// Opens the link of the next mail, which asks that person to confirm their address.
async fn confirm(browser: &mut Browser, mails: &mut MailServer, name: &str) {
    let token = mails.token("verify", &address(name)).await;
    let path = "/v1/email-verification/confirm";
    let answer = browser.post(path, json!({"token": token})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// What whoever has a link is shown.
async fn shown(scheduler: &Running, token: &str) -> HttpResponse {
    let url = scheduler.at("/v1/gifts/claim");
    Http::new().post(&url, json!({"token": token})).await
}

fn to(name: &str, kind: &str) -> Value {
    json!({
        "to": {"email": address(name)}, "kind": kind, "letter": "Shall we dance?",
        "opens_at": now() + HOUR_MS,
    })
}

fn token_of(gift: &Value) -> String {
    let url = gift["claim_url"].as_str().unwrap();
    url.split_once("/gift#").unwrap().1.to_owned()
}

async fn box_of(browser: &mut Browser, which: &str) -> Vec<Value> {
    let page: Value = browser
        .get(&format!("/v1/gifts?box={which}"))
        .await
        .json(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn sch_234_a_gift_to_an_address_comes_to_whoever_confirms_it() {
    let Some(mut mails) = MailServer::start("take").await else {
        return;
    };
    let scheduler = sending_to(&mails).await;
    let mut ana = verified(&scheduler, &mut mails, "Ana").await;
    let sent: Value = ana.post("/v1/gifts", to("Bo", "special")).await.json(201);
    assert_eq!(sent["to"], json!({"email": "bo@example.org"}));
    let mail = mails.next().await;
    assert_eq!(mail["to"], json!(["bo@example.org"]));
    let whole = mail.to_string();
    for typed in ["dance", "Ana", "ana@"] {
        assert!(
            !whole.contains(typed),
            "nothing that its giver typed: {whole}"
        );
    }
    let body = mail["body"].as_str().unwrap();
    assert!(body.lines().any(|line| sent["claim_url"] == line), "{body}");

    let token = token_of(&sent);
    let expected = json!({
        "id": sent["id"], "kind": "special", "state": "sealed", "sent_at": sent["sent_at"],
        "opens_at": sent["opens_at"], "to": {},
    });
    let before = shown(&scheduler, &token).await;
    assert_eq!(before.json::<Value>(200), expected);
    assert_eq!(shown(&scheduler, "x").await.problem(404), "not_found");

    let path = format!("/v1/gifts/{}", sent["id"].as_str().unwrap());
    let (mut bo, _) = Browser::signed_up(&scheduler, "Bo").await;
    assert!(
        box_of(&mut bo, "received").await.is_empty(),
        "unverified counts as none"
    );
    assert_eq!(bo.get(&path).await.problem(404), "not_found");
    confirm(&mut bo, &mut mails, "Bo").await;
    let received: Value = bo.get(&path).await.json(200);
    assert_eq!(
        (&received["state"], received.get("letter")),
        (&json!("sealed"), None)
    );
    let told: Value = bo.get("/v1/notifications").await.json(200);
    assert_eq!(told["items"][0]["gift_id"], sent["id"]);
    assert_eq!(ana.get(&path).await.json::<Value>(200), sent, "as before");
    assert_eq!(box_of(&mut ana, "sent").await, std::slice::from_ref(&sent));
    let again = shown(&scheduler, &token).await;
    assert_eq!(
        again.json::<Value>(200),
        expected,
        "the link tells of nothing"
    );

    let peeked: Value = bo.post(&format!("{path}/peek"), json!({})).await.json(200);
    assert_eq!(peeked["letter"], "Shall we dance?");
    assert!(peeked.get("claim_url").is_none(), "of its giver alone");
    let opened: Value = ana.get(&path).await.json(200);
    assert_eq!(
        (&opened["state"], &opened["to"]["name"]),
        (&json!("opened"), &json!("Bo"))
    );
    assert_eq!(opened["claim_url"], sent["claim_url"]);
}

#[tokio::test]
async fn sch_236_an_answer_does_not_tell_who_has_an_account_and_who_wants_no_mail() {
    let Some(mut mails) = MailServer::start("take").await else {
        return;
    };
    let scheduler = sending_to(&mails).await;
    let mut ana = verified(&scheduler, &mut mails, "Ana").await;
    let mut bo = verified(&scheduler, &mut mails, "Bo").await;
    let mut due = to("Bo", "plain");
    due["opens_at"] = json!(now());
    let known: Value = ana.post("/v1/gifts", due.clone()).await.json(201);
    due["to"] = json!({"email": "nobody@example.org"});
    let unknown: Value = ana.post("/v1/gifts", due).await.json(201);
    let names = |gift: &Value| {
        gift.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&known), names(&unknown));
    assert_eq!(
        (&known["state"], &unknown["state"]),
        (&json!("sealed"), &json!("sealed"))
    );
    for name in ["bo", "nobody"] {
        let mail = mails.next().await;
        assert_eq!(mail["to"], json!([format!("{name}@example.org")]));
    }
    let path = format!("/v1/gifts/{}", known["id"].as_str().unwrap());
    // It came without being asked for, and stays sealed until Bo reads it.
    eventually(async || {
        let told: Value = bo.get("/v1/notifications").await.json(200);
        told["items"][0]["gift_id"] == known["id"]
    })
    .await;
    assert_eq!(ana.get(&path).await.json::<Value>(200), known);
    let read = box_of(&mut bo, "received").await;
    assert_eq!(read[0]["letter"], "Shall we dance?");
    assert_eq!(ana.get(&path).await.json::<Value>(200)["to"]["name"], "Bo");

    let (mut cy, _) = Browser::signed_up(&scheduler, "Cy").await;
    let unverified = cy.post("/v1/gifts", to("Bo", "plain")).await;
    assert_eq!(unverified.problem(403), "forbidden");
    let own = ana.post("/v1/gifts", to("Ana", "plain")).await;
    assert_eq!(own.problem(422), "invalid_field");
    assert_eq!(own.body["errors"][0]["code"], "same_person");
}

#[tokio::test]
async fn sch_235_one_click_refuses_all_further_mails_and_a_look_at_the_link_none() {
    let Some(mut mails) = MailServer::start("take").await else {
        return;
    };
    let scheduler = sending_to(&mails).await;
    let mut ana = verified(&scheduler, &mut mails, "Ana").await;
    let gift = async |ana: &mut Browser| -> Value {
        ana.post("/v1/gifts", to("Bo", "plain")).await.json(201)
    };
    gift(&mut ana).await;
    let mail = mails.next().await;
    let post = &mail["headers"]["list-unsubscribe-post"];
    assert_eq!(post, "List-Unsubscribe=One-Click");
    let header = mail["headers"]["list-unsubscribe"].as_str().unwrap();
    let link = header.trim_matches(['<', '>']).to_owned();
    assert!(
        link.starts_with(&scheduler.at("/v1/mail-refusals/")),
        "{link}"
    );
    assert!(
        mail["body"]
            .as_str()
            .unwrap()
            .lines()
            .any(|line| line == link)
    );

    // A mail program looks at the link before anybody does.
    let page = Http::new().get(&link).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    gift(&mut ana).await;
    assert_eq!(mails.next().await["to"], json!(["bo@example.org"]));
    let click = reqwest::Client::new()
        .post(&link)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "null")
        .body("List-Unsubscribe=One-Click");
    assert_eq!(click.send().await.unwrap().status(), 200);
    let sent = gift(&mut ana).await;
    assert!(sent["claim_url"].is_string(), "it looks as any other");
    // What somebody asks for themselves still comes, and it is the next mail: there was none of the gift.
    let mut bo = verified(&scheduler, &mut mails, "Bo").await;
    assert_eq!(box_of(&mut bo, "received").await.len(), 3);
    let wrong = Http::new()
        .post(&scheduler.at("/v1/mail-refusals/x"), json!({}))
        .await;
    assert_eq!(wrong.problem(404), "not_found");
}
