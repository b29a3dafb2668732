"""Which servers a run needs, and their start and end together."""

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .cache import tools
from .mariadb import MariaDb
from .mongo import FerretDb, SecantusDb
from .postgres import Postgres
from .server import NotInstalled, Server

KINDS: dict[str, type[Server]] = {"postgres": Postgres, "mysql": MariaDb, "secantus": SecantusDb, "ferret": FerretDb}
REPO = Path(__file__).resolve().parents[2]
# What asks a process to end.
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
TOXIPROXY_LOCK = REPO / "scripts" / "locked" / "toxiproxy" / "go.mod"


@contextmanager
def running(only: str | None = None, settings: dict[str, str] | None = None, folder: Path | None = None) -> Iterator[dict[str, str | None]]:
    """Starts what is needed and yields the variables that tell of it, None for one that must not be set.

    A server that a variable names already is used. With `only`, that one is started for the caller alone, whatever is named.
    """
    servers: list[Server] = []
    try:
        variables: dict[str, str | None] = toxiproxy(os.environ)
        for name in [only] if only else KINDS:
            kind = KINDS[name]
            if os.environ.get(kind.url_variable) and not only:
                continue
            try:
                with signals_postponed():
                    servers.append(kind(settings or {}, folder))
            except NotInstalled as error:
                leave_out(error)
                variables |= {kind.url_variable: None, kind.pid_variable: None}
        for server in servers:
            with signals_postponed():
                server.start()
        for server in servers:
            server.wait_until_it_answers()
            variables |= server.variables()
        yield variables
    finally:
        stop(servers)


def apply(variables: Mapping[str, str | None], environment: dict[str, str] | os._Environ) -> None:
    """Sets and removes what `running` yielded."""
    for name, value in variables.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value


def toxiproxy(environment: Mapping[str, str]) -> dict[str, str]:
    """Where scripts/install-toxiproxy.sh has put it; nothing where it hasn't."""
    version = next(line.split()[1] for line in TOXIPROXY_LOCK.read_text().splitlines() if "Shopify/toxiproxy/v2 v" in line)
    binary = tools(environment) / f"toxiproxy-{version.removeprefix('v')}" / "server"
    return {"TOXIPROXY": str(binary)} if binary.exists() and not environment.get("TOXIPROXY") else {}


def leave_out(error: NotInstalled) -> None:
    """CI leaves nothing out; elsewhere the tests go on without, and say so too."""
    if os.environ.get("CI", "").lower() in ("1", "true"):
        raise error
    print(f"warning: {error}\nwarning: its tests are LEFT OUT", file=sys.stderr, flush=True)


def stop(servers: list[Server]) -> None:
    """Ends all at once."""
    with signals_postponed():
        for server in servers:
            server.ask_to_stop()
        for server in servers:
            server.wait_until_it_stopped()


@contextmanager
def signals_postponed() -> Iterator[None]:
    """Acts on a signal that asks to end only afterwards: in the middle, what is started would be forgotten, and what is ended left half-way."""
    received: list[int] = []
    before = {number: signal.signal(number, lambda number, _: received.append(number)) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if received:
            signal.raise_signal(received[0])
