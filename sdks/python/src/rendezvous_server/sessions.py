"""Bookings: `rendezvous.sessions`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from .openapi_generated import (
    BookSession,
    ChangeSession,
    DeliveryView,
    RenewedLink,
    SessionState,
    SessionView,
    TicketResponse,
    TimelineItem,
)
from .transport import Transport, at


class Sessions:
    """Of the application whose key is used."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def book(self, session: BookSession, *, idempotency_key: str | None = None) -> SessionView:
        """Books a session of two people. Each of the answer's `participants` has a `join_url`."""
        answer = self._transport.send("POST", at("sessions"), body=session, repeatable="key", idempotency_key=idempotency_key)
        return cast(SessionView, answer)

    def get(self, session_id: str) -> SessionView:
        return cast(SessionView, self._transport.send("GET", at("sessions", session_id), repeatable="yes"))

    def list(
        self, *, state: SessionState | None = None, from_ms: int | None = None, to_ms: int | None = None, limit: int | None = None
    ) -> Iterator[SessionView]:
        """All of them by their start, or those that stand so and start in that span; `limit` is the size of a page."""
        return self._transport.items(at("sessions"), {"state": state, "from": from_ms, "to": to_ms, "limit": limit})

    def change(
        self, session_id: str, change: ChangeSession, *, revision: int | None = None, idempotency_key: str | None = None
    ) -> SessionView:
        """Moves a session, or changes what is named of it; a `revision` that is not the present one is refused with 412."""
        answer = self._transport.send(
            "PATCH", at("sessions", session_id), body=change, if_match=revision, repeatable="key", idempotency_key=idempotency_key
        )
        return cast(SessionView, answer)

    def cancel(self, session_id: str, *, revision: int | None = None, idempotency_key: str | None = None) -> SessionView:
        path = at("sessions", session_id, "cancel")
        answer = self._transport.send("POST", path, body={}, if_match=revision, repeatable="key", idempotency_key=idempotency_key)
        return cast(SessionView, answer)

    def ticket(self, session_id: str, user_id: str) -> TicketResponse:
        """Lets your own front end into the call as that person: give it to the page that you know is theirs."""
        path = at("sessions", session_id, "ticket")
        return cast(TicketResponse, self._transport.send("POST", path, body={"user_id": user_id}, repeatable="yes"))

    def renew_link(self, session_id: str, user_id: str) -> RenewedLink:
        """Another join link; the one before, and what came of it, count no more."""
        path = at("sessions", session_id, "participants", user_id, "renew-link")
        return cast(RenewedLink, self._transport.send("POST", path, body={}))

    def timeline(self, session_id: str) -> Iterator[TimelineItem]:
        """What happened to it, in the order in which it happened."""
        return self._transport.items(at("sessions", session_id, "timeline"))

    def deliveries(self, session_id: str) -> Iterator[DeliveryView]:
        """Who was told what of it, and by which channel."""
        return self._transport.items(at("sessions", session_id, "deliveries"))
