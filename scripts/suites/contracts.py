"""Whether the services do what they say of themselves, as Schemathesis tries it."""

import os
import sys

from . import reports
from .checks import CACHE
from .command import REPO, run
from .outcome import Outcome

CONTRACTS = REPO / "scripts" / "contracts"
SITE = CACHE / "schemathesis"
# Twice what all trials may take; each has a limit of its own.
LIMIT_S = 8 * 60


def contracts() -> Outcome:
    """`/openapi.json` of each service of the binary that RENDEZVOUS_BIN names, against what it answers."""
    if not (SITE / "recipe").exists():
        outcome = Outcome("contracts", skipped=1)
        outcome.notes.append("Schemathesis is missing: run scripts/install-test-deps.sh")
        return outcome
    command = [sys.executable, str(CONTRACTS / "run.py"), os.environ["RENDEZVOUS_BIN"]]
    return reports.from_plain("contracts", run(command, limit_s=LIMIT_S))
