"""Which file may name what: the invariants of docs/ARCHITECTURE.md that a search can hold."""

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from . import source

CORES = ("signaling/core/src/*", "chat/core/src/*", "scheduler/core/src/*", "turn/core/src/*", "crates/wire/src/*")


@dataclass(frozen=True)
class Boundary:
    """`pattern` may stand in production code below `within` only in the files of `allowed`."""

    name: str
    rule: str
    pattern: re.Pattern[str]
    within: tuple[str, ...]
    allowed: tuple[str, ...] = ()


BOUNDARIES = [
    Boundary(
        "cores are not async",
        "invariant 1: the cores and wire have no async; their callers wait for them",
        re.compile(r"\basync\b|\.await\b|\bFuture\b"),
        CORES,
    ),
    Boundary(
        "sockets stay in connections",
        "invariant 3: only crates/service/src/socket and each connection.rs name a WebSocket type",
        re.compile(r"\bWebSocket\w*|\bextract::ws\b|\btungstenite\b|\btokio_tungstenite\b|\bCloseFrame\b"),
        ("*/src/*",),
        ("crates/service/src/socket.rs", "crates/service/src/socket/*", "*/connection.rs", "*/connection/*"),
    ),
    Boundary(
        "SQL drivers stay in storage",
        "invariant 3: only the folders of engines in crates/storage, and what makes tables and errors for them, name their driver",
        re.compile(r"\bsqlx\b"),
        ("*/src/*",),
        (
            *(f"crates/storage/src/{engine}{rest}" for engine in ("sqlite", "postgres", "mysql") for rest in (".rs", "/*")),
            "crates/storage/src/server/*",
            *(f"crates/storage/src/{file}.rs" for file in ("schema", "migrations", "sqlx_error")),
        ),
    ),
    Boundary(
        "drivers stay in stores",
        "invariant 3: only store/* names another store's driver",
        re.compile(r"\b(?:mongodb|async_nats)\b"),
        ("*/src/*",),
        ("*/store/*",),
    ),
    Boundary(
        "one place spawns",
        "invariant 3: only registry.rs and lifecycle.rs spawn; elsewhere ask service's `Tasks`, which a stop waits for",
        re.compile(r"\b(?:tokio|task|thread)::(?:spawn\w*|Builder)\b|\buse tokio::[^;]*\bspawn|\bJoinSet\b|\bTaskTracker\b"),
        ("*/src/*",),
        # Logs, spans and the watch on the clock serve the whole process, and outlive what a stop waits for. An attempt to connect to a
        # database ends within its time limit, and a stop has nothing to wait for in it.
        (
            "*/registry.rs", "*/lifecycle.rs", "crates/service/src/telemetry.rs", "crates/service/src/telemetry/*", "crates/service/src/clock.rs",
            "crates/storage/src/server/attempts.rs",
        ),
    ),
    Boundary(
        "queues are bounded",
        "invariant 4: every queue has a bound, a named constant with its unit and reason",
        re.compile(r"\bunbounded(?:_channel)?\b|\bUnbounded(?:Sender|Receiver)\b|\bmpsc::channel\(\)"),
        ("*/src/*",),
    ),
]

# A client for tests: it may hold both ends of a socket, and start what it likes.
NOT_PRODUCTION = ("tools/testkit/*", "tools/faults/*", "*/tests/*", "*/src/tests.rs", "*/benches/*", "tools/bench/*", "crates/storage/src/testing.rs", "*/store/contract/*", "*/store/sql/isolation.rs")


def violations(repo: Path, boundary: Boundary) -> list[str]:
    """One line for each place that crosses `boundary`."""
    found = []
    for path in source.files(repo):
        name = path.relative_to(repo).as_posix()
        if not _matches(name, boundary.within) or _matches(name, boundary.allowed + NOT_PRODUCTION):
            continue
        code = source.production(path.read_text())
        for match in boundary.pattern.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            found.append(f"{name}:{line}: names `{match[0].strip()}`")
    return found


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
