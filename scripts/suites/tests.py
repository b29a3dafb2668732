"""The suites that run tests, each through the project's own tools."""

import os
import sys
import tempfile
from pathlib import Path

from . import reports
from .command import REPO, Finished, run
from .outcome import Outcome

WITH_NODE = str(REPO / "scripts" / "with-node")
WEB = REPO / "web"
# One set of features in every suite, or each would compile the workspace anew.
CARGO_SET = ["--workspace", "--all-features"]
# With one test among what is built, Cargo gives the dependencies the features that tests ask for,
# as `cargo test` will: without it, tokio and all that stands on it would be compiled twice.
WITH_TEST_FEATURES = ["--test", "typescript_is_fresh"]
PLAYWRIGHT_REPORT = WEB / "e2e" / "results" / "report.json"
MUTANTS = REPO / "signaling" / "core" / "mutants" / "run.sh"
# A module of rows that are left out of the short run.
LONG_ROWS = "::long::"
# What the rows may take together, building included; each has a limit of its own.
FAULTS_LIMIT_S = 15 * 60
ALL_FAULTS_LIMIT_S = 45 * 60
# How long chat's stories are when they are asked for by themselves, and what they may take: two of six run on servers that
# answer in milliseconds.
LONG_CHAT = {"CHAT_KILLS": "300", "CHAT_FLAPPING_MESSAGES": "20000"}
LONG_CHAT_STORIES = ["cht_106", "cht_170"]
LONG_CHAT_LIMIT_S = 60 * 60
WEB_WORKSPACES = ["sdk", "app", "e2e"]


def tooling() -> Outcome:
    """The scripts' own tests: whether the checks find what they look for."""
    finished = run([sys.executable, "-B", "-m", "unittest", "discover", "-s", "scripts/tests", "-t", "scripts", "-p", "*_test.py"])
    return reports.from_unittest("tooling", finished)


def build() -> Outcome:
    """What the other suites need, as two steps that can fail: the web app, and the binary that embeds it."""
    outcome = Outcome("build")
    step(outcome, "the web app", run([str(REPO / "scripts" / "build-web.sh")]))
    step(outcome, "the binary, and the bot of a story", run(["cargo", "build", *CARGO_SET, "--bins", "--example", "tone-bot", *WITH_TEST_FEATURES]))
    return outcome.settle()


def rust() -> Outcome:
    """Every test of the workspace, but for the long runs of `harness`, and what `faults` runs one by one."""
    return reports.from_cargo("rust", run(["cargo", "test", *CARGO_SET, "--exclude", "faults", "--no-fail-fast"]))


def harness() -> Outcome:
    """The seeded harness around signaling's core, at its full number of seeds."""
    command = ["cargo", "test", "-p", "signaling-core", "--all-features", "--test", "harness", "--no-fail-fast"]
    return reports.from_cargo("harness", run(command, env={"RENDEZVOUS_SEEDS": "1000"}))


def mutants() -> Outcome:
    """Whether the tests of signaling's core catch faults that are patched in on purpose."""
    return reports.from_plain("mutants", run([str(MUTANTS)]))


def faults() -> Outcome:
    """Faults around the real binary (tools/faults), one row after another; every row with RENDEZVOUS_FAULTS=all."""
    every = os.environ.get("RENDEZVOUS_FAULTS") == "all"
    rows = ["--test-threads=1", "--nocapture", *([] if every else ["--skip", LONG_ROWS])]
    limit_s = ALL_FAULTS_LIMIT_S if every else FAULTS_LIMIT_S
    finished = run(["cargo", "test", *CARGO_SET, "--test", "rows", "--no-fail-fast", "--", *rows], limit_s=limit_s)
    return reports.from_rows("faults", finished)


def chat_long() -> Outcome:
    """300 kills under four writers, and readers that lose their sockets over 20,000 messages, on each kind of message store."""
    stories = ["--test", "stories", "--no-fail-fast", "--", "--test-threads=1", *LONG_CHAT_STORIES]
    finished = run(["cargo", "test", *CARGO_SET, *stories], env=LONG_CHAT, limit_s=LONG_CHAT_LIMIT_S)
    return reports.from_cargo("chat-long", finished)


def web() -> Outcome:
    """Types of every web package, then the unit tests."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "vitest.json"
        modules = run([str(REPO / "scripts" / "build-web.sh"), "--modules-only"])
        vitest = run(
            [WITH_NODE, "npx", "vitest", "run", "--reporter=default", "--reporter=json", f"--outputFile.json={report}"],
            cwd=WEB,
        )
        outcome = reports.from_vitest("web", report, vitest)
    if modules.code != 0:
        outcome.fail("the web packages can't be installed")
    for workspace in WEB_WORKSPACES:
        step(outcome, f"types of web/{workspace}", run([WITH_NODE, "npm", "run", "check", "-w", workspace], cwd=WEB))
    return outcome


def e2e() -> Outcome:
    """The stories in real browsers, against the binary that RENDEZVOUS_BIN names."""
    # A report of an earlier run must not speak for this one.
    PLAYWRIGHT_REPORT.unlink(missing_ok=True)
    finished = run([WITH_NODE, "npx", "playwright", "test"], cwd=WEB / "e2e")
    return reports.from_playwright("e2e", PLAYWRIGHT_REPORT, finished)


def step(outcome: Outcome, name: str, finished: Finished) -> None:
    """Counts one command as one test."""
    if finished.code == 0 and not finished.complaint:
        outcome.passed += 1
    else:
        outcome.fail(f"{name}: {finished.complaint or f'exit code {finished.code}'}")
