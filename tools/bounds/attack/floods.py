"""What strangers do, each in a process of its own. Started as `python3 -m attack.floods <name> <JSON of arguments>`; prints JSON."""

import asyncio
import contextlib
import http.client
import json
import os
import random
import socket
import struct
import sys
import threading
import time
import uuid
from urllib.parse import urlsplit

from .people import join
from .websocket import PING, TEXT, Client, Closed, frame, raw


def pings(url: str, tickets: list[dict], seconds: float) -> dict:
    """Pings of 125 bytes as fast as they are taken, from sockets that read nothing."""
    sockets = []
    for number in range(4):
        connection = raw(url, receive_buffer=4096)
        if number < len(tickets):
            hello = {"type": "hello", "ticket": tickets[number]["ticket"], "device_id": uuid.uuid4().hex} if url.endswith("/chat") else {
                "type": "join", "ticket": tickets[number]["ticket"]}
            connection.sendall(frame(TEXT, json.dumps(hello).encode()))
        connection.settimeout(0.5)
        sockets.append(connection)
    return {"sent_mib": sum(_push(sockets, frame(PING, bytes(125)) * 500, seconds)) / (1 << 20)}


def _push(sockets: list[socket.socket], block: bytes, seconds: float) -> list[int]:
    ends, sent = time.monotonic() + seconds, [0] * len(sockets)

    def write(index: int) -> None:
        while time.monotonic() < ends:
            try:
                sent[index] += sockets[index].send(block)
            except TimeoutError:
                continue
            except OSError:
                return

    threads = [threading.Thread(target=write, args=(index,)) for index in range(len(sockets))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sent


def methods(url: str, count: int, length: int) -> dict:
    """Requests whose methods nobody knows, pipelined on one connection after another."""
    for first in range(0, count, 100):
        with contextlib.suppress(OSError), _http(url) as connection:
            words = [f"M{number:08d}".ljust(length, "X") for number in range(first, first + 100)]
            connection.sendall("".join(f"{word} / HTTP/1.1\r\nHost: x\r\n\r\n" for word in words).encode())
            _read_for(connection, 0.2)
    return {"requests": count}


def silent_bodies(url: str, count: int, seconds: float) -> dict:
    """Connections that announce a body and stay silent, drip it, or read no answer; how many are open in the end."""
    sockets = []
    head = "POST /v1/join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n".encode()
    asking = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 200
    for number in range(count):
        with contextlib.suppress(OSError):
            connection = _http(url, receive_buffer=4096)
            connection.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                connection.send(asking if number % 3 == 2 else head)
            sockets.append((number, connection))
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        for number, connection in sockets:
            if number % 3 == 1:
                with contextlib.suppress(OSError):
                    connection.send(b" ")
        time.sleep(1)
    return {"opened": len(sockets), "still_open": sum(_is_open(connection) for _, connection in sockets)}


def half_frames(host: str, port: int, count: int, seconds: float) -> dict:
    """TURN over TCP: half a STUN header, and silence."""
    sockets = []
    for _ in range(count):
        with contextlib.suppress(OSError):
            connection = socket.create_connection((host, port), timeout=2)
            connection.sendall(bytes([0, 1, 0, 8, 0x21, 0x12, 0xA4, 0x42, 0, 0]))
            sockets.append(connection)
    time.sleep(seconds)
    return {"opened": len(sockets), "still_open": sum(_is_open(connection) for connection in sockets)}


def writer(tickets: list[dict], room: str, seconds: float) -> dict:
    """One participant, a socket for each ticket, messages of 16 KiB as fast as they are taken."""
    return asyncio.run(_write_all(tickets, room, seconds))


async def _write_all(tickets: list[dict], room: str, seconds: float) -> dict:
    body = "".join(random.choices("abcdefgh ", k=16_000))
    ends, told = time.monotonic() + seconds, {"stored": 0, "refused": 0}

    async def one(granted: dict) -> None:
        client, _ = await join(granted)
        number = 0
        while time.monotonic() < ends:
            number += 1
            client.send(type="send", id=number, room=room, client_id=uuid.uuid4().hex, body=body)
            answer = await client.receive_type("sent", "error")
            told["stored" if answer["type"] == "sent" else "refused"] += 1
            if answer["type"] == "error":
                await asyncio.sleep(0.05)

    await asyncio.gather(*(one(granted) for granted in tickets), return_exceptions=True)
    return told


def bookings(url: str, key: str, seconds: float) -> dict:
    """One application's key books as fast as it is answered, over eight connections."""
    ends, told = time.monotonic() + seconds, {"booked": 0, "refused": 0}

    def one() -> None:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        while time.monotonic() < ends:
            people = [{"external_id": uuid.uuid4().hex, "name": "Ann"}, {"external_id": uuid.uuid4().hex, "name": "Bo"}]
            body = json.dumps({"participants": people, "starts_at": int(time.time() * 1000) + 3_600_000, "metadata": {"note": "x" * 3000}})
            connection.request("POST", "/v1/sessions", body, {"authorization": f"Bearer {key}", "content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            told["booked" if answer.status == 201 else "refused"] += 1

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def unacknowledged(pairs: list[list[dict]], seconds: float) -> dict:
    """Pairs that exchange `data` of 4 KB for as long, read everything, and never send `last_seq`."""
    return asyncio.run(_never_acknowledge(pairs, seconds))


async def _never_acknowledge(pairs: list[list[dict]], seconds: float) -> dict:
    ends, told = time.monotonic() + seconds, {"received": 0, "closed": 0}
    payload = "x" * 3_900

    async def read(client) -> None:
        with contextlib.suppress(Closed):
            while True:
                message = await client.receive()
                told["received"] += message["type"] == "data"
        told["closed"] += 1

    async def one(pair: list[dict]) -> None:
        clients = [(await join(granted))[0] for granted in pair]
        readers = [asyncio.create_task(read(client)) for client in clients]
        while time.monotonic() < ends:
            for client in clients:
                client.send(type="data", payload=payload)
            await asyncio.sleep(0.04)
        await asyncio.sleep(2)
        for reader in readers:
            reader.cancel()

    await asyncio.gather(*(one(pair) for pair in pairs), return_exceptions=True)
    return told


def bogus_joins(url: str, rate: int, seconds: float, headers: dict[str, str]) -> dict:
    """Joins with a ticket that nobody signed, at a rate, from one address."""
    return asyncio.run(_bogus_joins(url, rate, seconds, headers))


async def _bogus_joins(url: str, rate: int, seconds: float, headers: dict[str, str]) -> dict:
    told = {"tried": 0}

    async def one() -> None:
        told["tried"] += 1
        with contextlib.suppress(Closed, OSError, TimeoutError):
            client = await Client.connect(url, headers)
            client.send(type="hello" if url.endswith("/chat") else "join", ticket="a.b.c", device_id="d")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(client.receive_type("never"), 1)
            client.close()

    ends, tasks = time.monotonic() + seconds, set()
    while time.monotonic() < ends:
        task = asyncio.create_task(one())
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        await asyncio.sleep(1 / rate)
    return told


def anonymous(url: str, count: int, seconds: float, headers: dict[str, str]) -> dict:
    """Sockets that never join and send text all the time, from one address; each is replaced when it is closed."""
    ends = time.monotonic() + seconds
    block = frame(TEXT, b'{"type":"nonsense"}') * 20

    def one() -> None:
        while time.monotonic() < ends:
            with contextlib.suppress(OSError, Closed):
                connection = raw(url, headers)
                while time.monotonic() < ends:
                    connection.sendall(block)
                    time.sleep(0.1)
            time.sleep(0.05)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"sockets": count}


def relay_requests(host: str, port: int, seconds: float) -> dict:
    """Allocate requests that nobody signed, over UDP, from one address."""
    sender, sent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0
    sender.setblocking(False)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        request = struct.pack("!HHI", 3, 8, 0x2112A442) + os.urandom(12) + bytes([0, 0x19, 0, 4, 17, 0, 0, 0])
        with contextlib.suppress(BlockingIOError):
            sender.sendto(request, (host, port))
            sent += 1
        if sent % 50 == 0:
            time.sleep(0.005)
    return {"sent": sent}


def one_network(url: str, addresses: int, tries: int) -> dict:
    """Wrong join links, from many addresses of one IPv6 /64 behind a proxy; how many were looked at."""
    answers: dict[str, int] = {}
    for number in range(addresses):
        for _ in range(tries):
            status = _wrong_link(url, f"2001:db8:1:2::{number + 1:x}")
            answers[str(status)] = answers.get(str(status), 0) + 1
    return answers


def _wrong_link(url: str, address: str) -> int:
    parts = urlsplit(url)
    with _http(url) as connection:
        body = b'{"token":"x"}'
        connection.sendall(
            (f"POST /v1/join HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Forwarded-For: {address}\r\nConnection: close\r\n"
             f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)
        return int(connection.recv(12).split()[1])


def _http(url: str, receive_buffer: int | None = None) -> socket.socket:
    parts = urlsplit(url)
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(5)
    connection.connect((parts.hostname, parts.port))
    return connection


def _read_for(connection: socket.socket, seconds: float) -> None:
    """Reads until nothing has come for as long."""
    connection.settimeout(seconds)
    with contextlib.suppress(TimeoutError):
        while connection.recv(65536):
            pass


def _is_open(connection: socket.socket) -> bool:
    """Reads what waits, which may be followed by an end that the kernel held back."""
    connection.settimeout(0.05)
    try:
        while connection.recv(65536):
            pass
        return False
    except TimeoutError:
        return True
    except OSError:
        return False


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](**json.loads(sys.stdin.read()))))
