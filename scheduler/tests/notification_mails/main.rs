//! Notifications as mails, read by a mail program that is not ours: Mailpit, and the calendar by Python's `icalendar`.

#[path = "../running/mod.rs"]
mod running;

mod calendar;

use std::io::Write as _;
use std::process::{Command, Stdio};

use calendar::properties;
use running::browser::Browser;
use running::mailpit::Mailpit;
use running::{Running, eventually};
use scheduler::EmailSettings;
use serde_json::{Value, json};
use testkit::{Http, now};

const HOUR_MS: i64 = 3_600_000;
/// 2030-03-17T17:46:40Z, a Sunday.
const START: i64 = 1_900_000_000_000;

async fn sending_by(settings: EmailSettings) -> Running {
    Running::start_with(tempfile::tempdir().unwrap(), |config| {
        config.email = Some(settings);
    })
    .await
}

/// Lets the application send mails.
async fn may_mail(scheduler: &Running, said: Value) {
    let mut change = json!({"channels": ["in_app", "email"], "sender_name": "Blue Guides", "reply_to": "help@guides.example"});
    let given = said.as_object().unwrap().clone();
    change.as_object_mut().unwrap().extend(given);
    let url = scheduler.at("/v1/application");
    let _: Value = scheduler.app.patch(&url, change).await.json(200);
}

/// A mail program, and a scheduler that sends to it, whose application may mail; `None` where Mailpit is missing.
async fn mailing(said: Value) -> Option<(Mailpit, Running)> {
    let mailpit = Mailpit::start().await?;
    let scheduler = sending_by(mailpit.settings()).await;
    may_mail(&scheduler, said).await;
    Some((mailpit, scheduler))
}

/// Ana in London, who reads English, and 민지 in Seoul, who reads Korean.
fn two(starts_at: i64) -> Value {
    json!({
        "participants": [
            {"external_id": "ana", "name": "Ana <b>", "email": "ana@example.org", "locale": "en-GB", "time_zone": "Europe/London"},
            {"external_id": "minji", "name": "민지", "email": "minji@example.org", "locale": "ko", "time_zone": "Asia/Seoul"},
        ],
        "starts_at": starts_at,
    })
}

/// What Python's `icalendar` reads; `None` where it is not installed, which is a failure in CI.
fn read_calendar(text: &str) -> Option<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/read_calendar.py");
    let python = Command::new("/usr/bin/python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let read = python.and_then(|mut python| {
        python.stdin.take().unwrap().write_all(text.as_bytes())?;
        python.wait_with_output()
    });
    if let Ok(Ok(read)) = read.map(|output| serde_json::from_slice(&output.stdout)) {
        return Some(read);
    }
    testkit::left_out("python3-icalendar: scripts/install-test-deps.sh");
    None
}

