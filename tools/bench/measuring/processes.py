"""Starting and ending single processes, each pinned to a core. Only what was started here is ever ended, by its id."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or REPO / "target")
RENDEZVOUS = TARGET / "release" / "rendezvous"
BENCH = TARGET / "release" / "bench"

# Two cores suffice: the server has one to itself, and all that drives it shares the other.
SERVER_CORE = 0
CLIENT_CORE = 1
START_LIMIT_S = 60
STOP_LIMIT_S = 15


class Failed(Exception):
    """A step that did not do what it had to; its line says which."""


@contextlib.contextmanager
def running(command: list[str], core: int, log: Path, env: dict[str, str] | None = None, stdout: int | None = None) -> Iterator[subprocess.Popen]:
    """A process for as long as the block lasts; then SIGTERM, and SIGKILL if it does not end."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command], stdin=subprocess.DEVNULL, stdout=output if stdout is None else stdout,
            stderr=output, env={**os.environ, **(env or {})}, cwd=log.parent, start_new_session=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def first_line(process: subprocess.Popen, log: Path) -> str:
    """What a server prints once it listens: its address."""
    line = process.stdout.readline().decode().strip() if process.stdout else ""
    if not line:
        raise Failed(f"a server did not start: see {log}")
    return line


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_ready(url: str, process: subprocess.Popen, log: Path) -> None:
    """Returns once `url` answers 200."""
    ends = time.monotonic() + START_LIMIT_S
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    tail = log.read_text(errors="replace")[-2000:]
    raise Failed(f"{url} is not ready:\n{tail}")
