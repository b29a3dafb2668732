"""The three servers, one at a time, each on the server's core. How each is driven stands beside how it is started."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .processes import BENCH, CLIENT_CORE, RENDEZVOUS, REPO, SERVER_CORE, Failed, first_line, free_port, running, wait_ready

WITH_NODE = str(REPO / "scripts" / "with-node")
PEERJS = REPO / "tools" / "bench" / "peerjs"
# Beyond what any bar asks for: what is measured is the work, not the refusal of it.
NO_LIMIT = 1_000_000
CONNECTIONS = 19_000


@dataclass
class Server:
    """One that runs: its name, its process id, and the generator's command against it, without the flags of a scenario."""

    name: str
    pid: int
    driver: list[str]
    env: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def start(name: str) -> Iterator[Server]:
    """Starts `reference`, `peerjs` or `rendezvous` with a directory of its own."""
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=scratch()))
    try:
        with {"reference": _reference, "peerjs": _peerjs, "rendezvous": _rendezvous}[name](folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def scratch() -> Path:
    """Where stores lie while they are measured: a disk, not memory."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rendezvous" / "bench"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


@contextlib.contextmanager
def _reference(folder: Path) -> Iterator[Server]:
    log = folder / "relay.log"
    with running([str(BENCH), "relay"], SERVER_CORE, log, stdout=subprocess.PIPE) as process:
        address = first_line(process, log)
        yield Server("reference", process.pid, [str(BENCH), "drive", "reference", "--url", f"ws://{address}"])


@contextlib.contextmanager
def _peerjs(folder: Path) -> Iterator[Server]:
    log = folder / "peerjs.log"
    command = [WITH_NODE, "node", str(PEERJS / "server.mjs")]
    with running(command, SERVER_CORE, log, env={"NODE_ENV": "production"}, stdout=subprocess.PIPE) as process:
        address = first_line(process, log)
        yield Server("peerjs", process.pid, [str(BENCH), "drive", "peerjs", "--url", f"ws://{address}"])


@contextlib.contextmanager
def _rendezvous(folder: Path) -> Iterator[Server]:
    """Scheduler and signaling as an operator runs them. Only limits differ from the defaults, by their keys."""
    ports = {service: free_port() for service in ("scheduler", "signaling", "chat")}
    env = {f"RENDEZVOUS_{service.upper()}_LISTEN": f"127.0.0.1:{port}" for service, port in ports.items()}
    env["RENDEZVOUS_DATA_DIR"] = str(folder / "data")
    env |= raised_limits(env)
    url = {service: f"http://127.0.0.1:{port}" for service, port in ports.items()}
    logs = {service: folder / f"{service}.log" for service in ports}
    with running([str(RENDEZVOUS), "scheduler"], CLIENT_CORE, logs["scheduler"], env) as scheduler:
        wait_ready(f"{url['scheduler']}/health/ready", scheduler, logs["scheduler"])
        with running([str(RENDEZVOUS), "signaling"], SERVER_CORE, logs["signaling"], env) as signaling:
            wait_ready(f"{url['signaling']}/health/ready", signaling, logs["signaling"])
            created = subprocess.run(
                [str(RENDEZVOUS), "keys", "create", "--name", "bench"], env={**os.environ, **env}, check=True, capture_output=True, text=True
            )
            key = {"BENCH_API_KEY": created.stdout.strip()}
            driver = [str(RENDEZVOUS), "load", "signaling", "--url", url["scheduler"], "--key-env", "BENCH_API_KEY"]
            yield Server("rendezvous", signaling.pid, driver, key)


def raised_limits(env: dict[str, str]) -> dict[str, str]:
    """Every rate and count that the settings of signaling and scheduler have, out of the way."""
    shown = subprocess.run([str(RENDEZVOUS), "config"], env={**os.environ, **env}, check=False, capture_output=True, text=True)
    if shown.returncode != 0:
        raise Failed(f"`rendezvous config` failed: {shown.stderr}")
    settings = tomllib.loads(shown.stdout)
    raised = {}
    for service in ("scheduler", "signaling"):
        for key, value in settings[service].get("limits", {}).items():
            if isinstance(value, int) and not isinstance(value, bool):
                if "bytes_per_second" in key:
                    # How fast the other side must be at least.
                    continue
                if "connections" in key:
                    raised[f"RENDEZVOUS_{service.upper()}_LIMITS_{key.upper()}"] = str(CONNECTIONS)
                elif any(part in key for part in ("per_second", "per_hour", "per_address", "burst")):
                    raised[f"RENDEZVOUS_{service.upper()}_LIMITS_{key.upper()}"] = str(max(value, NO_LIMIT))
    return raised


def install_peerjs() -> None:
    """The PeerJS server that the lock file names, once."""
    if not (PEERJS / "node_modules" / "peer").exists():
        subprocess.run([WITH_NODE, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=PEERJS, check=True)
