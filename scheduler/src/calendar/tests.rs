//! Objects, line by line.

use std::sync::LazyLock;

use super::*;
use crate::store::contract::StoreHarness;
use crate::store::sql::tests::OwnDatabase;

const LINK: &str = "https://meet.example.org/app/join#t";

static ORGANIZER: LazyLock<CalendarOrganizer> = LazyLock::new(|| CalendarOrganizer {
    name: "Meet".to_owned(),
    address: Some("meet@example.net".to_owned()),
});
static ORIGIN: LazyLock<CalendarOrigin<'static>> = LazyLock::new(|| CalendarOrigin {
    web_origin: "https://meet.example.org/app",
    organizer: &ORGANIZER,
});
const NOW: UnixMs = UnixMs(1_899_999_000_000);

async fn booked() -> BookedSession {
    let database = OwnDatabase::new(storage::testing::TestEngine::Sqlite).await;
    let database = database.expect("a file is always there");
    StoreHarness::kept_open(database).booked().await
}

/// For the first of the two, whose address is known.
fn for_first(session: &BookedSession) -> CalendarObject {
    let reader = CalendarReader {
        user: &session.participants[0].user_id,
        address: Some("ana@example.org"),
        link: Some(LINK),
    };
    ORIGIN.object(session, NOW, Some(&reader))
}

/// The lines of an object, unfolded.
fn lines(object: &CalendarObject) -> Vec<String> {
    let text = object.text.replace("\r\n ", "");
    text.split_terminator("\r\n").map(str::to_owned).collect()
}

fn value<'a>(lines: &'a [String], name: &str) -> &'a str {
    let mut found = lines
        .iter()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let value = found
        .next()
        .unwrap_or_else(|| panic!("no {name} in {lines:#?}"));
    assert_eq!(found.next(), None, "{name} twice");
    value
}

#[tokio::test]
async fn sch_125_an_object_has_one_uid_and_a_sequence_that_rises_until_it_calls_off() {
    let mut session = booked().await;
    let booked = lines(&for_first(&session));
    assert_eq!(value(&booked, "METHOD"), "REQUEST");
    assert_eq!(
        value(&booked, "UID"),
        format!("{}@meet.example.org", session.id)
    );
    assert_eq!(value(&booked, "SEQUENCE"), "0");
    assert_eq!(value(&booked, "DTSTAMP"), "20300317T173000Z");
    assert_eq!(value(&booked, "DTSTART"), "20300317T175640Z");
    assert_eq!(value(&booked, "DTEND"), "20300317T175745Z");
    assert_eq!(value(&booked, "STATUS"), "CONFIRMED");
    assert_eq!(value(&booked, "URL"), "https://meet.example.org/app/join#t");
    (session.revision, session.cancelled) = (3, true);
    let called_off = lines(&for_first(&session));
    assert_eq!(value(&called_off, "METHOD"), "CANCEL");
    assert_eq!(value(&called_off, "SEQUENCE"), "2");
    assert_eq!(value(&called_off, "STATUS"), "CANCELLED");
    assert_eq!(value(&called_off, "UID"), value(&booked, "UID"));
    assert!(!called_off.iter().any(|line| line.starts_with("URL")));
}

#[tokio::test]
async fn sch_125_what_people_are_called_breaks_no_line_and_no_parameter() {
    let mut session = booked().await;
    session.participants[0].name = "a;b,c:\\n \"d\" ^e".into();
    session.participants[1].name = "\u{ae40}".repeat(100);
    let object = ORIGIN.object(&session, NOW, None);
    for line in object.text.split_terminator("\r\n") {
        assert!(
            line.len() <= MAX_LINE_BYTES && !line.contains(['\r', '\n']),
            "{line:?}"
        );
    }
    let lines = lines(&object);
    let summary = format!(
        "a\\;b\\,c:\\\\n \"d\" ^e \u{2013} {}",
        session.participants[1].name
    );
    assert_eq!(value(&lines, "SUMMARY"), summary);
    let attendee = format!(
        "ATTENDEE;CN=\"a;b,c:\\n ^'d^' ^^e\";ROLE=REQ-PARTICIPANT:urn:uuid:{}",
        session.participants[0].user_id
    );
    assert!(lines.contains(&attendee), "{lines:#?}");
}

#[tokio::test]
async fn sch_243_a_feed_has_the_events_of_the_invitations_and_nobody_who_attends() {
    let mut session = booked().await;
    session.revision = 2;
    let invitation = lines(&for_first(&session));
    let mut cancelled = session.clone();
    (cancelled.id, cancelled.revision, cancelled.cancelled) = ("other".into(), 3, true);
    let text = ORIGIN.feed(&[session.clone(), cancelled], NOW);
    let object = CalendarObject {
        text,
        method: "PUBLISH",
    };
    let all = lines(&object);
    assert_eq!(value(&all, "METHOD"), "PUBLISH");
    assert_eq!(value(&all, "REFRESH-INTERVAL;VALUE=DURATION"), "PT1H");
    assert_eq!(value(&all, "X-PUBLISHED-TTL"), "PT1H");
    for hidden in ["ATTENDEE", "URL", "DESCRIPTION"] {
        assert!(!all.iter().any(|line| line.starts_with(hidden)), "{hidden}");
    }
    let events: Vec<_> = all.split(|line| line == "BEGIN:VEVENT").skip(1).collect();
    let [first, second] = events.as_slice() else {
        panic!("{all:#?}");
    };
    let same = [
        "UID",
        "SEQUENCE",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "STATUS",
        "ORGANIZER;CN=Meet",
    ];
    for same in same {
        assert_eq!(value(first, same), value(&invitation, same), "{same}");
    }
    assert_eq!(value(second, "STATUS"), "CANCELLED");
    assert_eq!(value(second, "SEQUENCE"), "2");
}

#[tokio::test]
async fn sch_403_no_address_but_the_readers_stands_in_an_object_and_nobodys_without_one() {
    let session = booked().await;
    let attendees = |object: &CalendarObject| -> Vec<String> {
        let lines = lines(object).into_iter();
        lines.filter(|line| line.starts_with("ATTENDEE")).collect()
    };
    let mailed = attendees(&for_first(&session));
    let [own, other] = mailed.as_slice() else {
        panic!("{mailed:?}");
    };
    for part in ["PARTSTAT=ACCEPTED", "RSVP=FALSE", ":mailto:ana@example.org"] {
        assert!(own.contains(part), "{own}");
    }
    assert!(other.contains(":urn:uuid:"), "{other}");
    let plain = attendees(&ORIGIN.object(&session, NOW, None));
    assert_eq!(plain[1], *other);
    assert!(plain[0].contains(":urn:uuid:"), "{plain:?}");
}
