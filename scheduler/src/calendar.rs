//! Sessions as iCalendar objects (RFC 5545): one to be invited or called off with, and a person's published for their
//! calendars (RFC 5546).

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus, Property};
use scheduler_core::{BookedSession, PEOPLE};
use wire::{UnixMs, UserId};

/// Octets of a line without its end (RFC 5545, section 3.1).
const MAX_LINE_BYTES: usize = 75;

/// How often calendars ask for a feed again, as RFC 7986 writes an hour.
const REFRESH: &str = "PT1H";
/// What a feed is called in calendars, and in whose name people with an account are invited.
const NAME: &str = "Rendezvous";

/// Where an object comes from: calendars that have seen it before know it again.
pub(crate) struct CalendarOrigin<'a> {
    /// The address of the web application, without a slash at its end.
    pub(crate) web_origin: &'a str,
}

/// An iCalendar object, and what is done with it.
pub(crate) struct CalendarObject {
    pub(crate) text: String,
    /// `REQUEST` or `CANCEL`.
    pub(crate) method: &'static str,
}

impl CalendarOrigin<'_> {
    /// A session as it stands at `now`: the same UID at every revision, and a SEQUENCE that rises. Times are in UTC, so
    /// that no calendar's own rules of a time zone move them. `join_url` is its reader's.
    pub(crate) fn session(
        &self,
        session: &BookedSession,
        now: UnixMs,
        join_url: Option<&str>,
    ) -> CalendarObject {
        let method = method(session);
        let mut event = self.event(session, now);
        for person in &session.participants {
            event.append_multi_property(attendee(&person.name, person.user_id.as_str()));
        }
        if let Some(join_url) = join_url {
            event.url(join_url);
        }
        let mut calendar = calendar(method);
        calendar.push(event);
        CalendarObject {
            text: folded(&calendar.to_string()),
            method,
        }
    }

    /// The same for a mail to `reader` (RFC 6047): by their address alone calendars know whose it is. Nobody else's stands in
    /// it, and no answer is asked for.
    pub(crate) fn mailed(
        &self,
        session: &BookedSession,
        now: UnixMs,
        (reader, address): (&UserId, &str),
        organizer: (&str, &str),
        join_url: Option<&str>,
    ) -> CalendarObject {
        let method = method(session);
        let mut event = self.event(session, now);
        let (name, from) = organizer;
        let mut organizer = Property::new("ORGANIZER", format!("mailto:{from}"));
        organizer.add_parameter("CN", &parameter(name));
        event.append_property(organizer);
        for person in &session.participants {
            event.append_multi_property(match person.user_id == *reader {
                true => mailed_attendee(&person.name, address),
                false => attendee(&person.name, person.user_id.as_str()),
            });
        }
        if let Some(join_url) = join_url {
            event.url(join_url);
        }
        let mut calendar = calendar(method);
        calendar.push(event);
        CalendarObject {
            text: folded(&calendar.to_string()),
            method,
        }
    }

    /// Sessions of a person for their calendars. Each is the event that its invitation is, without those who attend
    /// and without anything that opens it; those that were called off are among them.
    pub(crate) fn feed(&self, sessions: &[BookedSession], now: UnixMs) -> String {
        let mut refresh = Property::new("REFRESH-INTERVAL", REFRESH);
        refresh.add_parameter("VALUE", "DURATION");
        let mut calendar = calendar("PUBLISH");
        calendar
            .append_property(("NAME", NAME))
            .append_property(("X-WR-CALNAME", NAME))
            .append_property(refresh)
            .append_property(("X-PUBLISHED-TTL", REFRESH));
        for session in sessions {
            calendar.push(self.event(session, now));
        }
        folded(&calendar.to_string())
    }

    fn event(&self, session: &BookedSession, now: UnixMs) -> Event {
        let terms = &session.terms;
        let ends_at = terms.starts_at + terms.countdown_ms + terms.duration_ms;
        let [first, second] = &session.participants;
        let status = match session.cancelled {
            true => EventStatus::Cancelled,
            false => EventStatus::Confirmed,
        };
        let mut event = Event::with_uid(&format!("{}@{}", session.id, self.host()));
        event
            .timestamp(utc(now))
            .sequence(u32::try_from(session.revision.saturating_sub(1)).unwrap_or(u32::MAX))
            .starts(utc(terms.starts_at))
            .ends(utc(ends_at))
            .summary(&unlinked(&format!(
                "{} \u{2013} {}",
                first.name, second.name
            )))
            .status(status)
            .append_property(self.organizer(&session.application));
        event
    }

    /// An address that is a URI and takes no mail: none is configured.
    fn organizer(&self, application: &str) -> Property {
        let name = match application {
            PEOPLE => NAME,
            application => application,
        };
        let mut organizer = Property::new("ORGANIZER", self.web_origin);
        organizer.add_parameter("CN", &parameter(name));
        organizer
    }

    fn host(&self) -> &str {
        let host = self
            .web_origin
            .split_once("://")
            .map_or("", |(_, rest)| rest);
        host.split(['/', ':']).next().unwrap_or_default()
    }
}

