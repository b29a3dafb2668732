"""WebSocket frames (RFC 6455) as a stranger may write them, and a plain client for those who behave."""

import asyncio
import base64
import json
import os
import socket
import struct
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Closed(Exception):
    """The server ended the socket; `args[0]` is its close code, or None."""


def frame(opcode: int, payload: bytes) -> bytes:
    """One masked frame. The mask is zero, which the RFC allows, so that many can be written without work."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
    return head + bytes(4) + payload


def handshake(url: str, headers: dict[str, str] | None = None) -> bytes:
    """The upgrade request for an address of the form `ws://host:port/path`."""
    parts = urlsplit(url)
    protocol = "rendezvous.chat.v1" if parts.path.endswith("/chat") else "rendezvous.v1"
    lines = [
        f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Upgrade: websocket", "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}", "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {protocol}", *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def raw(url: str, headers: dict[str, str] | None = None, receive_buffer: int | None = None) -> socket.socket:
    """An upgraded socket whose frames the caller writes, and reads or not."""
    parts = urlsplit(url)
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(5)
    connection.connect((parts.hostname, parts.port))
    connection.sendall(handshake(url, headers))
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = connection.recv(1)
        if not part:
            raise Closed(None)
        answer += part
    if b" 101 " not in answer.split(b"\r\n", 1)[0]:
        raise Closed(None)
    return connection


class Client:
    """A socket that behaves: JSON frames out and in, pings answered."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, url: str, headers: dict[str, str] | None = None) -> "Client":
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(handshake(url, headers))
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            writer.close()
            raise Closed(None)
        return cls(reader, writer)

    def send(self, **body) -> None:
        self.writer.write(frame(TEXT, json.dumps(body).encode()))

    async def receive(self) -> dict:
        while True:
            opcode, payload = await self._frame()
            if opcode == TEXT:
                return json.loads(payload)
            if opcode == PING:
                self.writer.write(frame(PONG, payload))
            elif opcode == CLOSE:
                raise Closed(struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else None)

    async def receive_type(self, *types: str) -> dict:
        """The next frame of one of these types; the others are passed over."""
        while True:
            message = await self.receive()
            if message["type"] in types:
                return message

    def close(self) -> None:
        self.writer.close()

    async def _frame(self) -> tuple[int, bytes]:
        try:
            first, second = await self.reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack("!H", await self.reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
            return first & 0x0F, await self.reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise Closed(None) from error
