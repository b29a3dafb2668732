#!/usr/bin/env python3
"""Runs the test suites in order, goes on after one that failed, and closes with a plain count of all.

usage: scripts/test.py [SUITE…]    (without a name all that need no further download)
"""

import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

sys.dont_write_bytecode = True

from databases.run import apply, running  # noqa: E402
from databases.server import Unavailable  # noqa: E402
from suites import checks, conformance, contracts, sdks, tests  # noqa: E402
from suites.outcome import Outcome, counts  # noqa: E402

# In the order in which a failure is cheapest to learn of. `build` makes what the others need.
SUITES = {
    "tooling": tests.tooling,
    "build": tests.build,
    "check": checks.check,
    "rust": tests.rust,
    "contracts": contracts.contracts,
    "sdks": sdks.sdks,
    "harness": tests.harness,
    "mutants": tests.mutants,
    "faults": tests.faults,
    "web": tests.web,
    "e2e": tests.e2e,
    "chat-long": tests.chat_long,
    "autobahn": conformance.autobahn,
}
# One runs for most of an hour, the other fetches 20 MB of packages that nothing else needs.
ONLY_BY_NAME = {"chat-long", "autobahn"}
# The web app is embedded in the binary: what compiles the whole workspace needs both.
NEED_BUILD = {"check", "rust", "contracts", "sdks", "faults", "chat-long", "e2e"}
# One PostgreSQL and one MariaDB serve them all: each test has databases of its own in them.
NEED_DATABASES = {"rust", "faults", "chat-long"}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(f"no suite {', '.join(unknown)}; there are: {', '.join(SUITES)}", file=sys.stderr)
        return 2
    prepare_environment()
    ci = os.environ.get("CI", "").lower() in ("1", "true")
    with ExitStack() as servers:
        outcomes = [timed(name, servers) for name in chosen(names)]
    return close(outcomes, ci)


def chosen(names: list[str]) -> list[str]:
    wanted = set(names) or set(SUITES) - ONLY_BY_NAME
    if wanted & NEED_BUILD:
        wanted.add("build")
    return [name for name in SUITES if name in wanted]


def prepare_environment() -> None:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rendezvous"
    # Outside the repository, so that a fresh clone finds the dependencies built.
    target = os.environ.setdefault("CARGO_TARGET_DIR", str(cache / "target"))
    os.environ.setdefault("RENDEZVOUS_BIN", str(Path(target).resolve() / "debug" / "rendezvous"))
    # The counts are read from the output: no colours in it.
    os.environ["CARGO_TERM_COLOR"] = "never"
    os.environ["NO_COLOR"] = "1"
    os.environ.pop("FORCE_COLOR", None)
    if os.environ.get("CI"):
        # A clone is built once: what would speed up the next build only fills the disk.
        os.environ.setdefault("CARGO_INCREMENTAL", "0")


def timed(name: str, servers: ExitStack) -> Outcome:
    print(f"\n=== {name} ===", flush=True)
    start = time.monotonic()
    missing = start_databases(servers) if name in NEED_DATABASES else None
    outcome = SUITES[name]()
    if missing:
        outcome.fail(missing)
    outcome.seconds = time.monotonic() - start
    print(outcome.line(), flush=True)
    for note in outcome.notes:
        print(f"  {note}")
    return outcome


def start_databases(servers: ExitStack) -> str | None:
    """Starts them and tells the tests of them; a second time they are named already. What is wrong where they don't start."""
    try:
        apply(servers.enter_context(running()), os.environ)
    except Unavailable as error:
        return str(error)
    return None


def close(outcomes: list[Outcome], ci: bool) -> int:
    red = [outcome for outcome in outcomes if outcome.is_red(ci)]
    print(f"\n{'suite':<10} {'passed':>7} {'failed':>7} {'skipped':>8} {'seconds':>8}")
    for outcome in outcomes:
        verdict = "  RED" if outcome in red else ""
        print(f"{outcome.name:<10} {outcome.passed:>7} {outcome.failed:>7} {outcome.skipped:>8} {outcome.seconds:>8.1f}{verdict}")
    for outcome in red:
        for note in outcome.notes or (["skipped tests, which CI doesn't allow"] if not outcome.failed else []):
            print(f"{outcome.name}: {note}")
    total = [sum(getattr(outcome, what) for outcome in outcomes) for what in ("passed", "failed", "skipped")]
    print(f"\n{counts(*total)}", flush=True)
    return 1 if red else 0


if __name__ == "__main__":
    # Stopped from outside, it ends what it runs just as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
