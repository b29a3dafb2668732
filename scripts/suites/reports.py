"""Reads the counts that test runners report. Counts are the runners' own, never guessed from an exit code."""

import json
import re
from pathlib import Path

from .command import Finished
from .outcome import Outcome

CARGO = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;", re.MULTILINE)
# What a test says that could not run for want of a program; it ends well, and has shown nothing.
LEFT_OUT = re.compile(r"^.*LEFT OUT: ", re.MULTILINE)
FILTERED_OUT = re.compile(r"^test result: .*; (\d+) filtered out;", re.MULTILINE)
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n\n(?:OK|FAILED)(?: \(([^)]*)\))?$", re.MULTILINE)
PLAIN = re.compile(r"^(?:[\w-]+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", re.MULTILINE)


def from_cargo(name: str, finished: Finished) -> Outcome:
    """The sum over all test binaries and doc tests of one `cargo test`; a test that was left out counts as skipped."""
    outcome = Outcome(name)
    for passed, failed, ignored in CARGO.findall(finished.text):
        _add(outcome, int(passed), int(failed), int(ignored))
    lacking = len(LEFT_OUT.findall(finished.text))
    _add(outcome, -lacking, 0, lacking)
    return _checked(outcome, finished)


def from_rows(name: str, finished: Finished) -> Outcome:
    """As `from_cargo`, of rows of which the long ones are left out of the short run."""
    outcome = from_cargo(name, finished)
    long = sum(int(count) for count in FILTERED_OUT.findall(finished.text))
    if long:
        outcome.notes.append(f"{long} long rows were left out: `make faults` runs every row")
    return outcome


def from_unittest(name: str, finished: Finished) -> Outcome:
    """Python's `unittest`: `Ran 4 tests`, then `FAILED (failures=1, errors=1, skipped=1)`."""
    outcome = Outcome(name)
    found = UNITTEST.search(finished.text)
    if found:
        odd = dict(part.split("=") for part in (found[2] or "").split(", ") if part)
        failed = int(odd.get("failures", 0)) + int(odd.get("errors", 0))
        skipped = int(odd.get("skipped", 0))
        _add(outcome, int(found[1]) - failed - skipped, failed, skipped)
    return _checked(outcome, finished)


def from_plain(name: str, finished: Finished) -> Outcome:
    """The last plain `N passed, N failed[, N skipped]` line of a script."""
    outcome = Outcome(name)
    found = PLAIN.findall(finished.text)
    if found:
        passed, failed, skipped = found[-1]
        _add(outcome, int(passed), int(failed), int(skipped or 0))
    return _checked(outcome, finished)


def from_vitest(name: str, report: Path, finished: Finished) -> Outcome:
    """Vitest's JSON report. A file that can't be loaded has no test in it: it counts as one that failed."""
    outcome = Outcome(name)
    data = _load(report, outcome)
    if data:
        broken = sum(1 for file in data["testResults"] if file["status"] == "failed" and not file["assertionResults"])
        _add(outcome, data["numPassedTests"], data["numFailedTests"] + broken, data["numPendingTests"] + data["numTodoTests"])
    return _checked(outcome, finished)


def from_playwright(name: str, report: Path, finished: Finished) -> Outcome:
    """Playwright's JSON report. A flaky test failed at least once: it counts as failed."""
    outcome = Outcome(name)
    data = _load(report, outcome)
    if data:
        stats = data["stats"]
        _add(outcome, stats["expected"], stats["unexpected"] + stats["flaky"], stats["skipped"])
    return _checked(outcome, finished)


def _add(outcome: Outcome, passed: int, failed: int, skipped: int) -> None:
    outcome.passed += passed
    outcome.failed += failed
    outcome.skipped += skipped


def _load(report: Path, outcome: Outcome) -> dict | None:
    try:
        return json.loads(report.read_text())
    except (OSError, ValueError) as error:
        outcome.fail(f"no report to read: {error}")
        return None


def _checked(outcome: Outcome, finished: Finished) -> Outcome:
    """A runner that failed without naming a failed test did not build, crashed, or hung."""
    if finished.complaint:
        outcome.fail(finished.complaint)
    elif finished.code != 0 and outcome.failed == 0:
        outcome.fail(f"ended with exit code {finished.code} and no failed test: it didn't build, or crashed")
    return outcome.settle()
