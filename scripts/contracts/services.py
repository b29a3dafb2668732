"""`rendezvous up` in a folder of its own, and what an application does to have somebody to ask as."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAMES = ("scheduler", "signaling", "chat")
START_LIMIT_S = 60
STOP_LIMIT_S = 15
REQUEST_LIMIT_S = 10
POLL_S = 0.05


@dataclass
class Services:
    """Those that run: the binary, its environment, and the address of each."""

    binary: Path
    env: dict[str, str]
    url: dict[str, str]

    def printed(self, *arguments: str) -> str:
        """What the binary prints beside the running services."""
        command = [str(self.binary), *arguments]
        finished = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=START_LIMIT_S, check=True)
        return finished.stdout.strip()

    def secret(self) -> str:
        """What the services show one another."""
        return (Path(self.env["RENDEZVOUS_DATA_DIR"]) / "keys" / "events.secret").read_text(encoding="ascii").strip()

    def post(self, path: str, body: dict, credential: str | None = None) -> dict:
        """A command to the scheduler, which it takes."""
        with self._sent(path, body, credential) as answer:
            return json.loads(answer.read())

    def cookie(self, path: str, body: dict) -> str:
        """The value of the cookie that a command gives."""
        with self._sent(path, body) as answer:
            return answer.headers["set-cookie"].split(";")[0].partition("=")[2]

    def post_as(self, cookie: str, path: str, body: dict) -> dict:
        """The same by somebody who is logged in."""
        with self._sent(path, body, headers={"cookie": f"rendezvous={cookie}", "origin": self.url["scheduler"]}) as answer:
            return json.loads(answer.read())

    def get_as(self, cookie: str, path: str) -> dict:
        """What somebody who is logged in is answered."""
        request = urllib.request.Request(self.url["scheduler"] + path, headers={"cookie": f"rendezvous={cookie}"})
        with urllib.request.urlopen(request, timeout=REQUEST_LIMIT_S) as answer:
            return json.loads(answer.read())

    def _sent(self, path: str, body: dict, credential: str | None = None, headers: dict | None = None) -> http.client.HTTPResponse:
        request = urllib.request.Request(self.url["scheduler"] + path, json.dumps(body).encode(), method="POST")
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            request.add_header(name, value)
        if credential:
            request.add_header("authorization", f"Bearer {credential}")
        return urllib.request.urlopen(request, timeout=REQUEST_LIMIT_S)


@contextlib.contextmanager
def running(binary: Path, settings: dict[str, str] | None = None) -> Iterator[Services]:
    """Until the block ends; a folder of its own goes with them. `settings` are of the environment."""
    with tempfile.TemporaryDirectory(prefix="contracts-") as folder:
        url = dict(zip(NAMES, free_addresses(len(NAMES))))
        env = {**os.environ, **(settings or {}), "RENDEZVOUS_DATA_DIR": f"{folder}/data"}
        env |= {f"RENDEZVOUS_{name.upper()}_LISTEN": address.removeprefix("http://") for name, address in url.items()}
        log = Path(folder) / "up.log"
        with log.open("wb") as output:
            process = subprocess.Popen([str(binary), "up"], stdin=subprocess.PIPE, stdout=output, stderr=output, env=env, cwd=folder)
        try:
            for address in url.values():
                wait_until_ready(address, process, log)
            yield Services(binary, env, url)
            if process.poll() is not None:
                raise SystemExit(f"the services ended while they were tried:\n{tail(log)}")
        finally:
            process.terminate()
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def operations(url: str) -> dict[str, dict]:
    """What a service says that it does, by path and method."""
    return document(url)["paths"]


def document(url: str) -> dict:
    """What a service says of itself."""
    with urllib.request.urlopen(f"{url}/openapi.json", timeout=REQUEST_LIMIT_S) as answer:
        return json.loads(answer.read())


def free_addresses(count: int) -> list[str]:
    """On loopback, each another one."""
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [f"http://127.0.0.1:{each.getsockname()[1]}" for each in sockets]


def wait_until_ready(address: str, process: subprocess.Popen, log: Path) -> None:
    ends = time.monotonic() + START_LIMIT_S
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/health/ready", timeout=2):
            return
        time.sleep(POLL_S)
    raise SystemExit(f"{address} is not ready:\n{tail(log)}")


def tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2_000:]