/// What a calendar is to do with a session.
fn method(session: &BookedSession) -> &'static str {
    match session.cancelled {
        true => "CANCEL",
        false => "REQUEST",
    }
}

fn calendar(method: &str) -> Calendar {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Rendezvous//Sessions//EN"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .append_property(("METHOD", method));
    calendar
}

fn utc(at: UnixMs) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default()
}

fn attendee(name: &str, user_id: &str) -> Property {
    let mut attendee = Property::new("ATTENDEE", format!("urn:uuid:{user_id}"));
    attendee
        .add_parameter("CN", &parameter(name))
        .add_parameter("ROLE", "REQ-PARTICIPANT");
    attendee
}

/// The reader of a mail, who takes part already.
fn mailed_attendee(name: &str, address: &str) -> Property {
    let mut attendee = Property::new("ATTENDEE", format!("mailto:{address}"));
    attendee
        .add_parameter("CN", &parameter(name))
        .add_parameter("ROLE", "REQ-PARTICIPANT")
        .add_parameter("PARTSTAT", "ACCEPTED")
        .add_parameter("RSVP", "FALSE");
    attendee
}

/// A text as the value of a parameter, which knows no escapes but these (RFC 6868).
fn parameter(text: &str) -> String {
    text.replace('^', "^^")
        .replace('"', "^'")
        .replace('\n', "^n")
}

/// The same lines, folded: `icalendar` counts the space that continues a line for all but the last part of it.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        let mut room = MAX_LINE_BYTES;
        for c in line.chars() {
            if c.len_utf8() > room {
                folded.push_str("\r\n ");
                room = MAX_LINE_BYTES - 1;
            }
            room -= c.len_utf8();
            folded.push(c);
        }
        folded.push_str("\r\n");
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::StoreHarness;
    use crate::store::sql::tests::OwnDatabase;

    const ORIGIN: CalendarOrigin<'_> = CalendarOrigin {
        web_origin: "https://meet.example.org/app",
    };
    const NOW: UnixMs = UnixMs(1_899_999_000_000);

    async fn booked() -> BookedSession {
        let database = OwnDatabase::new(storage::testing::TestEngine::Sqlite).await;
        let database = database.expect("a file is always there");
        StoreHarness::kept_open(database).booked().await
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
        let booked =
            lines(&ORIGIN.session(&session, NOW, Some("https://meet.example.org/app/join#t")));
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
        let called_off = lines(&ORIGIN.session(&session, NOW, None));
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
        let object = ORIGIN.session(&session, NOW, None);
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
        let invitation =
            lines(&ORIGIN.session(&session, NOW, Some("https://meet.example.org/app/join#t")));
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
        for same in ["UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS"] {
            assert_eq!(value(first, same), value(&invitation, same), "{same}");
        }
        assert_eq!(value(second, "STATUS"), "CANCELLED");
        assert_eq!(value(second, "SEQUENCE"), "2");
    }
}
