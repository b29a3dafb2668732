"""PostgreSQL, with its own defaults but for what is named here."""

import re
import shutil
import signal
import subprocess
from pathlib import Path

from .server import LOOPBACK, MAX_CONNECTIONS, USER, NotInstalled, Server, environment

# Debian keeps the server's programs out of PATH, a folder for each version.
DEBIAN = Path("/usr/lib/postgresql")
PROGRAMS = ("initdb", "postgres", "psql")
# How long one try to log in may take.
LOGIN_LIMIT_S = 10


class Postgres(Server):
    name = "PostgreSQL"
    account = "postgres"
    program = "postgres"
    url_variable = "POSTGRES_URL"
    pid_variable = "POSTGRES_PID"
    # Clients are sent away; on SIGTERM it would wait for them to leave.
    stop_signal = signal.SIGINT
    # Its other processes end with it, which SIGKILL leaves to themselves.
    discard_signal = signal.SIGQUIT

    @classmethod
    def find_programs(cls) -> dict[str, str]:
        folders = [str(path) for path in sorted(DEBIAN.glob("*/bin"), key=_version, reverse=True)]
        for path in [*folders, None]:
            found = {name: shutil.which(name, path=path) for name in PROGRAMS}
            if all(found.values()):
                return found
        raise NotInstalled(f"PostgreSQL is not installed ({', '.join(PROGRAMS)}): scripts/install-test-deps.sh installs it")

    def make_command(self) -> list[str]:
        return [
            self.programs["initdb"], "--pgdata", str(self.data), "--auth-host=scram-sha-256", "--auth-local=peer",
            # Done once for all files by who keeps them. The server itself does sync.
            "--no-sync",
            # What a machine's locale usually comes to: text in an order of a language, so that a missing COLLATE "C" is noticed.
            "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US",
        ]

    def serve_command(self) -> list[str]:
        settings = {
            # So that two can run on one machine, and none is reached from another.
            "port": str(self.port), "listen_addresses": LOOPBACK, "unix_socket_directories": str(self.folder),
            # Within its folder, with which it goes: of a server that is killed, a megabyte would stay in /dev/shm.
            "dynamic_shared_memory_type": "mmap",
            "max_connections": str(MAX_CONNECTIONS),
            **self.settings,
        }
        return [self.programs["postgres"], "-D", str(self.data), *(f"--{name}={value}" for name, value in settings.items())]

    def answers(self) -> bool:
        """Makes the user, over the socket that only the server's own account reaches."""
        user = f"DROP ROLE IF EXISTS {USER}; CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{self.password}';" if self.is_new else "SELECT 1;"
        psql = [self.programs["psql"], "--no-psqlrc", "--quiet", "--host", str(self.folder), "--port", str(self.port), "--dbname=postgres"]
        try:
            # Through a pipe: what stands in the arguments is seen by everybody.
            tried = subprocess.run(
                self.as_account(psql), cwd=self.folder, env=environment(), input=f"\\set ON_ERROR_STOP on\n{user}\n", text=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LOGIN_LIMIT_S, check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return tried.returncode == 0

    def url(self) -> str:
        return f"postgres://{USER}:{self.password}@{LOOPBACK}:{self.port}/postgres"


def _version(path: Path) -> int:
    digits = re.sub(r"\D", "", path.parent.name)
    return int(digits or 0)
