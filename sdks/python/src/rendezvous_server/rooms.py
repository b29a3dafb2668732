"""Chat rooms and matches: `rendezvous.rooms`, `rendezvous.matches`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from .openapi_generated import (
    BookParticipant,
    ChangeRoom,
    CreatedMatch,
    CreateMatch,
    CreateRoom,
    GroupView,
    ListedGroup,
    TicketResponse,
)
from .transport import Repeatable, Transport, at


class Rooms:
    """Of the application whose key is used."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, room: CreateRoom, *, idempotency_key: str | None = None) -> GroupView:
        """Opens a room of 2 to 500 people; the first is its owner."""
        answer = self._transport.send("POST", at("rooms"), body=room, repeatable="key", idempotency_key=idempotency_key)
        return cast(GroupView, answer)

    def get(self, room_id: str) -> GroupView:
        return cast(GroupView, self._transport.send("GET", at("rooms", room_id), repeatable="yes"))

    def list(self) -> Iterator[ListedGroup]:
        return self._transport.items(at("rooms"))

    def change(self, room_id: str, change: ChangeRoom, *, revision: int | None = None) -> GroupView:
        repeatable: Repeatable = "yes" if revision is None else "no"
        answer = self._transport.send("PATCH", at("rooms", room_id), body=change, if_match=revision, repeatable=repeatable)
        return cast(GroupView, answer)

    def close(self, room_id: str) -> None:
        """It takes no more messages."""
        self._transport.send("DELETE", at("rooms", room_id))

    def add_members(self, room_id: str, participants: Sequence[BookParticipant]) -> GroupView:
        body = {"participants": list(participants)}
        return cast(GroupView, self._transport.send("POST", at("rooms", room_id, "members"), body=body))

    def remove_member(self, room_id: str, user_id: str) -> None:
        self._transport.send("DELETE", at("rooms", room_id, "members", user_id))

    def ticket(self, user_id: str) -> TicketResponse:
        """Lets your own front end into the chat as that person, with all of their rooms."""
        return cast(TicketResponse, self._transport.send("POST", at("rooms", "ticket"), body={"user_id": user_id}, repeatable="yes"))


class Matches:
    """Of the application whose key is used."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, match: CreateMatch, *, idempotency_key: str | None = None) -> CreatedMatch:
        """Matches two people, who can chat from then on."""
        answer = self._transport.send("POST", at("matches"), body=match, repeatable="key", idempotency_key=idempotency_key)
        return cast(CreatedMatch, answer)
