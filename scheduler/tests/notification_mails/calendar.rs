//! The calendar objects of mails, beside the file and as Python's `icalendar` reads them.

use serde_json::{Value, json};

use crate::{HOUR_MS, START, calendar_of, mailing, read_calendar, two};

/// The properties of the events of a calendar, sorted, without those that are named.
pub(crate) fn properties(calendar: &str, without: &[&str]) -> Vec<String> {
    let unfolded = calendar.replace("\r\n ", "");
    let event = unfolded.split("BEGIN:VEVENT").nth(1).unwrap();
    let named = |line: &&str| !without.iter().any(|name| line.starts_with(name));
    let mut lines: Vec<_> = event.lines().filter(named).map(str::to_owned).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn sch_403_a_mail_a_file_and_a_feed_have_one_event_property_by_property() {
    let Some((mailpit, scheduler)) = mailing(json!({})).await else {
        return;
    };
    let session = scheduler.book(two(START)).await;
    let path = scheduler.at(&format!("/v1/sessions/{}", session["id"].as_str().unwrap()));
    let user = session["participants"][0]["user_id"].as_str().unwrap();
    let file = format!("{path}/calendar.ics?user_id={user}");
    let moved = json!({"starts_at": START + HOUR_MS});
    for (subject, method) in [
        ("meet", "REQUEST"),
        ("Moved", "REQUEST"),
        ("Cancelled", "CANCEL"),
    ] {
        match subject {
            "Moved" => drop(scheduler.app.patch(&path, moved.clone()).await),
            "Cancelled" => drop(
                scheduler
                    .app
                    .post(&format!("{path}/cancel"), json!({}))
                    .await,
            ),
            _ => {}
        }
        let search = format!("to:ana@example.org subject:{subject}");
        let mail = mailpit.mail(&search).await;
        let mailed = calendar_of(&mailpit, &mail, method).await;
        let given: String = scheduler.app.get(&file).await.json(200);
        assert!(given.contains(&format!("METHOD:{method}\r\n")), "{given}");
        let due = properties(&mailed, &["DTSTAMP"]);
        assert_eq!(properties(&given, &["DTSTAMP"]), due);
        assert!(
            due.iter()
                .any(|line| line == "ORGANIZER;CN=Blue Guides:mailto:meet@example.net")
        );
        if method == "REQUEST" {
            // Whoever has the link is not shown whose it was.
            let page = scheduler.person(&session, 0).await;
            let shown: String = page.get(&format!("{path}/calendar.ics")).await.json(200);
            assert!(!shown.contains("ana@example.org"), "{shown}");
            let rest = ["DTSTAMP", "ATTENDEE"];
            assert_eq!(properties(&shown, &rest), properties(&mailed, &rest));
        }
    }
}

#[tokio::test]
async fn sch_326_what_is_moved_or_called_off_is_so_in_the_calendar_too() {
    let Some((mailpit, scheduler)) = mailing(json!({})).await else {
        return;
    };
    let session = scheduler.book(two(START)).await;
    let path = scheduler.at(&format!("/v1/sessions/{}", session["id"].as_str().unwrap()));
    let moved = json!({"starts_at": START + HOUR_MS});
    let _: Value = scheduler.app.patch(&path, moved).await.json(200);
    let search = "to:ana@example.org subject:Moved";
    let mail = mailpit.mail(search).await;
    let subject = "Moved: your session with 민지, Sunday, 17 March 2030, 18:46";
    assert_eq!(mail["Subject"], subject);
    let first = calendar_of(&mailpit, &mail, "REQUEST").await;
    let _: Value = scheduler
        .app
        .post(&format!("{path}/cancel"), json!({}))
        .await
        .json(200);
    let mail = mailpit.mail("to:ana@example.org subject:Cancelled").await;
    let last = calendar_of(&mailpit, &mail, "CANCEL").await;
    if let (Some(first), Some(last)) = (read_calendar(&first), read_calendar(&last)) {
        assert_eq!(first["uid"], last["uid"]);
        assert_eq!(
            (&first["sequence"], &last["sequence"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(
            (&last["method"], &last["status"]),
            (&json!("CANCEL"), &json!("CANCELLED"))
        );
        assert_eq!(last["url"], Value::Null);
    }
}
