"""Whether a request is a webhook of ours: the signatures of Standard Webhooks 1.0."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import cast

from .error import RendezvousError
from .openapi_generated import WebhookEvent

TOLERANCE_S = 300.0
"""How far the time of a request may be from now: an old one that is sent again is refused."""
SECRET_PREFIX = "whsec_"
VERSION = "v1"
MAX_SIGNATURES = 10
"""Signatures of one request that are looked at: there are two while a secret is rotated."""


def verify_webhook(
    body: str | bytes,
    headers: Mapping[str, str],
    secrets: str | Sequence[str],
    *,
    tolerance_s: float = TOLERANCE_S,
    now: float | None = None,
) -> WebhookEvent:
    """The event in a request, once one of the secrets has signed it.

    `body` is what came, byte for byte, before anything has parsed it. Give both secrets while one is rotated. A newer scheduler may
    send types of events that are not in `WebhookEvent`: leave those alone.

    Raises `RendezvousError`, whose `code` is `missing_header`, `bad_timestamp`, `too_old`, `too_new`, `bad_signature` or `malformed`.
    """
    if not isinstance(body, (str, bytes)):
        raise TypeError("the body has to be the text or the bytes that came, and not what was parsed from it")
    raw = body.encode() if isinstance(body, str) else body
    keys = [_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    if not keys:
        raise ValueError("there is no secret to verify by")
    named = {name.lower(): value for name, value in headers.items()}
    webhook_id, timestamp, signatures = (_header(named, f"webhook-{name}") for name in ("id", "timestamp", "signature"))
    _check_time(timestamp, tolerance_s, time.time() if now is None else now)
    due = [hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + raw, hashlib.sha256).digest() for key in keys]
    if not _is_signed(signatures, due):
        raise _refused("bad_signature", "no secret has signed this")
    return _event_in(raw)


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    # An empty key signs for everybody.
    if not key:
        raise ValueError(f"a secret begins with {SECRET_PREFIX}, and base64 follows")
    return key


def _header(named: Mapping[str, str], name: str) -> str:
    value = named.get(name)
    if not value:
        raise _refused("missing_header", f"the header {name} is missing")
    return value


def _check_time(timestamp: str, tolerance_s: float, now: float) -> None:
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise _refused("bad_timestamp", "webhook-timestamp is no time")
    age_s = now - int(timestamp)
    if age_s > tolerance_s:
        raise _refused("too_old", "the request is too old")
    if age_s < -tolerance_s:
        raise _refused("too_new", "the request is of the future")


def _is_signed(signatures: str, due: Sequence[bytes]) -> bool:
    """Each signature is compared in a time that does not depend on where it differs."""
    is_known = False
    for signature in signatures.split(" ")[:MAX_SIGNATURES]:
        version, _, text = signature.partition(",")
        if version != VERSION:
            continue
        try:
            given = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue
        for digest in due:
            is_known |= hmac.compare_digest(given, digest)
    return is_known


def _event_in(raw: bytes) -> WebhookEvent:
    try:
        event = json.loads(raw)
    except ValueError:
        event = None
    if isinstance(event, dict) and isinstance(event.get("type"), str) and isinstance(event.get("data"), dict):
        return cast(WebhookEvent, event)
    raise _refused("malformed", "the body is no event")


def _refused(code: str, message: str) -> RendezvousError:
    return RendezvousError(message, code=code)
