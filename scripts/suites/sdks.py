"""Whether the SDKs for servers are what the running product is."""

import os
import sys

from . import reports
from .checks import CACHE
from .command import REPO, run
from .outcome import Outcome

# What each part of it needs, and the script that installs it.
NEEDED = {
    CACHE / "tools" / "openapi-typescript" / "installed": "scripts/sdks/install.sh",
    CACHE / "tools" / "sdks-python" / "installed": "scripts/sdks/install.sh",
    CACHE / "tools" / "webhook-libraries" / "installed": "scripts/install-webhook-libraries.sh",
}
# Twice what it may take; each part has a limit of its own.
LIMIT_S = 6 * 60


def sdks() -> Outcome:
    """Types, soundness and tests of web/server and sdks/python, against the binary that RENDEZVOUS_BIN names."""
    missing = {script for mark, script in NEEDED.items() if not mark.exists()}
    if missing:
        outcome = Outcome("sdks", skipped=1)
        outcome.notes.append(f"what they are made with is missing: run {' and '.join(sorted(missing))}")
        return outcome
    modules = run([str(REPO / "scripts" / "build-web.sh"), "--modules-only"])
    command = [sys.executable, str(REPO / "scripts" / "sdks" / "run.py"), os.environ["RENDEZVOUS_BIN"]]
    outcome = reports.from_plain("sdks", run(command, limit_s=LIMIT_S))
    if modules.code != 0:
        outcome.fail("the web packages can't be installed")
    return outcome
