//! Sessions as iCalendar objects (RFC 5545): one to be invited or called off with, and a person's published for their
//! calendars (RFC 5546). Whichever way one comes, by mail, as a file or in a feed, it is the same event: a calendar that has it
//! already finds it by its UID, and takes what is newer from its organizer alone.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component as _, Event, EventLike as _, EventStatus, Property};
use scheduler_core::{BookedParticipant, BookedSession, unlinked};
use wire::{UnixMs, UserId};

/// Octets of a line without its end (RFC 5545, section 3.1).
const MAX_LINE_BYTES: usize = 75;

/// How often calendars ask for a feed again, as RFC 7986 writes an hour.
const REFRESH: &str = "PT1H";
/// What a feed is called in calendars.
const NAME: &str = "Rendezvous";

/// Where an object comes from: calendars that have seen it before know it again.
pub(crate) struct CalendarOrigin<'a> {
    /// The address of the web application, without a slash at its end.
    pub(crate) web_origin: &'a str,
    /// In whose name the sessions are.
    pub(crate) organizer: &'a CalendarOrganizer,
}

/// Whom calendars let change a session: whom its mails are from, so that what comes by both is one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CalendarOrganizer {
    pub(crate) name: String,
    /// The address that mails are from; none where none are sent.
    pub(crate) address: Option<String>,
}

/// Whose calendar an object is for.
pub(crate) struct CalendarReader<'a> {
    pub(crate) user: &'a UserId,
    /// By which their calendar knows that they are invited (RFC 6047), where nobody else is shown it.
    pub(crate) address: Option<&'a str>,
    /// Where they go from there.
    pub(crate) link: Option<&'a str>,
}

/// An iCalendar object, and what is done with it.
pub(crate) struct CalendarObject {
    pub(crate) text: String,
    /// `REQUEST` or `CANCEL`.
    pub(crate) method: &'static str,
}

impl CalendarOrigin<'_> {
    /// A session as it stands at `now`: the same UID at every revision, and a SEQUENCE that rises. Times are in UTC, so
    /// that no calendar's own rules of a time zone move them. Nobody's address but its reader's stands in it, and no answer is
    /// asked for.
    pub(crate) fn object(
        &self,
        session: &BookedSession,
        now: UnixMs,
        reader: Option<&CalendarReader<'_>>,
    ) -> CalendarObject {
        let method = match session.cancelled {
            true => "CANCEL",
            false => "REQUEST",
        };
        let mut event = self.event(session, now);
        for person in &session.participants {
            let own = reader.filter(|reader| *reader.user == person.user_id);
            let address = own.and_then(|reader| reader.address);
            event.append_multi_property(attendee(person, address));
        }
        let link = reader.and_then(|reader| reader.link);
        if let Some(link) = link.filter(|_| !session.cancelled) {
            event.url(link);
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
            .append_property(self.organizer());
        event
    }

    fn organizer(&self) -> Property {
        let CalendarOrganizer { name, address } = self.organizer;
        // A URI that takes no mail, where none is sent.
        let uri = address.as_ref().map(|address| format!("mailto:{address}"));
        let uri = uri.unwrap_or_else(|| self.web_origin.to_owned());
        let mut organizer = Property::new("ORGANIZER", uri);
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

/// By their address, as one who takes part already, or by their id.
fn attendee(person: &BookedParticipant, address: Option<&str>) -> Property {
    let uri = match address {
        Some(address) => format!("mailto:{address}"),
        None => format!("urn:uuid:{}", person.user_id),
    };
    let mut attendee = Property::new("ATTENDEE", uri);
    attendee
        .add_parameter("CN", &parameter(&unlinked(&person.name)))
        .add_parameter("ROLE", "REQ-PARTICIPANT");
    if address.is_some() {
        attendee
            .add_parameter("PARTSTAT", "ACCEPTED")
            .add_parameter("RSVP", "FALSE");
    }
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
