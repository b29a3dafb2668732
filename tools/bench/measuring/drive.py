"""One run of the generator against a server that runs, and the figures that the bars are about."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from .processes import CLIENT_CORE, Failed
from .servers import Server

# Far above what any scenario takes.
LIMIT_S = 600


def drive(server: Server, *flags: str) -> dict:
    """The generator's result, as JSON. A single failed operation makes the figures worthless."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [*server.driver, "--server-pid", str(server.pid), "--json", str(result), *flags]
        finished = subprocess.run(
            ["taskset", "-c", str(CLIENT_CORE), *command], env={**os.environ, **server.env}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=LIMIT_S, check=False,
        )
        if finished.returncode != 0 or not result.exists():
            raise Failed(f"{server.name} {' '.join(flags)}: exit {finished.returncode}\n{finished.stdout}{finished.stderr}")
        return json.loads(result.read_text())


def phase(report: dict, name: str, number: int = 0) -> dict:
    """The measured part of that name; the `number`-th, where there are several."""
    found = [phase for phase in report["phases"] if phase["name"] == name]
    if len(found) <= number or not found[number]["server"]:
        raise Failed(f"{report['target']}: no {name} was measured")
    return found[number]


def cpu_per_thousand(report: dict, name: str) -> float:
    """Seconds of the server's processor for 1,000 operations."""
    part = phase(report, name)
    return part["server"]["cpu_s"] / part["operations"] * 1_000
