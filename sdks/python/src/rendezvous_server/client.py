"""The scheduler, as an application's back end asks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from .openapi_generated import ApplicationView, ChangeApplication
from .rooms import Matches, Rooms
from .sessions import Sessions
from .transport import ATTEMPTS, MAX_WAIT_S, TIMEOUT_S, Repeatable, Transport, at
from .webhook_endpoints import WebhookEndpoints


class Rendezvous:
    """`url` is where the scheduler is, as `https://meet.example`; `rendezvous keys create --name …` prints an `api_key`.

    Each of at most `attempts` may take `timeout_s` to connect, and as long between two pieces of its answer. A call is tried again where it was refused with 429 or 503, after the wait that
    the answer names if that is at most `max_wait_s`, and where its connection was lost and doing it twice is as doing it once.
    Threads may share a client.
    """

    def __init__(self, url: str, api_key: str, *, timeout_s: float = TIMEOUT_S, attempts: int = ATTEMPTS, max_wait_s: float = MAX_WAIT_S) -> None:
        self._transport = Transport(url, api_key, timeout_s=timeout_s, attempts=attempts, max_wait_s=max_wait_s)
        self.sessions = Sessions(self._transport)
        self.rooms = Rooms(self._transport)
        self.matches = Matches(self._transport)
        self.webhooks = WebhookEndpoints(self._transport)

    def application(self) -> ApplicationView:
        """What your application says of itself."""
        return cast(ApplicationView, self._transport.send("GET", at("application"), repeatable="yes"))

    def change_application(self, change: ChangeApplication) -> ApplicationView:
        """Which pages may connect and embed, how people are told, how mails look."""
        return cast(ApplicationView, self._transport.send("PATCH", at("application"), body=change, repeatable="yes"))

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        if_match: int | None = None,
        repeatable: Repeatable = "no",
    ) -> Any:
        """Any other route that takes your key."""
        return self._transport.send(method, path, query=query, body=body, if_match=if_match, repeatable=repeatable)
