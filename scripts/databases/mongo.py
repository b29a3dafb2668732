"""Two servers that speak MongoDB's protocol, each for itself: what one of them forgives, the other may not."""

import os
import shutil
import signal
import socket
import struct
from contextlib import closing
from pathlib import Path

from .cache import tools
from .server import LOOPBACK, NotInstalled, Server

LOCKED = Path(__file__).resolve().parents[1] / "locked"
# How long one try to reach it may take.
HELLO_LIMIT_S = 2
OP_MSG = 2013
# Of an answer to `hello`: its field `ok`, a double that is 1.
IS_OK = b"\x01ok\x00" + struct.pack("<d", 1.0)


class MongoProtocolServer(Server):
    """Runs as whoever runs us, from the cache, which may be theirs alone. Nobody logs in: it is reached from this machine."""

    stop_signal = signal.SIGTERM
    # All that it holds is in its folder.
    discard_signal = signal.SIGKILL
    # Of the URL, after its `?`.
    parameters = ""

    @classmethod
    def binary(cls) -> Path:
        """Where its script of `installer` puts it."""
        raise NotImplementedError

    installer: str

    @classmethod
    def find_programs(cls) -> dict[str, str]:
        binary = cls.binary()
        if os.access(binary, os.X_OK):
            return {cls.program: str(binary)}
        raise NotInstalled(f"{cls.name} is not installed ({binary}): {cls.installer} installs it")

    def fill(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir()

    def answers(self) -> bool:
        command = b"\x10hello\x00" + struct.pack("<i", 1) + b"\x02$db\x00" + struct.pack("<i", 6) + b"admin\x00\x00"
        document = struct.pack("<i", len(command) + 4) + command
        message = struct.pack("<iiiiIB", 21 + len(document), 1, 0, OP_MSG, 0, 0) + document
        try:
            with closing(socket.create_connection((LOOPBACK, self.port), timeout=HELLO_LIMIT_S)) as connection:
                connection.sendall(message)
                answer = connection.recv(65_536)
        except OSError:
            return False
        return IS_OK in answer

    def url(self) -> str:
        return f"mongodb://{LOOPBACK}:{self.port}/{self.parameters}"

    def _account(self) -> None:
        return None


class SecantusDb(MongoProtocolServer):
    name = "SecantusDB"
    program = "secantusd-rs"
    url_variable = "SECANTUS_URL"
    pid_variable = "SECANTUS_PID"
    installer = "scripts/install-secantus.sh"

    @classmethod
    def binary(cls) -> Path:
        version = (LOCKED / "secantus" / "version").read_text().strip()
        return tools() / f"secantus-{version}" / "bin" / cls.program

    def serve_command(self) -> list[str]:
        return [self.programs[self.program], "--port", str(self.port), "--storage-path", str(self.data)]


class FerretDb(MongoProtocolServer):
    name = "FerretDB"
    program = "ferretdb"
    url_variable = "FERRET_URL"
    pid_variable = "FERRET_PID"
    installer = "scripts/install-ferretdb.sh"
    parameters = "?retryWrites=false"

    @classmethod
    def binary(cls) -> Path:
        module = (LOCKED / "ferretdb" / "go.mod").read_text().split()
        version = module[module.index("github.com/FerretDB/FerretDB") + 1].removeprefix("v")
        return tools() / f"ferretdb-{version}" / cls.program

    def serve_command(self) -> list[str]:
        return [self.programs[self.program], f"{LOOPBACK}:{self.port}", str(self.data)]
