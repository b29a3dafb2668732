use serde_json::json;

use super::*;
use crate::booking::tests::NOW;
use crate::job::JobPayload;
use crate::settlement::tests::{counted, session};

fn event(kind: &str, data: serde_json::Value) -> Event {
    Event {
        id: "e".into(),
        kind: kind.into(),
        occurred_at: NOW,
        source: "signaling".into(),
        subject: "s".into(),
        revision: None,
        data,
    }
}

#[test]
fn sch_77_a_fact_goes_to_the_record_and_under_the_events_id_to_the_timeline() {
    let mut session = session();
    session.id = "s".into();
    let user = session.users()[0].clone();
    let joined = event("session.joined", json!({"user_id": user}));
    let Some(ReportedEvent::Fact {
        session: id,
        fact,
        item,
    }) = ReportedEvent::parse(&joined)
    else {
        panic!("a fact");
    };
    assert_eq!(id, session.id);
    let effects = note_fact(NOW, &joined, session, (fact, *item), &mut counted());
    let Some(SessionChange::Update(after)) = effects.session else {
        panic!("an update");
    };
    assert_eq!(after.record.joined_at(&user), [NOW]);
    assert_eq!(effects.timeline[0].id, "e");
}

#[test]
fn sch_89_who_was_kicked_stays_kicked_in_the_record() {
    let session = session();
    let [ana, bo] = session.users();
    let kicked = event("user.kicked", json!({"user_id": ana, "at": NOW}));
    let Some(ReportedEvent::Fact { fact, item, .. }) = ReportedEvent::parse(&kicked) else {
        panic!("a fact");
    };
    let effects = note_fact(NOW, &kicked, session, (fact, *item), &mut counted());
    let Some(SessionChange::Update(after)) = effects.session else {
        panic!("an update");
    };
    assert!(after.record.is_kicked(&ana) && !after.record.is_kicked(&bo));
    let stored = serde_json::to_string(&after.record).unwrap();
    assert_eq!(
        serde_json::from_str::<crate::record::Record>(&stored).unwrap(),
        after.record
    );
    assert_eq!(effects.timeline[0].item.user_id, Some(ana));
}

#[test]
fn sch_356_both_are_told_once_that_a_session_was_missed_whichever_report_comes_first() {
    let booked = session();
    let [ana, bo] = booked.users();
    let no_show = event("session.no_show", json!({"absent": [bo]}));
    let ended = event(
        "session.ended",
        json!({"reason": "no_show", "absent": [bo]}),
    );
    let left = event("session.ended", json!({"reason": "left"}));
    let noted = |session: BookedSession, event: &Event| {
        let Some(ReportedEvent::Fact { fact, item, .. }) = ReportedEvent::parse(event) else {
            panic!("a fact");
        };
        let effects = note_fact(NOW, event, session, (fact, *item), &mut counted());
        let Some(SessionChange::Update(after)) = effects.session else {
            panic!("an update");
        };
        (*after, effects.notifications)
    };
    for (first, second) in [(&no_show, &ended), (&ended, &no_show)] {
        let (after, told) = noted(booked.clone(), first);
        let kinds = told.iter().map(|new| new.notification.kind);
        assert_eq!(
            kinds.collect::<Vec<_>>(),
            [NotificationKind::SessionMissed; 2]
        );
        assert_eq!([&told[0].user, &told[1].user], [&ana, &bo]);
        assert_eq!(told[0].cause, format!("missed:{}", booked.id));
        assert_eq!(noted(after, second).1, []);
    }
    assert_eq!(noted(booked, &left).1, []);
}

#[test]
fn sch_66_what_makes_no_sense_is_passed_over() {
    for senseless in [
        event("session.exploded", json!({})),
        event("session.joined", json!({})),
        event("session.joined", json!("text")),
        event("session.scheduled", json!({"user_id": "u"})),
        event("message.unread", json!({"room_id": "r"})),
    ] {
        assert_eq!(ReportedEvent::parse(&senseless), None, "{senseless:?}");
    }
}

#[test]
fn sch_67_a_waiting_message_is_notified_once_until_it_is_read() {
    let session = session();
    let [user, _] = session.users();
    let unread = event("message.unread", json!({}));
    let notified = |user: &UserId, notification: Option<&str>| {
        let message = UnreadMessage {
            room: "r".into(),
            user: user.clone(),
            notification_id: notification.map(str::to_owned),
            digest: None,
        };
        notify_unread(NOW, &unread, &session, message, &mut counted())
    };
    let first = notified(&user, None);
    assert_eq!(first.notifications[0].cause, "event:e");
    // What is counted is what stands in the list.
    let stands_for = |effects: &Effects| match &effects.new_jobs[0].payload {
        Some(JobPayload::Unread {
            notification_id, ..
        }) => notification_id.clone(),
        None => String::new(),
    };
    assert_eq!(stands_for(&first), first.notifications[0].notification.id);
    let again = notified(&user, Some("n-1"));
    assert!(again.notifications.is_empty());
    assert_eq!(stands_for(&again), "n-1");
    assert_eq!(notified(&"stranger".into(), None), Effects::default());
}
