"""When a call is tried again: a server between the SDK and the running scheduler refuses, hangs, or loses the answer."""

from __future__ import annotations

import contextlib
import http.server
import threading
import time
import unittest
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

from product import SOON_S, api_key, client, offer, respond, serving, url

from rendezvous_server import Rendezvous, RendezvousError

Request = http.server.BaseHTTPRequestHandler
Pass = Callable[[], tuple[int, bytes, str]]
Between = Callable[[int, Request, Pass], None]


@contextlib.contextmanager
def through(between: Between, **options: float) -> Iterator[tuple[Rendezvous, list[dict[str, str]]]]:
    """A client whose requests go through `between`, and the headers of those that came."""
    seen: list[dict[str, str]] = []

    def answer(request: Request, body: bytes) -> None:
        seen.append({name.lower(): value for name, value in request.headers.items()})

        def passed() -> tuple[int, bytes, str]:
            headers = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "connection")}
            onward = urllib.request.Request(url() + request.path, body or None, headers, method=request.command)
            with urllib.request.urlopen(onward, timeout=SOON_S) as answer:
                return answer.status, answer.read(), answer.headers["content-type"]

        between(len(seen), request, passed)

    with serving(answer) as server:
        yield Rendezvous(server.url, api_key(), **options), seen  # type: ignore[arg-type]


def refused(status: int, after: str | None = None) -> Between:
    headers = {} if after is None else {"retry-after": after}
    return lambda _, request, __: respond(request, status, headers=headers)


def pass_on(request: Request, passed: Pass) -> None:
    status, body, media = passed()
    respond(request, status, body, {"content-type": media})


def cut(request: Request) -> None:
    request.close_connection = True
    request.connection.shutdown(2)


class Retries(unittest.TestCase):
    def failed(self, call: Callable[[], object]) -> RendezvousError:
        with self.assertRaises(RendezvousError) as failed:
            call()
        return failed.exception

    def test_sdk_5_what_is_refused_for_now_is_asked_again_after_the_wait_that_is_named(self) -> None:
        refused_at: list[float] = []

        def between(attempt: int, request: Request, passed: Pass) -> None:
            if attempt == 1:
                refused_at.append(time.monotonic())
                respond(request, 503, headers={"retry-after": "1"})
            elif attempt == 2:
                respond(request, 429)
            else:
                pass_on(request, passed)

        with through(between) as (rendezvous, seen):
            self.assertEqual(rendezvous.sessions.book(offer())["state"], "scheduled")
            self.assertEqual(len(seen), 3)
            self.assertGreater(time.monotonic() - refused_at[0], 0.95)

    def test_sdk_5_three_attempts_are_made_at_most_and_none_after_a_wait_that_is_too_long(self) -> None:
        with through(refused(503, "0")) as (rendezvous, seen):
            self.assertEqual(self.failed(rendezvous.application).status, 503)
            self.assertEqual(len(seen), 3)
        with through(refused(429, "3600")) as (rendezvous, seen):
            told = self.failed(rendezvous.application)
            self.assertEqual((told.status, told.retry_after_s, len(seen)), (429, 3600, 1))
        with through(refused(500)) as (rendezvous, seen):
            self.assertEqual(self.failed(rendezvous.application).code, "bad_answer")
            self.assertEqual(len(seen), 1, "nobody knows what a fault has done")

    def test_sdk_6_an_answer_that_is_lost_is_asked_for_again_under_the_same_key(self) -> None:
        def between(attempt: int, request: Request, passed: Pass) -> None:
            if attempt == 1:
                passed()
                cut(request)
            else:
                pass_on(request, passed)

        asked = offer()
        with through(between) as (rendezvous, seen):
            session = rendezvous.sessions.book(asked)
            keys = [headers["idempotency-key"] for headers in seen]
        self.assertEqual(keys, [keys[0]] * 2)
        starts_at = asked.get("starts_at") or 0
        ann = asked["participants"][0].get("external_id")
        listed = client().sessions.list(from_ms=starts_at, to_ms=starts_at + 1)
        mine = [each["id"] for each in listed if any(person.get("external_id") == ann for person in each["participants"])]
        self.assertEqual(mine, [session["id"]])

    def test_sdk_6_what_would_be_done_twice_is_not_asked_again(self) -> None:
        with through(lambda _, request, __: cut(request)) as (rendezvous, seen):
            lost = self.failed(lambda: rendezvous.sessions.renew_link("s", "u"))
            self.assertEqual((lost.code, lost.status, len(seen)), ("connection_failed", None, 1))
            self.assertEqual(self.failed(lambda: rendezvous.sessions.get("s")).code, "connection_failed")
            self.assertEqual(len(seen), 4)

    def test_sdk_7_a_call_ends_in_time_and_goes_nowhere_else(self) -> None:
        over = threading.Event()
        def hang(*_: object) -> None:
            over.wait(SOON_S)

        with through(hang, timeout_s=0.05) as (rendezvous, seen):
            self.assertEqual(self.failed(rendezvous.application).code, "timeout")
            self.assertLessEqual(len(seen), 3, "an attempt may end before it is heard")
            over.set()
        followed: list[str] = []
        with serving(lambda request, _: followed.append(request.path)) as elsewhere:
            away = {"location": f"{elsewhere.url}/v1/application"}
            with through(lambda _, request, __: respond(request, 307, headers=away)) as (rendezvous, _):
                self.assertEqual(self.failed(rendezvous.application).status, 307)
        self.assertEqual(followed, [], "a key is for one address")


if __name__ == "__main__":
    unittest.main()