/// The calendar that is attached, and whether its part of the mail says the same.
async fn calendar_of(mailpit: &Mailpit, mail: &Value, method: &str) -> String {
    let raw = mailpit.of(mail, "raw").await;
    let raw = raw.as_str().unwrap();
    let kind = format!("text/calendar; charset=utf-8; method={method}");
    assert!(raw.replace("\r\n ", " ").contains(&kind), "{raw}");
    let attached = mail["Attachments"].as_array().unwrap();
    let [attached] = attached.as_slice() else {
        panic!("{mail}");
    };
    assert_eq!(attached["FileName"], "invite.ics");
    let part = attached["PartID"].as_str().unwrap();
    let text = mailpit.of(mail, &format!("part/{part}")).await;
    text.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sch_325_who_is_booked_gets_an_invitation_in_their_language_and_calendar() {
    let Some((mailpit, scheduler)) = mailing(json!({})).await else {
        return;
    };
    let session = scheduler.book(two(START)).await;

    let mail = mailpit.mail("to:minji@example.org").await;
    assert_eq!(
        mail["From"],
        json!({"Name": "Blue Guides", "Address": "meet@example.net"})
    );
    assert_eq!(mail["ReplyTo"][0]["Address"], "help@guides.example");
    assert_eq!(
        mail["Subject"],
        "Ana <b> 님과 만나요: 2030년 3월 18일 월요일 오전 2:46"
    );
    let text = mail["Text"].as_str().unwrap();
    assert!(text.contains("Asia/Seoul (UTC+09:00)"), "{text}");
    let join_url = session["participants"][1]["join_url"].as_str().unwrap();
    assert!(text.lines().any(|line| line == join_url), "{text}");
    let html = mail["HTML"].as_str().unwrap();
    assert!(
        html.contains("Ana &lt;b&gt;") && !html.contains("<b>"),
        "{html}"
    );
    assert!(html.contains(join_url) && html.contains("lang=\"ko\""));
    let headers = mailpit.of(&mail, "headers").await;
    assert_eq!(headers["Auto-Submitted"], json!(["auto-generated"]));
    assert_eq!(
        headers["List-Unsubscribe-Post"],
        json!(["List-Unsubscribe=One-Click"])
    );

    let calendar = calendar_of(&mailpit, &mail, "REQUEST").await;
    let id = session["id"].as_str().unwrap();
    if let Some(event) = read_calendar(&calendar) {
        assert_eq!(
            (&event["method"], &event["sequence"]),
            (&json!("REQUEST"), &json!(0))
        );
        assert_eq!(event["uid"], format!("{id}@127.0.0.1"));
        assert_eq!(event["start_s"], json!(1_900_000_000.0));
        assert_eq!(event["organizer"], "Blue Guides");
        assert_eq!(
            event["attendees"][1],
            json!(["민지", "mailto:minji@example.org"])
        );
        let other = event["attendees"][0][1].as_str().unwrap();
        assert!(
            other.starts_with("urn:uuid:"),
            "no address of others: {other}"
        );
        assert_eq!(event["url"], join_url);
        assert_eq!(event["errors"], json!([]));
    }
    let english = mailpit.mail("to:ana@example.org").await;
    assert_eq!(
        english["Subject"],
        "You meet 민지: Sunday, 17 March 2030, 17:46"
    );
}

#[tokio::test]
async fn sch_402_what_people_are_called_is_no_link_in_a_mail_and_makes_no_header() {
    let said = json!({"sender_name": "Pay www.evil.example"});
    let Some((mailpit, scheduler)) = mailing(said).await else {
        return;
    };
    let mut booking = two(START);
    booking["participants"][1]["name"] =
        json!("Bo http://evil.example\r\nBcc: eve@evil.example \u{2028}win@evil.example");
    scheduler.book(booking).await;
    let mail = mailpit.mail("to:ana@example.org").await;
    let headers = mailpit.of(&mail, "headers").await;
    assert_eq!(headers.get("Bcc"), None, "{headers}");
    let calendar = calendar_of(&mailpit, &mail, "REQUEST").await;
    let calendar = calendar.replace("\r\n ", "");
    let subject = mail["Subject"].as_str().unwrap();
    let from = mail["From"]["Name"].as_str().unwrap();
    for said in [
        subject,
        from,
        mail["Text"].as_str().unwrap(),
        mail["HTML"].as_str().unwrap(),
        &calendar,
    ] {
        assert!(said.contains("evil. example"), "{said}");
        for linked in ["evil.example", "http://evil", "@evil.example"] {
            assert!(!said.contains(linked), "{linked} in {said}");
        }
    }
    let links = mailpit.of(&mail, "link-check").await;
    let links = links["Links"].as_array().unwrap();
    let is_ours = |link: &Value| link["URL"].as_str().unwrap().starts_with(&scheduler.url);
    assert!(!links.is_empty() && links.iter().all(is_ours), "{links:?}");
}

#[tokio::test]
async fn sch_327_mail_programs_can_show_a_mail_and_follow_its_links() {
    let Some((mailpit, scheduler)) = mailing(json!({})).await else {
        return;
    };
    let mut offer = two(now().0 + HOUR_MS);
    offer["remind_before_ms"] = json!([HOUR_MS - 1_000]);
    scheduler.book(offer).await;
    // A reminder, which has no calendar, and an invitation, which has.
    let mut seen = Vec::new();
    for search in [
        "to:ana@example.org subject:\"You meet\"",
        "to:ana@example.org subject:\"your session\"",
    ] {
        let mail = mailpit.mail(search).await;
        let html = mailpit.of(&mail, "html-check").await;
        let supported = html["Total"]["Supported"].as_f64().unwrap();
        let unsupported = html["Total"]["Unsupported"].as_f64().unwrap();
        assert!(supported >= 85.0 && unsupported <= 8.0, "{}", html["Total"]);
        let links = mailpit.of(&mail, "link-check").await;
        assert_eq!(links["Errors"], 0, "{links}");
        assert!(links["Links"].as_array().unwrap().len() >= 2, "{links}");
        seen.push(mail["Attachments"].as_array().map_or(0, Vec::len));
    }
    assert_eq!(seen, [1, 0]);
}

#[tokio::test]
async fn sch_328_one_click_stops_the_mails_to_a_person_a_look_at_the_link_does_not_and_it_is_undone()
 {
    let Some((mailpit, scheduler)) = mailing(json!({})).await else {
        return;
    };
    scheduler.book(two(START)).await;
    let mail = mailpit.mail("to:ana@example.org").await;
    let headers = mailpit.of(&mail, "headers").await;
    let link = headers["List-Unsubscribe"][0].as_str().unwrap();
    let link = link.trim_matches(['<', '>']).to_owned();
    assert!(
        link.starts_with(&scheduler.at("/v1/mail-unsubscriptions/")),
        "{link}"
    );
    let page = Http::new().get(&link).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    scheduler.book(two(START + HOUR_MS)).await;
    eventually(async || mailpit.count("to:ana@example.org").await == 2).await;

    for _ in 0..2 {
        let click = reqwest::Client::new()
            .post(&link)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "null")
            .body("List-Unsubscribe=One-Click");
        assert_eq!(click.send().await.unwrap().status(), 200);
    }
    scheduler.book(two(START + 2 * HOUR_MS)).await;
    // The other one of the session still gets hers, planned after Ana's.
    eventually(async || mailpit.count("to:minji@example.org").await == 3).await;
    assert_eq!(mailpit.count("to:ana@example.org").await, 2);

    // The page that is shown then, and the link's own from then on, have the way back.
    let http = Http::new();
    let page: String = http.get(&link).await.json(200);
    let token = link.rsplit_once('/').unwrap().1;
    assert!(page.contains(&format!("action=\"{token}/undo\"")), "{page}");
    for _ in 0..2 {
        let undone = http.post(&format!("{link}/undo"), json!({})).await;
        assert_eq!(undone.status, 200);
    }
    let page: String = http.get(&link).await.json(200);
    assert!(!page.contains("/undo"), "{page}");
    scheduler.book(two(START + 3 * HOUR_MS)).await;
    eventually(async || mailpit.count("to:ana@example.org").await == 3).await;
    let wrong = scheduler.at("/v1/mail-unsubscriptions/x/undo");
    assert_eq!(http.post(&wrong, json!({})).await.problem(404), "not_found");
    let wrong = scheduler.at("/v1/mail-unsubscriptions/x");
    assert_eq!(
        Http::new().post(&wrong, json!({})).await.problem(404),
        "not_found"
    );
}

