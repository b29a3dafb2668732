"""The release binary under attack: `rendezvous up` on a core of its own, and what its processes use meanwhile."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SERVER_CORE, STRANGER_CORE = 0, 1
SERVICES = ("scheduler", "signaling", "chat", "turn")
START_LIMIT_S = 60
STOP_LIMIT_S = 15
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """One that runs: its addresses, its processes by service, and how to run its program beside it."""

    binary: Path
    folder: Path
    env: dict[str, str]
    url: dict[str, str]
    metrics_url: dict[str, str]
    relay: tuple[str, int]
    pids: dict[str, int] = field(default_factory=dict)
    key: str = ""

    def run(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess:
        command = ["taskset", "-c", str(STRANGER_CORE), str(self.binary), *arguments]
        return subprocess.run(command, env={**os.environ, **self.env}, capture_output=True, text=True, timeout=timeout, check=False)

    def post(self, path: str, body: dict, service: str = "scheduler", key: str | None = None) -> tuple[int, dict]:
        """A command to a service: status and answer."""
        request = urllib.request.Request(self.url[service] + path, json.dumps(body).encode(), method="POST")
        request.add_header("content-type", "application/json")
        request.add_header("authorization", f"Bearer {key or self.key}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def metrics(self, service: str) -> bytes:
        with urllib.request.urlopen(self.metrics_url[service] + "/metrics", timeout=30) as answer:
            return answer.read()

    def stored_bytes(self, service: str) -> int:
        """What the files of a service's store take."""
        return sum(file.stat().st_size for file in (self.folder / "data").rglob("*") if service in str(file) and file.is_file())


@contextlib.contextmanager
def start(binary: Path, settings: dict[str, str] | None = None) -> Iterator[Server]:
    """Starts `up` in a directory of its own, with settings by key, and makes an API key."""
    folder = Path(tempfile.mkdtemp(prefix="bounds-"))
    try:
        server = _place(binary, folder, settings or {})
        with (folder / "up.log").open("ab") as log:
            command = ["taskset", "-c", str(SERVER_CORE), str(binary), "up"]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env={**os.environ, **server.env}, cwd=folder, start_new_session=True
            )
        try:
            for service in SERVICES[:3]:
                _wait_ready(server.url[service], process, folder / "up.log")
            server.pids = _children(process.pid)
            server.key = server.run("keys", "create", "--name", "bounds").stdout.strip()
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place(binary: Path, folder: Path, settings: dict[str, str]) -> Server:
    shown = subprocess.run([str(binary), "config"], cwd=folder, capture_output=True, text=True, check=True)
    known = tomllib.loads(shown.stdout)
    env = {"RENDEZVOUS_DATA_DIR": str(folder / "data")}
    url, metrics_url = {}, {}
    for service in SERVICES:
        address = f"127.0.0.1:{free_port()}"
        env[f"RENDEZVOUS_{service.upper()}_LISTEN"] = address
        url[service] = metrics_url[service] = f"http://{address}"
        for private in ("metrics_listen", "http_listen"):
            if private in known.get(service, {}):
                address = f"127.0.0.1:{free_port()}"
                env[f"RENDEZVOUS_{service.upper()}_{private.upper()}"] = address
                metrics_url[service] = f"http://{address}"
    for key, value in settings.items():
        env["RENDEZVOUS_" + key.replace(".", "_").upper()] = value
    host, port = url["turn"].removeprefix("http://").split(":")
    return Server(binary, folder, env, url, metrics_url, (host, int(port)))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_ready(url: str, process: subprocess.Popen, log: Path) -> None:
    ends = time.monotonic() + START_LIMIT_S
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health/ready", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise SystemExit(f"{url} is not ready:\n{log.read_text(errors='replace')[-2000:]}")


def _children(parent: int) -> dict[str, int]:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    found = {}
    for pid in children:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        found |= {service: int(pid) for service in SERVICES if service.encode() in arguments}
    return found


class Usage:
    """Samples resident memory and processor time of each process while the block lasts."""

    def __init__(self, pids: dict[str, int]):
        self.pids, self.peak, self.cpu = pids, {}, {}
        self._stop = threading.Event()

    def __enter__(self) -> "Usage":
        self._began = time.monotonic()
        self._first = {name: _cpu_s(pid) for name, pid in self.pids.items()}
        self.idle = {name: _resident_mib(pid) for name, pid in self.pids.items()}
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        span = time.monotonic() - self._began
        self.cpu = {name: 100 * (_cpu_s(pid) - self._first[name]) / span for name, pid in self.pids.items()}

    def _sample(self) -> None:
        while not self._stop.wait(0.1):
            for name, pid in self.pids.items():
                self.peak[name] = max(self.peak.get(name, 0), _resident_mib(pid))


def _resident_mib(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE / (1 << 20)
    except OSError:
        return 0.0


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    except OSError:
        return 0.0
