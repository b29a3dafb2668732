"""MariaDB, with its own defaults but for what is named here. It stands for MySQL, whose protocol it speaks."""

import os
import shutil
import signal
import socket
from contextlib import closing

from .server import LOOPBACK, MAX_CONNECTIONS, USER, NotInstalled, Server

PROGRAMS = ("mariadbd", "mariadb-install-db")
# What a store of ours needs, and PROCESS for tests that look at locks. Nothing that changes the server.
PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, LOCK TABLES, CREATE TEMPORARY TABLES, PROCESS"
)
# How long one try to reach it may take.
GREETING_LIMIT_S = 2


class MariaDb(Server):
    name = "MariaDB"
    account = "mysql"
    program = "mariadbd"
    url_variable = "MYSQL_URL"
    pid_variable = "MYSQL_PID"
    stop_signal = signal.SIGTERM
    # It would first write what it has in memory; all that it holds is in its folder.
    discard_signal = signal.SIGKILL

    @classmethod
    def find_programs(cls) -> dict[str, str]:
        # A user's PATH in Debian lacks the folder of servers.
        path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
        found = {name: shutil.which(name, path=path) for name in PROGRAMS}
        if all(found.values()):
            return found
        raise NotInstalled(f"MariaDB is not installed ({', '.join(PROGRAMS)}): scripts/install-test-deps.sh installs it")

    def make_command(self) -> list[str]:
        # Without those of the machine, which are for the server of everybody.
        return [
            self.programs["mariadb-install-db"], "--no-defaults", f"--datadir={self.data}", "--skip-test-db",
            # No account with an empty password.
            "--auth-root-authentication-method=socket",
        ]

    def serve_command(self) -> list[str]:
        users = self.folder / "users.sql"
        self.write_private(
            users,
            f"CREATE USER IF NOT EXISTS '{USER}'@'{LOOPBACK}' IDENTIFIED BY '{self.password}';\n"
            f"GRANT {PRIVILEGES} ON *.* TO '{USER}'@'{LOOPBACK}';\n",
        )
        settings = {
            # So that two can run on one machine, and none is reached from another.
            "port": str(self.port), "bind-address": LOOPBACK, "socket": str(self.folder / "socket"),
            "max-connections": str(MAX_CONNECTIONS),
            # Executed before it takes the first connection.
            "init-file": str(users),
            **self.settings,
        }
        return [self.programs["mariadbd"], "--no-defaults", f"--datadir={self.data}", *(f"--{name}={value}" for name, value in settings.items())]

    def answers(self) -> bool:
        """It greets whom it would let log in; until it has started, a connection only waits."""
        try:
            with closing(socket.create_connection((LOOPBACK, self.port), timeout=GREETING_LIMIT_S)) as connection:
                greeting = connection.recv(5)
        except OSError:
            return False
        # Three bytes of length, a number, and the version of the protocol; an error has 255 in its place.
        return len(greeting) == 5 and greeting[4] == 10

    def url(self) -> str:
        return f"mysql://{USER}:{self.password}@{LOOPBACK}:{self.port}/"
