"""People who behave: sessions, joins, and a pair whose exchange is timed while somebody else attacks."""

import asyncio
import contextlib
import time
import uuid

from .server import Server
from .websocket import Client, Closed

EXCHANGE_EVERY_S = 0.05
MESSAGE_EVERY_S = 0.2
JOIN_EVERY_S = 0.5
JOIN_LIMIT_S = 10


def book(server: Server, number: int | None = None, **more) -> dict:
    """A session of two people of its own, open now."""
    name = uuid.uuid4().hex if number is None else str(number)
    body = {
        "participants": [{"external_id": f"a-{name}", "name": "Ann"}, {"external_id": f"b-{name}", "name": "Bo"}],
        "starts_at": int(time.time() * 1000) + 250_000, "remind_before_ms": [], **more,
    }
    status, session = server.post("/v1/sessions", body)
    if status != 201:
        raise RuntimeError(f"booking: {status} {session}")
    return session


def ticket(server: Server, session: dict, who: int, room: bool = False) -> dict:
    path = "/v1/rooms/ticket" if room else f"/v1/sessions/{session['id']}/ticket"
    status, answer = server.post(path, {"user_id": session["participants"][who]["user_id"]})
    if status != 200:
        raise RuntimeError(f"ticket: {status} {answer}")
    return answer


async def join(granted: dict, headers: dict[str, str] | None = None) -> tuple[Client, dict]:
    """Joins signaling, or says hello to chat; a refusal is `Closed`."""
    client = await Client.connect(granted["url"], headers)
    if granted["url"].endswith("/chat"):
        client.send(type="hello", ticket=granted["ticket"], device_id=uuid.uuid4().hex)
    else:
        client.send(type="join", ticket=granted["ticket"])
    return client, await client.receive_type("welcome")


class Bystanders:
    """A pair that exchanges in signaling, a person who writes in chat, and others who join: what they notice."""

    def __init__(self, server: Server, headers: dict[str, str] | None = None):
        self.server, self.headers = server, headers
        self.exchanges: list[float] = []
        self.messages: list[float] = []
        self.joins: list[float] = []
        self.joins_refused = 0
        self.lost = 0

    async def __aenter__(self) -> "Bystanders":
        self._guests = [book(self.server) for _ in range(60)]
        self._guest_tickets = [await asyncio.to_thread(ticket, self.server, guest, 0) for guest in self._guests]
        session = book(self.server)
        pair = [await join(ticket(self.server, session, who), self.headers) for who in (0, 1)]
        chat, _ = await join(ticket(self.server, session, 0, room=True), self.headers)
        self._tasks = [
            asyncio.create_task(self._exchange(pair[0][0], pair[1][0])),
            asyncio.create_task(self._drain(pair[0][0])),
            asyncio.create_task(self._write(chat, session["room_id"])),
            asyncio.create_task(self._arrive()),
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            self.lost += isinstance(result, Closed)

    def noticed(self) -> dict[str, float]:
        """Percentiles in milliseconds and counts, for the table."""
        return {
            "exchange_p99_ms": percentile(self.exchanges, 99), "message_p99_ms": percentile(self.messages, 99),
            "join_p99_ms": percentile(self.joins, 99), "joins": len(self.joins), "joins_refused": self.joins_refused, "sockets_lost": self.lost,
        }

    async def _exchange(self, sender: Client, receiver: Client) -> None:
        while True:
            began = time.monotonic()
            sender.send(type="data", payload={"n": began})
            while (await receiver.receive_type("data"))["payload"]["n"] != began:
                pass
            self.exchanges.append(1000 * (time.monotonic() - began))
            await asyncio.sleep(EXCHANGE_EVERY_S)

    async def _drain(self, client: Client) -> None:
        while True:
            await client.receive()

    async def _write(self, client: Client, room: str) -> None:
        number = 0
        while True:
            began = time.monotonic()
            number += 1
            client.send(type="send", id=number, room=room, client_id=uuid.uuid4().hex, body="good day")
            await client.receive_type("sent")
            self.messages.append(1000 * (time.monotonic() - began))
            await asyncio.sleep(MESSAGE_EVERY_S)

    async def _arrive(self) -> None:
        for granted in self._guest_tickets:
            began = time.monotonic()
            try:
                client, _ = await asyncio.wait_for(join(granted, self.headers), JOIN_LIMIT_S)
                self.joins.append(1000 * (time.monotonic() - began))
                client.close()
            except (Closed, TimeoutError, OSError):
                self.joins_refused += 1
            await asyncio.sleep(JOIN_EVERY_S)


def percentile(values: list[float], which: int) -> float:
    """Of no values: 0."""
    with contextlib.suppress(IndexError):
        return sorted(values)[min(len(values) - 1, len(values) * which // 100)]
    return 0.0
