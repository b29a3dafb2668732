"""Bookings, tickets and links, asked of the running scheduler."""

from __future__ import annotations

import json
import unittest
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from typing import Any

from product import HOUR_MS, SOON_S, client, now_ms, offer, url
from websockets.sync.client import connect

from rendezvous_server import RendezvousError
from rendezvous_server.openapi_generated import TicketResponse


def answered(ticket: TicketResponse, subprotocol: str, first: Mapping[str, object]) -> Any:
    """The first frame of a service for whoever has the ticket."""
    with connect(ticket["url"], subprotocols=[subprotocol], open_timeout=SOON_S, proxy=None) as socket:  # type: ignore[list-item]
        socket.send(json.dumps(first))
        return json.loads(socket.recv(SOON_S))


class Sessions(unittest.TestCase):
    def test_sdk_1_a_session_is_booked_read_moved_listed_and_cancelled(self) -> None:
        rendezvous = client()
        asked = offer()
        asked["metadata"] = {"order": "a-17"}
        booked = rendezvous.sessions.book(asked)
        self.assertEqual(booked["state"], "scheduled")
        for person in booked["participants"]:
            self.assertIn("/join#", person.get("join_url") or "")
        later = booked["starts_at"] + HOUR_MS
        moved = rendezvous.sessions.change(booked["id"], {"starts_at": later}, revision=booked["revision"])
        self.assertEqual((moved["starts_at"], moved["revision"]), (later, booked["revision"] + 1))
        read = rendezvous.sessions.get(booked["id"])
        self.assertEqual((read["starts_at"], read.get("metadata")), (later, {"order": "a-17"}))
        self.assertEqual(rendezvous.sessions.cancel(booked["id"])["state"], "cancelled")
        kinds = [item["type"] for item in rendezvous.sessions.timeline(booked["id"])]
        self.assertEqual(kinds, ["session.scheduled", "session.rescheduled", "session.cancelled"])

    def test_sdk_1_rooms_and_matches_are_made_and_an_application_is_read(self) -> None:
        rendezvous = client()
        participants = offer()["participants"]
        room = rendezvous.rooms.create({"participants": participants, "name": "Team"})
        self.assertEqual(rendezvous.rooms.change(room["id"], {"name": "Crew"}).get("name"), "Crew")
        larger = rendezvous.rooms.add_members(room["id"], [{"external_id": str(uuid.uuid4()), "name": "Cy"}])
        self.assertEqual(len(larger["members"]), 3)
        rendezvous.rooms.remove_member(room["id"], larger["members"][2]["user_id"])
        self.assertIn(room["id"], [each["id"] for each in rendezvous.rooms.list()])
        rendezvous.rooms.close(room["id"])
        self.assertEqual(len(rendezvous.matches.create({"participants": participants})["participants"]), 2)
        changed = rendezvous.change_application({"allowed_origins": ["https://shop.example"]})
        self.assertEqual(rendezvous.application()["allowed_origins"], changed["allowed_origins"])

    def test_sdk_2_signaling_lets_in_who_has_a_ticket_and_chat_too(self) -> None:
        rendezvous = client()
        session = rendezvous.sessions.book(offer(now_ms() + 60_000))
        ann = session["participants"][0]["user_id"]
        call = rendezvous.sessions.ticket(session["id"], ann)
        self.assertEqual(answered(call, "rendezvous.v1", {"type": "join", "ticket": call["ticket"]})["type"], "welcome")
        chat = rendezvous.rooms.ticket(ann)
        hello = {"type": "hello", "ticket": chat["ticket"], "device_id": "d"}
        self.assertEqual(answered(chat, "rendezvous.chat.v1", hello)["type"], "welcome")

    def test_sdk_2_a_join_link_opens_its_session_and_a_renewed_one_replaces_it(self) -> None:
        rendezvous = client()
        session = rendezvous.sessions.book(offer())
        ann = session["participants"][0]
        renewed = rendezvous.sessions.renew_link(session["id"], ann["user_id"])

        def trade(link: str) -> Any:
            body = json.dumps({"token": link.partition("#")[2]}).encode()
            request = urllib.request.Request(f"{url()}/v1/join", body, {"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=SOON_S) as answer:
                return json.loads(answer.read())

        with self.assertRaises(urllib.error.HTTPError) as refused:
            trade(ann.get("join_url") or "")
        refused.exception.close()
        self.assertEqual(refused.exception.code, 401)
        self.assertEqual(trade(renewed["join_url"])["session"]["id"], session["id"])

    def test_sdk_3_a_collection_is_walked_page_by_page_each_item_once(self) -> None:
        rendezvous = client()
        begin = now_ms() + 40 * HOUR_MS
        booked = [rendezvous.sessions.book(offer(begin + at * 60_000))["id"] for at in range(7)]
        listed = rendezvous.sessions.list(from_ms=begin, to_ms=begin + 7 * 60_000, state="scheduled", limit=3)
        self.assertEqual([session["id"] for session in listed], booked)

    def test_sdk_4_a_refusal_has_its_status_its_code_and_the_fields_that_are_wrong(self) -> None:
        rendezvous = client()
        asked = offer()
        asked["duration_ms"] = 1
        with self.assertRaises(RendezvousError) as wrong:
            rendezvous.sessions.book(asked)
        fields = [error["field"] for error in wrong.exception.errors]
        self.assertEqual((wrong.exception.status, wrong.exception.code, fields), (422, "invalid_field", ["duration_ms"]))
        self.assertIn("duration_ms", str(wrong.exception))
        with self.assertRaises(RendezvousError) as unknown:
            rendezvous.sessions.get("no/such?session")
        self.assertEqual((unknown.exception.status, unknown.exception.code), (404, "not_found"))
        session = rendezvous.sessions.book(offer())
        with self.assertRaises(RendezvousError) as stale:
            rendezvous.sessions.cancel(session["id"], revision=session["revision"] + 1)
        self.assertEqual((stale.exception.status, stale.exception.code), (412, "precondition_failed"))


if __name__ == "__main__":
    unittest.main()
