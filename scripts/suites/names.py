"""Whether names are the field's: no word of our own making in an identifier or a file name, and no doc comment that says nothing."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from . import source

IDENTIFIER = re.compile(r"\b[A-Za-z_][A-Za-z0-9_]*\b")
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+")
DEFINED_TYPE = re.compile(r"\b(?:struct|enum|trait|union|type)\s+([A-Z]\w*)")

# Whole identifiers that nobody else uses, wherever they stand.
IDENTIFIERS = {
    "Slot": "SessionHandle",
    "Kept": "StoredSession",
    "Told": "Delivery",
    "Door": "FrameReader",
    "Heard": "ParsedEvent",
    "Letter": "WebhookEvent",
    "SLOWER": "a rate per minute that says so",
    "take_in": "step",
    "carry_out": "apply_outputs",
    "follow_the_wall": "resync_wall_clock",
    "span_runs": "has_running_timer",
    "tells_an_address": "contains_address",
    "told_to": "source_watermark",
}
# Words of identifiers in either spelling: `desk` is also in `MediaDesk` and in `desk_of`.
WORDS = {
    "desk": "WriteBuffer, StoreActor, or what it does",
    "pile": "PendingBatch",
    "purse": "TokenCache",
    "letters": "events, webhooks",
    "guesses": "LoginThrottle",
    "doorman": "AcceptLimiter, or what it limits",
    "comeback": "ReconnectBackoff",
    "inlet": "EventHandler",
}
# Types of ours; others have types of the name that must stay usable (`btree_map::Entry`, `std::sync::Once`).
TYPES = {
    "Visit": "ConnectionPermit",
    "Entry": "SessionState, or what it is an entry of",
    "Once": "IdempotencyKey",
    "Written": "CommandOutcome",
    "Standing": "SessionStatus, or a part of ConnectionLimiter",
    "Draft": "PendingSnapshot, MessageDraft",
    "Hub": "RoomBroker, NotificationBroadcaster",
    "Edge": "AppState",
    "Gate": "ConnectionLimiter",
}
# What a file is called tells a newcomer what is in it.
FILES = {
    "slot": "session_handle", "kept": "stored_session", "desk": "store_actor", "door": "frame_reader", "doorman": "accept_limiter",
    "edge": "state, or what is tested", "hub": "broker", "heard": "parsed_event", "comeback": "reconnect_backoff",
    "guesses": "login_throttle", "nowhere": "redact", "inlet": "event_handler", "letter": "webhook_event", "letters": "webhook_events",
    "standing": "session_status", "gate": "connection_limiter", "told": "delivery", "once": "idempotency", "purse": "token_cache",
    "pile": "pending_batch",
}
# A struct's field of the name that holds connections; lines of text are lines.
LINES = re.compile(r"\blines\s*:\s*[^,;=\n]*\b(?:ConnectionId|Sender|Outgoing|Connection|Subscriber|Line)\b")
# On the wire between the services it is called so, as a field of `EventBatch`, and stays.
COMPLETE_TO = re.compile(r"\bcomplete_to\b")
ITS_WIRE_TYPE = "EventBatch"

FEWEST_WORDS = 3


def violations(repo: Path) -> list[str]:
    """One line for each name that only this project would understand, with the better one."""
    found = []
    for path in source.files(repo):
        name = path.relative_to(repo).as_posix()
        found += [f"{name}: no file or folder is called `{part}`, rather `{FILES[part]}`" for part in _parts(name) if part in FILES]
        code = source.code_only(path.read_text())
        found += [f"{name}:{_line(code, at)}: names `{word}`, rather `{better}`" for at, word, better in _own_words(code)]
    return found


def thin_docs(repo: Path) -> list[str]:
    """One line for each doc comment of one or two words."""
    found = []
    for path in source.files(repo):
        name = path.relative_to(repo).as_posix()
        found += [f"{name}:{line}: `{text}`" for line, text in _doc_comments(path.read_text()) if _words(text) < FEWEST_WORDS]
    return found


def _parts(name: str) -> list[str]:
    path = PurePosixPath(name)
    return [*path.parts[:-1], path.stem]


def _own_words(code: str) -> Iterator[tuple[int, str, str]]:
    for match in IDENTIFIER.finditer(code):
        identifier = match[0]
        if identifier in IDENTIFIERS:
            yield match.start(), identifier, IDENTIFIERS[identifier]
            continue
        for word in WORD.findall(identifier):
            if word.lower() in WORDS:
                yield match.start(), identifier, WORDS[word.lower()]
    for match in DEFINED_TYPE.finditer(code):
        if match[1] in TYPES:
            yield match.start(), match[1], TYPES[match[1]]
    for match in LINES.finditer(code):
        yield match.start(), "lines", "connections, subscribers"
    if ITS_WIRE_TYPE not in code:
        for match in COMPLETE_TO.finditer(code):
            yield match.start(), "complete_to", "source_watermark"


def _line(code: str, at: int) -> int:
    return code.count("\n", 0, at) + 1


def _doc_comments(text: str) -> Iterator[tuple[int, str]]:
    """Each block of `///` or `//!` lines: its first line, and its text."""
    block: list[str] = []
    mark, first = "", 0
    for number, line in enumerate([*text.splitlines(), ""], 1):
        stripped = line.strip()
        here = stripped[:3] if stripped[:3] in ("///", "//!") and stripped[:4] != "////" else ""
        if block and here != mark:
            yield first, " ".join(block)
            block = []
        if here:
            first = first if block else number
            mark = here
            block.append(stripped[3:].strip())


def _words(text: str) -> int:
    return sum(1 for word in text.split() if any(each.isalnum() for each in word))
