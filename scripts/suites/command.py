"""Runs a command so that its output is seen at once and can be read afterwards, and so that it ends."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
# Longer than any suite takes on two cold cores; CI as a whole has 90 minutes.
LIMIT_S = 40 * 60
# How long a command that is ended may take to stop, and what it started to let go of its output.
LINGER_S = 5


@dataclass
class Finished:
    """A command that has ended: its exit code, its whole output, and what else was wrong with it."""

    code: int
    text: str
    complaint: str | None = None


def run(
    command: list[str], cwd: Path = REPO, env: dict[str, str] | None = None, limit_s: float = LIMIT_S, show: bool = True
) -> Finished:
    """Runs to the end, or to the limit. Never raises for what the command does."""
    print(f"$ {' '.join(command)}", flush=True)
    try:
        process = subprocess.Popen(
            command, cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            # A group of its own, so that a limit or Ctrl-C ends all of it.
            start_new_session=True,
        )
    except OSError as error:
        return Finished(127, "", f"can't be started: {error}")
    lines: list[str] = []
    reader = threading.Thread(target=_copy, args=(process.stdout, lines, show), daemon=True)
    reader.start()
    complaint = None
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        complaint = f"took longer than {limit_s:.0f} s and was ended"
    finally:
        if process.poll() is None:
            _end(process)
    reader.join(LINGER_S)
    if reader.is_alive() and complaint is None:
        complaint = "left a process behind that still holds its output"
    if not show and process.returncode != 0:
        sys.stdout.writelines(lines)
    return Finished(process.returncode, "".join(lines), complaint)


def _end(process: subprocess.Popen) -> None:
    """Asks the whole group to stop, then makes it."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(LINGER_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _copy(stream, lines: list[str], show: bool) -> None:
    with stream:
        for line in stream:
            lines.append(line)
            if show:
                sys.stdout.write(line)
                sys.stdout.flush()
