"""One database server: in a directory of its own, on loopback, for as long as this process lives."""

import json
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

from . import templates

# The role that tests log in as. It may create databases, and is no administrator.
USER = "rendezvous"
LOOPBACK = "127.0.0.1"
# What tests that run at once may open together; the servers' own limits are 100 and 151.
MAX_CONNECTIONS = 300
# Below the ports that the kernel gives to outgoing connections and to port 0: nothing takes one while its server is away.
PORTS = range(20_000, 32_000)
# Many times what a start takes on two cores that build at the same time.
START_LIMIT_S = 60
# Below what suites/command.py gives a command that it ends.
STOP_LIMIT_S = 4
POLL_S = 0.1
# In a folder that is kept: port and password, written when the server first answered.
IDENTITY = "identity.json"
LOG_TAIL = 3_000


class Unavailable(Exception):
    """Why there is no server; says what to do."""


class NotInstalled(Unavailable):
    """Its programs are not there: outside CI, its tests may be left out."""


class Server:
    """What they have in common. A subclass knows its programs, and when its server answers."""

    name: str
    # The system's account for it, which runs it where we are root: PostgreSQL refuses root.
    account: str
    # Which of its programs is the server.
    program: str
    url_variable: str
    pid_variable: str
    # What ends it with its data whole, and what ends it soonest.
    stop_signal: signal.Signals
    discard_signal: signal.Signals

    def __init__(self, settings: dict[str, str], folder: Path | None = None):
        """`folder` outlives the server, which goes on there with its data, port and password; without one, all is thrown away."""
        self.programs = self.find_programs()
        self.settings = settings
        self.is_kept = folder is not None
        self.folder = self._own(folder)
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._identity = self.folder / IDENTITY
        self.is_new = not self._identity.exists()
        identity = {"port": free_port(), "password": secrets.token_hex(16)} if self.is_new else json.loads(self._identity.read_text())
        self.port, self.password = identity["port"], identity["password"]
        self._process: subprocess.Popen | None = None

    @classmethod
    def find_programs(cls) -> dict[str, str]:
        """The paths of what it runs, or `NotInstalled`."""
        raise NotImplementedError

    def make_command(self) -> list[str]:
        """What makes new data. Nothing in it depends on the run: it is made once and copied."""
        raise NotImplementedError

    def serve_command(self) -> list[str]:
        """The server itself, on its data."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether its user can log in by now."""
        raise NotImplementedError

    def url(self) -> str:
        """As tests are told of it, password included."""
        raise NotImplementedError

    def start(self) -> None:
        """Only from the main thread: the kernel ends the server with the thread that started it."""
        if self.is_new:
            self.fill()
        with self.log.open("ab") as log:
            # `setpriv` becomes the server, so that its id is the server's.
            self._process = subprocess.Popen(
                self.as_account(self.serve_command()), cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                # Ctrl-C is for the tests; the server is needed until they have ended.
                start_new_session=True,
            )

    def fill(self) -> None:
        """Puts new data where it belongs."""
        templates.copy(self, self.data)

    def make(self) -> None:
        """Makes its data where it belongs."""
        with self.log.open("ab") as log:
            made = subprocess.run(
                self.as_account(self.make_command()), cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                check=False,
            )
        if made.returncode != 0:
            raise Unavailable(f"{self.name} doesn't make its data:\n{self._tail()}")

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while not self.answers():
            if self._process.poll() is not None:
                raise Unavailable(f"{self.name} doesn't start:\n{self._tail()}")
            if time.monotonic() > deadline:
                raise Unavailable(f"{self.name} didn't answer within {START_LIMIT_S} s:\n{self._tail()}")
            time.sleep(POLL_S)
        if self.is_kept:
            self.write_private(self._identity, json.dumps({"port": self.port, "password": self.password}))

    def variables(self) -> dict[str, str]:
        return {self.url_variable: self.url(), self.pid_variable: str(self._process.pid)}

    def ask_to_stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(self.stop_signal if self.is_kept else self.discard_signal)
            # A test may have frozen it.
            self._process.send_signal(signal.SIGCONT)

    def wait_until_it_stopped(self) -> None:
        if self._process:
            try:
                self._process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        # What a killed server started lives a moment longer, and may still write.
        deadline = time.monotonic() + STOP_LIMIT_S
        while not self.is_kept and self.folder.exists() and time.monotonic() < deadline:
            shutil.rmtree(self.folder, ignore_errors=True)
            time.sleep(POLL_S)

    def as_account(self, command: list[str]) -> list[str]:
        """`command` as the server's account, ended when we are: also by SIGKILL, and also when it is frozen."""
        account = self._account()
        change = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"] if account else []
        return ["setpriv", *change, "--pdeathsig", "KILL", *command]

    def account_id(self) -> int:
        """Whose its files are."""
        account = self._account()
        return account.pw_uid if account else os.geteuid()

    def write_private(self, path: Path, text: str) -> None:
        """A file that only the server's account may read, and root."""
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        self._hand_over(path)

    def _own(self, folder: Path | None) -> Path:
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix=f"rendezvous-{self.name.lower()}-"))
        else:
            folder = folder.absolute()
            folder.mkdir(mode=0o700, exist_ok=True)
            # It is handed to the server's account: that of another would be taken away.
            if any(folder.iterdir()) and not (folder / IDENTITY).exists():
                raise Unavailable(f"{folder} is neither empty nor of a {self.name} of ours")
            folder.chmod(0o700)
        self._hand_over(folder)
        return folder

    def _hand_over(self, path: Path) -> None:
        account = self._account()
        if account:
            os.chown(path, account.pw_uid, account.pw_gid)

    def _account(self) -> pwd.struct_passwd | None:
        """Whom to run it as; None for ourselves."""
        if os.geteuid() != 0:
            return None
        try:
            return pwd.getpwnam(self.account)
        except KeyError:
            # The bare server comes without the account that its package for everybody makes.
            return pwd.getpwnam("nobody")

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-LOG_TAIL:].replace(self.password, "(password)")


def environment() -> dict[str, str]:
    """For servers and their programs: nothing of ours, or a PGPORT would send them elsewhere."""
    return {"PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def free_port() -> int:
    for port in random.sample(PORTS, 100):
        with closing(socket.socket()) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise Unavailable(f"of 100 ports from {PORTS.start} to {PORTS.stop} none is free")
