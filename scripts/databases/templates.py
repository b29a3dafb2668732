"""New data of a server, kept in the cache: a copy takes a tenth of the time that making it takes."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .cache import cache

if TYPE_CHECKING:
    from .server import Server


def copy(server: "Server", to: Path) -> None:
    """Fills `to` with new data. Where none is kept that this server made, under this account, it makes it."""
    template = _place(server)
    if template.exists():
        _copy(template, to)
        return
    server.make()
    template.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=template.parent) as folder:
        made = Path(folder) / "made"
        _copy(to, made)
        # Before it gets its name: what a power cut left of it would be copied for ever.
        os.sync()
        try:
            made.rename(template)
        except OSError:
            # Another run was first.
            if not template.exists():
                raise


def _place(server: "Server") -> Path:
    """By what decides what is in it: the server's version, how its data is made, and whose files they are."""
    command = [word.replace(str(server.folder), "") for word in server.make_command()]
    version = subprocess.run([server.programs[server.program], "--version"], capture_output=True, check=True).stdout
    key = hashlib.sha256(repr((version, command, server.account_id())).encode()).hexdigest()
    return cache() / "databases" / f"{server.name.lower()}-{key[:16]}"


def _copy(data: Path, to: Path) -> None:
    """With its owner and rights; a log that is still empty takes no room."""
    shutil.rmtree(to, ignore_errors=True)
    subprocess.run(["cp", "--archive", "--sparse=always", str(data), str(to)], check=True)
