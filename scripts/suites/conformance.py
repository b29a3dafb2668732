"""Suites that others wrote, run against our code."""

import os
import sys
from pathlib import Path

from . import reports
from .command import REPO, run
from .outcome import Outcome
from .tests import CARGO_SET, step

AUTOBAHN = REPO / "scripts" / "autobahn"
# It takes about a minute; a registry that doesn't answer must not take the whole run.
INSTALL_LIMIT_S = 10 * 60


def autobahn() -> Outcome:
    """The Autobahn suite (RFC 6455) against the accept loop and sockets that all services share."""
    # A step counts only when it fails: what is counted is cases.
    outcome = Outcome("autobahn")
    step(outcome, "the echo server", run(["cargo", "build", *CARGO_SET, "--example", "echo"]))
    step(outcome, "the suite's installation", run([str(AUTOBAHN / "install.sh")], limit_s=INSTALL_LIMIT_S))
    if outcome.failed:
        return outcome
    echo = Path(os.environ["CARGO_TARGET_DIR"]).resolve() / "debug" / "examples" / "echo"
    return reports.from_plain("autobahn", run([sys.executable, str(AUTOBAHN / "run.py"), str(echo)]))
