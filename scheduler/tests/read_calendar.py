"""Reads an iCalendar object from standard input by the Python library `icalendar`, which is not what wrote it, and prints
what it says as JSON: its one event, or with `feed` all of them."""

import json
import sys

from icalendar import Calendar


def told(event):
    attendees = event.get("ATTENDEE", [])
    return {
        "uid": event["UID"],
        "sequence": event["SEQUENCE"],
        "stamp_offset_s": event["DTSTAMP"].dt.utcoffset().total_seconds(),
        "start_s": event["DTSTART"].dt.timestamp(),
        "end_s": event["DTEND"].dt.timestamp(),
        "summary": event["SUMMARY"],
        "status": event["STATUS"],
        "organizer": event["ORGANIZER"].params["CN"],
        "attendees": [[one.params["CN"], one] for one in attendees],
        "url": event.get("URL"),
        "errors": event.errors,
    }


calendar = Calendar.from_ical(sys.stdin.buffer.read())
events = [told(event) for event in calendar.walk("VEVENT")]
if sys.argv[1:] == ["feed"]:
    said = {"refresh": calendar["REFRESH-INTERVAL"].to_ical().decode(), "events": events}
else:
    [said] = events
print(json.dumps({"method": calendar["METHOD"], **said}))
