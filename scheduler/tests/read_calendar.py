"""Reads an iCalendar object from standard input by the Python library `icalendar`, which is not what wrote it, and prints what it says as JSON."""

import json
import sys

from icalendar import Calendar

calendar = Calendar.from_ical(sys.stdin.buffer.read())
[event] = calendar.walk("VEVENT")
attendees = event["ATTENDEE"]
print(
    json.dumps(
        {
            "method": calendar["METHOD"],
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
    )
)
