"""Webhooks that the running scheduler sends to a server of ours."""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
import queue
import unittest
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

from product import SOON_S, client, offer, respond, serving

from rendezvous_server import RendezvousError, verify_webhook

Received = tuple[bytes, dict[str, str]]


@contextlib.contextmanager
def endpoint() -> Iterator[tuple[str, Callable[[], Received]]]:
    """The address of a server, and what hands out each request when it is there."""
    received: queue.Queue[Received] = queue.Queue()

    def take(request: BaseHTTPRequestHandler, body: bytes) -> None:
        received.put((body, dict(request.headers.items())))
        respond(request, 204)

    with serving(take) as server:
        yield server.url, lambda: received.get(timeout=SOON_S)


def code_of(body: str | bytes, headers: dict[str, str], secrets: str | list[str], **options: float) -> str:
    try:
        verify_webhook(body, headers, secrets, **options)
    except RendezvousError as error:
        return error.code
    return "taken"


class Webhooks(unittest.TestCase):
    def test_sdk_8_what_the_scheduler_sends_is_verified_and_has_the_fields_of_its_type(self) -> None:
        rendezvous = client()
        with endpoint() as (url, next_one):
            webhook = rendezvous.webhooks.create({"url": url, "events": ["session.scheduled", "session.cancelled"]})
            secret = webhook.get("secret") or ""
            session = rendezvous.sessions.book(offer())
            body, headers = next_one()
            event = verify_webhook(body, headers, secret)
            assert event["type"] == "session.scheduled"
            self.assertEqual(event["data"]["subject"], session["id"])
            self.assertEqual(event["data"]["session"]["starts_at"], session["starts_at"])
            self.assertEqual(code_of(body.decode(), headers, [secret]), "taken")

            tampered = body.replace(session["id"].encode(), b"another")
            other = "whsec_" + base64.b64encode(bytes([7] * 32)).decode()
            self.assertEqual(code_of(tampered, headers, secret), "bad_signature")
            self.assertEqual(code_of(body, headers, other), "bad_signature")
            self.assertEqual(code_of(body, {**headers, "webhook-id": "x"}, secret), "bad_signature")
            self.assertEqual(code_of(body, {}, secret), "missing_header")
            now = datetime.now(UTC)
            for minutes, code in ((6, "too_old"), (-6, "too_new"), (4, "taken")):
                at = (now + timedelta(minutes=minutes)).timestamp()
                self.assertEqual(code_of(body, headers, secret, now=at), code)

            newer = rendezvous.webhooks.rotate(webhook["id"])["secret"]
            rendezvous.sessions.cancel(session["id"])
            body, headers = next_one()
            for known in (secret, newer, [other, newer]):
                self.assertEqual(code_of(body, headers, known), "taken")
            rendezvous.webhooks.delete(webhook["id"])

    def test_sdk_8_an_endpoint_is_tried_changed_and_tells_of_its_deliveries(self) -> None:
        rendezvous = client()
        with endpoint() as (url, next_one):
            webhook = rendezvous.webhooks.create({"url": url, "events": ["session.live"]})
            sent = rendezvous.webhooks.test(webhook["id"])["delivery_id"]
            body, headers = next_one()
            self.assertEqual(verify_webhook(body, headers, webhook.get("secret") or "")["type"], "webhook.test")
            self.assertEqual([delivery["id"] for delivery in rendezvous.webhooks.deliveries(webhook["id"])], [sent])
            self.assertEqual(rendezvous.webhooks.change(webhook["id"], {"state": "disabled"})["state"], "disabled")
            self.assertEqual(rendezvous.webhooks.get(webhook["id"]).get("reason"), "asked")
            rendezvous.webhooks.delete(webhook["id"])
        self.assertNotIn(webhook["id"], [each["id"] for each in rendezvous.webhooks.list()])

    def test_sdk_9_signatures_are_those_of_the_official_library_whatever_else_stands_beside_them(self) -> None:
        library: Any = importlib.import_module("standardwebhooks.webhooks")
        secret = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
        data = {"subject": "s", "word": "민지"}
        body = json.dumps({"type": "session.opened", "timestamp": "2030-01-01T00:00:00Z", "data": data}, ensure_ascii=False)
        now = datetime.now(UTC)
        stamp = str(int(now.timestamp()))

        def headers(signature: str) -> dict[str, str]:
            return {"Webhook-Id": "msg_1", "Webhook-Timestamp": stamp, "Webhook-Signature": signature}

        def signed(text: str) -> str:
            signature = library.Webhook(secret).sign(msg_id="msg_1", timestamp=now, data=text)
            assert isinstance(signature, str)
            return signature

        good = signed(body)
        for right in (good, f"v1a,AAAA v1,AAAA {good}"):
            self.assertEqual(code_of(body, headers(right), secret), "taken")
        for wrong in ("v1,", "v1", good[3:], good.replace("v1", "v2"), "v1,AAAA", f"{good[:-6]}AAAAA="):
            self.assertEqual(code_of(body, headers(wrong), secret), "bad_signature", wrong)
        self.assertEqual(code_of("[]", headers(signed("[]")), secret), "malformed")
        self.assertEqual(code_of(body, {**headers(good), "Webhook-Timestamp": "1e9"}, secret), "bad_timestamp")
        nothing: list[str] = []
        for none in ("", "whsec_", nothing):
            with self.assertRaises(ValueError):
                verify_webhook(body, headers(good), none)
        with self.assertRaises(TypeError):
            verify_webhook(json.loads(body), headers(good), secret)


if __name__ == "__main__":
    unittest.main()
