"""The servers, one at a time, each on the server's core. How each is driven stands beside how it is started."""

import base64
import contextlib
import hmac
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .processes import BENCH, CLIENT_CORE, RENDEZVOUS, REPO, SERVER_CORE, Failed, first_line, free_port, running, wait_ready

WITH_NODE = str(REPO / "scripts" / "with-node")
PEERJS = REPO / "tools" / "bench" / "peerjs"
INSTALL_CENTRIFUGO = REPO / "scripts" / "install-centrifugo.sh"
SOCKETIO = REPO / "tools" / "bench" / "socketio"
# Beyond what any bar asks for: what is measured is the work, not the refusal of it.
NO_LIMIT = 1_000_000
CONNECTIONS = 19_000
# Of messages and their bytes there are more: a million fill a store before anything is measured.
NO_HOURLY_LIMIT = 10**11


@dataclass
class Server:
    """One that runs: its name, its process id, and the generator's command against it, without the flags of a scenario."""

    name: str
    pid: int
    driver: list[str]
    env: dict[str, str] = field(default_factory=dict)
    # Where it tells its counters, if it does.
    metrics: str = ""


@contextlib.contextmanager
def start(name: str) -> Iterator[Server]:
    """Starts a server of `STARTERS` with a directory of its own."""
    folder = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=scratch()))
    try:
        with STARTERS[name](folder) as server:
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
def _centrifugo(folder: Path) -> Iterator[Server]:
    """With the history in memory of which it recovers, and a JWT, as its documentation sets up a chat."""
    log, port, secret = folder / "centrifugo.log", free_port(), secrets.token_hex(16)
    rooms = {"history_size": 1_000, "history_ttl": "10m", "force_recovery": True, "force_positioning": True}
    rooms |= {f"allow_{what}": True for what in ("subscribe_for_client", "publish_for_subscriber", "history_for_subscriber")}
    config = folder / "config.json"
    config.write_text(json.dumps({
        "http_server": {"address": "127.0.0.1", "port": port}, "health": {"enabled": True}, "usage_stats": {"disabled": True},
        "log": {"level": "error"}, "client": {"token": {"hmac_secret_key": secret}}, "channel": {"without_namespace": rooms},
    }))
    binary = subprocess.run([str(INSTALL_CENTRIFUGO)], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    with running([binary, "-c", str(config)], SERVER_CORE, log) as process:
        wait_ready(f"http://127.0.0.1:{port}/health", process, log)
        driver = [str(BENCH), "drive-chat", "centrifugo", "--url", f"ws://127.0.0.1:{port}", "--token-env", "BENCH_TOKEN"]
        yield Server("centrifugo", process.pid, driver, {"BENCH_TOKEN": jwt(secret)})


@contextlib.contextmanager
def _socketio(folder: Path) -> Iterator[Server]:
    log = folder / "socketio.log"
    command = [WITH_NODE, "node", str(SOCKETIO / "server.mjs")]
    with running(command, SERVER_CORE, log, env={"NODE_ENV": "production"}, stdout=subprocess.PIPE) as process:
        address = first_line(process, log)
        yield Server("socketio", process.pid, [str(BENCH), "drive-chat", "socketio", "--url", f"ws://{address}"])


@contextlib.contextmanager
def _rendezvous(folder: Path, measured: str = "signaling") -> Iterator[Server]:
    """The scheduler, and the service that is measured, as an operator runs them. Only limits differ from the defaults, by their keys."""
    ports = {service: free_port() for service in ("scheduler", "signaling", "chat")}
    env = {f"RENDEZVOUS_{service.upper()}_LISTEN": f"127.0.0.1:{port}" for service, port in ports.items()}
    metrics = f"127.0.0.1:{free_port()}"
    env |= {"RENDEZVOUS_DATA_DIR": str(folder / "data"), f"RENDEZVOUS_{measured.upper()}_METRICS_LISTEN": metrics}
    env |= raised_limits(env)
    url = {service: f"http://127.0.0.1:{port}" for service, port in ports.items()}
    logs = {service: folder / f"{service}.log" for service in ports}
    with running([str(RENDEZVOUS), "scheduler"], CLIENT_CORE, logs["scheduler"], env) as scheduler:
        wait_ready(f"{url['scheduler']}/health/ready", scheduler, logs["scheduler"])
        with running([str(RENDEZVOUS), measured], SERVER_CORE, logs[measured], env) as server:
            wait_ready(f"{url[measured]}/health/ready", server, logs[measured])
            created = subprocess.run(
                [str(RENDEZVOUS), "keys", "create", "--name", "bench"], env={**os.environ, **env}, check=True, capture_output=True, text=True
            )
            key = {"BENCH_API_KEY": created.stdout.strip()}
            driver = [str(RENDEZVOUS), "load", measured, "--url", url["scheduler"], "--key-env", "BENCH_API_KEY"]
            yield Server("rendezvous", server.pid, driver, key, f"http://{metrics}/metrics")


def _chat(folder: Path) -> contextlib.AbstractContextManager[Server]:
    return _rendezvous(folder, "chat")


STARTERS = {
    "reference": _reference, "peerjs": _peerjs, "rendezvous": _rendezvous,
    "chat": _chat, "centrifugo": _centrifugo, "socketio": _socketio,
}


def jwt(secret: str) -> str:
    """A token that says who holds it, for ever, with an HMAC."""
    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    signed = ".".join(part(json.dumps(claims).encode()) for claims in ({"alg": "HS256", "typ": "JWT"}, {"sub": "load"}))
    return f"{signed}.{part(hmac.digest(secret.encode(), signed.encode(), 'sha256'))}"


def counters(url: str) -> dict[str, float]:
    """What a server counts, by name and labels, as it tells Prometheus."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))}


def raised_limits(env: dict[str, str]) -> dict[str, str]:
    """Every rate and count that the settings of the services have, out of the way."""
    shown = subprocess.run([str(RENDEZVOUS), "config"], env={**os.environ, **env}, check=False, capture_output=True, text=True)
    if shown.returncode != 0:
        raise Failed(f"`rendezvous config` failed: {shown.stderr}")
    settings = tomllib.loads(shown.stdout)
    raised = {}
    for service in ("scheduler", "signaling", "chat"):
        for key, value in settings[service].get("limits", {}).items():
            if isinstance(value, int) and not isinstance(value, bool):
                if "bytes_per_second" in key:
                    # How fast the other side must be at least.
                    continue
                if "connections" in key:
                    raised[f"RENDEZVOUS_{service.upper()}_LIMITS_{key.upper()}"] = str(CONNECTIONS)
                elif service == "chat" and "per_hour" in key:
                    raised[f"RENDEZVOUS_CHAT_LIMITS_{key.upper()}"] = str(NO_HOURLY_LIMIT)
                elif any(part in key for part in ("per_second", "per_hour", "per_address", "burst")):
                    raised[f"RENDEZVOUS_{service.upper()}_LIMITS_{key.upper()}"] = str(max(value, NO_LIMIT))
    return raised


def install_peerjs() -> None:
    """The PeerJS server that the lock file names, once."""
    _install(PEERJS, "peer")


def install_chat_servers() -> None:
    """Centrifugo and Socket.IO, as their lock files name them, once."""
    subprocess.run([str(INSTALL_CENTRIFUGO)], check=True, stdout=subprocess.DEVNULL)
    _install(SOCKETIO, "socket.io")


def _install(folder: Path, package: str) -> None:
    if not (folder / "node_modules" / package).exists():
        command = [WITH_NODE, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=folder, check=True)
