"""One request to the scheduler: its limits, and when it is tried again."""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from .error import RendezvousError
from .openapi_generated import Problem

TIMEOUT_S = 10.0
"""How long one attempt may take to connect, and then to say anything."""
ATTEMPTS = 3
"""The first attempt, and two more."""
MAX_WAIT_S = 15.0
"""The longest wait between two attempts: who is told to wait longer is told so."""
FIRST_WAIT_S = 0.2
"""Where the answer names no wait: twice as long each time, and up to half of it more by chance."""

Repeatable = Literal["key", "yes", "no"]
"""`key`: the route takes an `Idempotency-Key`. `yes`: doing it twice is as once. `no`: it is tried again only where it was refused."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A key is for the address that was given, and for none that it leads to."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Transport:
    """Sends calls with the application's key. Threads may share one."""

    def __init__(self, url: str, api_key: str, *, timeout_s: float = TIMEOUT_S, attempts: int = ATTEMPTS, max_wait_s: float = MAX_WAIT_S) -> None:
        if not api_key:
            raise ValueError("api_key is missing: `rendezvous keys create` prints one")
        if not url.startswith(("http://", "https://")):
            raise ValueError("url is where the scheduler is, as https://meet.example")
        self._base = url.rstrip("/")
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._attempts = max(1, attempts)
        self._max_wait_s = max_wait_s
        self._opener = urllib.request.build_opener(_NoRedirects)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        if_match: int | None = None,
        repeatable: Repeatable = "no",
        idempotency_key: str | None = None,
    ) -> Any:
        """The answer: parsed where it is JSON, text otherwise, `None` for 204."""
        headers = {"Authorization": f"Bearer {self._api_key}", "Accept": "application/json"}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        if if_match is not None:
            headers["If-Match"] = str(if_match)
        if repeatable == "key":
            headers["Idempotency-Key"] = idempotency_key or str(uuid.uuid4())
        address = self._base + path + _query(query)
        for attempt in range(1, self._attempts + 1):
            # A request is used up by an attempt.
            request = urllib.request.Request(address, data=data, headers=headers, method=method)
            try:
                return self._attempt(request)
            except RendezvousError as error:
                wait_s = self._wait_s(error, repeatable, attempt)
                if wait_s is None:
                    raise
            time.sleep(wait_s)
        raise AssertionError("the last attempt returns or raises")

    def items(self, path: str, query: Mapping[str, object] | None = None) -> Iterator[Any]:
        """Every item of a collection, each page fetched when it is reached."""
        cursor: str | None = None
        while True:
            page = self.send("GET", path, query={**(query or {}), "cursor": cursor}, repeatable="yes")
            yield from page["items"]
            cursor = page.get("next_cursor")
            if not cursor:
                return

    def _attempt(self, request: urllib.request.Request) -> Any:
        name = f"{request.get_method()} {urllib.parse.urlsplit(request.full_url).path}"
        try:
            with self._opener.open(request, timeout=self._timeout_s) as answer:
                text = answer.read().decode()
                is_json = answer.headers.get_content_type() == "application/json"
                if not text:
                    return None
                return json.loads(text) if is_json else text
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except TimeoutError as error:
            raise RendezvousError(f"{name}: no answer in time", code="timeout") from error
        except ValueError as error:
            raise RendezvousError(f"{name}: the answer is no JSON", code="bad_answer") from error
        except (OSError, http.client.HTTPException) as error:
            code = "timeout" if isinstance(getattr(error, "reason", None), TimeoutError) else "connection_failed"
            raise RendezvousError(f"{name}: the scheduler can't be reached: {error}", code=code) from error

    def _wait_s(self, error: RendezvousError, repeatable: Repeatable, attempt: int) -> float | None:
        """How long to wait before the next attempt; `None` where there is to be none."""
        was_refused = error.status in (429, 503)
        was_lost = error.code in ("timeout", "connection_failed")
        if attempt == self._attempts or not (was_refused or (was_lost and repeatable != "no")):
            return None
        back_off = FIRST_WAIT_S * 2 ** (attempt - 1) * (1 + random.random() / 2)
        wait_s = back_off if error.retry_after_s is None else error.retry_after_s
        return wait_s if wait_s <= self._max_wait_s else None


def at(*parts: str) -> str:
    """A path of these parts, each of which may hold any character."""
    return "/v1/" + "/".join(urllib.parse.quote(part, safe="") for part in parts)


def _query(query: Mapping[str, object] | None) -> str:
    named = {name: value for name, value in (query or {}).items() if value is not None}
    return f"?{urllib.parse.urlencode(named)}" if named else ""


def _refusal(error: urllib.error.HTTPError) -> RendezvousError:
    with error:
        try:
            problem = _problem_in(error.read())
        except (OSError, http.client.HTTPException):
            problem = None
    if problem is None:
        # What stands before the scheduler may refuse in its own way.
        return RendezvousError(f"{error.code} {error.reason}", code="bad_answer", status=error.code, retry_after_s=_seconds(error))
    errors = problem.get("errors", [])
    fields = "".join(f" {field['field']}: {field['message']}" for field in errors)
    message = f"{error.code} {problem['code']}: {problem.get('detail', '')}{fields}"
    retry_after_ms = problem.get("retry_after_ms")
    retry_after_s = _seconds(error) if retry_after_ms is None else retry_after_ms / 1_000
    return RendezvousError(message, code=problem["code"], status=error.code, errors=errors, problem=problem, retry_after_s=retry_after_s)


def _problem_in(body: bytes) -> Problem | None:
    try:
        problem = json.loads(body)
    except ValueError:
        return None
    if isinstance(problem, dict) and isinstance(problem.get("code"), str):
        return cast(Problem, problem)
    return None


def _seconds(error: urllib.error.HTTPError) -> float | None:
    value = error.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else None
