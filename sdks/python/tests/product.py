"""The running product, as `scripts/sdks/run.py` has started it, and servers of the tests' own."""

from __future__ import annotations

import contextlib
import http.server
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator

from rendezvous_server import Rendezvous
from rendezvous_server.openapi_generated import BookSession

SOON_S = 15.0
"""How long a test waits for what has to come."""
HOUR_MS = 3_600_000


def url() -> str:
    return os.environ["RENDEZVOUS_URL"]


def api_key() -> str:
    return os.environ["RENDEZVOUS_API_KEY"]


def client() -> Rendezvous:
    return Rendezvous(url(), api_key())


def now_ms() -> int:
    return int(time.time() * 1_000)


def offer(starts_at: int | None = None) -> BookSession:
    """A session of two people who are nobody else's."""
    one = uuid.uuid4()
    return {
        "participants": [{"external_id": f"ann-{one}", "name": "Ann"}, {"external_id": f"bo-{one}", "name": "Bo"}],
        "starts_at": now_ms() + HOUR_MS if starts_at is None else starts_at,
    }


class Server(http.server.ThreadingHTTPServer):
    """On a free port of this machine."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, handler: type[http.server.BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections that a test has cut are no news."""


Answer = Callable[[http.server.BaseHTTPRequestHandler, bytes], None]


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    """`answer` is given each request and its body, whatever its method."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            answer(self, body)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_one

        def log_message(self, format: str, *args: object) -> None:
            pass

    with Server(Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(SOON_S)


def respond(request: http.server.BaseHTTPRequestHandler, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
    request.send_response(status)
    for name, value in {**(headers or {}), "content-length": str(len(body))}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)