/// Somebody with an account who has confirmed their address by the mail that Mailpit has.
async fn confirmed(scheduler: &Running, mailpit: &Mailpit, name: &str) -> (Browser, Value) {
    let (mut browser, user) = Browser::signed_up(scheduler, name).await;
    let search = format!("to:{}@example.org subject:Confirm", name.to_lowercase());
    let mail = mailpit.mail(&search).await;
    let text = mail["Text"].as_str().unwrap();
    let link = text.lines().find(|line| line.contains("/verify#")).unwrap();
    let token = link.split_once('#').unwrap().1.trim();
    let path = "/v1/email-verification/confirm";
    let answer = browser.post(path, json!({"token": token})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    (browser, user)
}

#[tokio::test]
async fn sch_329_people_with_an_account_are_told_by_mail_until_they_say_no() {
    let Some(mailpit) = Mailpit::start().await else {
        return;
    };
    let scheduler = sending_by(mailpit.settings()).await;
    let (mut ana, ana_user) = confirmed(&scheduler, &mailpit, "Ana").await;
    let (mut bo, bo_user) = confirmed(&scheduler, &mailpit, "Bo").await;
    let proof = mailpit.mail("to:bo@example.org subject:Confirm").await;
    let headers = mailpit.of(&proof, "headers").await;
    assert_eq!(
        headers.get("List-Unsubscribe"),
        None,
        "nobody stops a proof"
    );
    // A feed goes two years ahead.
    let soon = (now() + HOUR_MS).0;
    let gift = |user: &Value| json!({"to": {"user_id": user["id"]}, "kind": "special", "letter": "canary-letter", "times": [soon]});
    assert_eq!(ana.post("/v1/gifts", gift(&bo_user)).await.status, 201);
    let mail = mailpit.mail("to:bo@example.org subject:gift").await;
    assert!(!mail.to_string().contains("canary-letter"));
    assert_eq!(bo.post("/v1/gifts", gift(&ana_user)).await.status, 201);
    let mail = mailpit.mail("to:bo@example.org subject:meet").await;
    let text = mail["Text"].as_str().unwrap();
    assert!(text.contains(&scheduler.at("/session/")), "{text}");
    assert!(text.contains(&scheduler.at("/account")), "{text}");
    mailpit.mail("to:ana@example.org subject:matched").await;

    let mailed = calendar_of(&mailpit, &mail, "REQUEST").await;
    let page: Value = bo.get("/v1/sessions").await.json(200);
    let id = page["items"][0]["id"].as_str().unwrap();
    let file = bo.get(&format!("/v1/sessions/{id}/calendar.ics")).await;
    let file: String = file.json(200);
    assert_eq!(
        properties(&file, &["DTSTAMP"]),
        properties(&mailed, &["DTSTAMP"])
    );
    let feed: Value = bo.post("/v1/me/calendar", json!({})).await.json(200);
    let feed: String = Http::new()
        .get(feed["url"].as_str().unwrap())
        .await
        .json(200);
    let not_fed = ["DTSTAMP", "ATTENDEE", "URL", "END:VCALENDAR"];
    assert_eq!(properties(&feed, &not_fed), properties(&mailed, &not_fed));

    let headers = mailpit.of(&mail, "headers").await;
    let link = headers["List-Unsubscribe"][0].as_str().unwrap();
    let link = link.trim_matches(['<', '>']);
    assert_eq!(Http::new().post(link, json!({})).await.status, 200);
    let me: Value = bo.get("/v1/me").await.json(200);
    assert_eq!(me["notify"]["email"], false);
    assert_eq!(me["notify"]["push"], true, "nothing else has changed");
    assert!(me["notify"]["email_stopped_at"].is_i64(), "{me}");
    let on = json!({"notify": {"email": true}});
    let me: Value = bo.patch("/v1/me", on).await.json(200);
    assert_eq!(me["notify"]["email"], true);
    assert!(me["notify"].get("email_stopped_at").is_none(), "{me}");
    let gift = json!({"to": {"user_id": bo_user["id"]}, "kind": "plain", "letter": "Hi"});
    let (mut cy, _) = Browser::signed_up(&scheduler, "Cy").await;
    assert_eq!(cy.post("/v1/gifts", gift).await.status, 201);
    eventually(async || mailpit.count("to:bo@example.org subject:gift").await == 2).await;
}

#[tokio::test]
async fn sch_330_an_applications_own_words_stand_in_its_mails() {
    let Some(mailpit) = Mailpit::start().await else {
        return;
    };
    let scheduler = sending_by(mailpit.settings()).await;
    let templates = json!({"session_scheduled": {
        "en": {
            "subject": "{{ application }}: {{ with }}", "text": "Dear {{ name }},\n\n{{ date }}, {{ time }}\n{{ link }}",
            "html": "<p>Dear {{ name }}, <a href=\"{{ link }}\">come</a></p>",
        },
    }});
    may_mail(&scheduler, json!({"templates": templates})).await;
    let session = scheduler.book(two(START)).await;
    let mail = mailpit.mail("to:ana@example.org").await;
    assert_eq!(mail["Subject"], "Blue Guides: 민지");
    let text = mail["Text"].as_str().unwrap();
    let join_url = session["participants"][0]["join_url"].as_str().unwrap();
    assert!(
        text.starts_with("Dear Ana <b>,") && text.contains("Sunday, 17 March 2030, 17:46"),
        "{text}"
    );
    assert!(
        text.contains(join_url) && text.contains("/v1/mail-unsubscriptions/"),
        "{text}"
    );
    let html = mail["HTML"].as_str().unwrap();
    assert!(html.contains("<p>Dear Ana &lt;b&gt;, <a href="), "{html}");

    let url = scheduler.at("/v1/application");
    let wrong = json!({"templates": {"session_scheduled": {"en": {"subject": "{{ password }}", "text": "{% for x in y %}"}}}});
    let answer = scheduler.app.patch(&url, wrong).await;
    assert_eq!(answer.problem(422), "invalid_field");
    let errors = answer.body["errors"].as_array().unwrap();
    let found: Vec<_> = errors
        .iter()
        .map(|error| {
            (
                error["field"].as_str().unwrap(),
                error["code"].as_str().unwrap(),
            )
        })
        .collect();
    let field = |part: &str| format!("templates.session_scheduled.en.{part}");
    assert_eq!(
        found,
        [
            (field("subject").as_str(), "unknown_placeholder"),
            (field("text").as_str(), "bad_template")
        ]
    );
}
