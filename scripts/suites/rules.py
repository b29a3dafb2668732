"""Whether docs/SPEC.md and the tests agree: every rule has a test that is named after it, and the other way round."""

import re
from pathlib import Path

from . import source

SPEC = Path("docs") / "SPEC.md"
# `- **SIG-3** A sentence. *Tests:* …`
RULE = re.compile(r"^\s*[-*] \*\*([A-Z]{3}-\d+)\*\*", re.MULTILINE)
# `fn sig_3_a_late_offer_is_dropped`
RUST_TEST = re.compile(r"\bfn ([a-z]{3})_(\d+)_\w+")
# `test('[WEB-4] the countdown agrees', …)`, also with several ids
TS_TITLE = re.compile(r"""\b(?:test|it|describe)(?:\.\w+)*\(\s*['"`]((?:\[[A-Z]{3}-\d+\]\s*)+)""")
# `def test_sdk_1_a_session_is_booked`
PYTHON_TEST = re.compile(r"\bdef test_([a-z]{3})_(\d+)_\w+")
TS_ID = re.compile(r"[A-Z]{3}-\d+")
# What may hold tests that are named after rules.
TESTED = (".rs", ".ts", ".py")
TS_TEST_FILES = (".test.ts", ".spec.ts", ".story.ts")


def violations(repo: Path) -> list[str]:
    """One line for each rule without a test, and for each test without a rule."""
    spec = repo / SPEC
    if not spec.exists():
        return [f"{SPEC} is missing"]
    listed = RULE.findall(spec.read_text())
    tested = tested_rules(repo)
    found = [f"{SPEC}: {rule} stands there twice" for rule in sorted({rule for rule in listed if listed.count(rule) > 1})]
    found += [f"{SPEC}: {rule} has no test named after it" for rule in _in_order(set(listed) - set(tested))]
    found += [f"{tested[rule]}: tests {rule}, which {SPEC} doesn't have" for rule in _in_order(set(tested) - set(listed))]
    return found if listed else [f"{SPEC} has no rule in it"]


def tested_rules(repo: Path) -> dict[str, str]:
    """Each rule that a test is named after, with one file that has such a test."""
    found: dict[str, str] = {}
    for path in source.files(repo, TESTED):
        name = path.relative_to(repo).as_posix()
        for rule in rules_of(path):
            found.setdefault(rule, name)
    return found


def rules_of(path: Path) -> list[str]:
    """The rules that the tests of a file are named after, once for each test."""
    if path.suffix == ".rs":
        code = source.code_only(path.read_text())
        return [f"{prefix.upper()}-{number}" for prefix, number in RUST_TEST.findall(code)]
    if path.suffix == ".py":
        return [f"{prefix.upper()}-{number}" for prefix, number in PYTHON_TEST.findall(path.read_text())]
    if path.name.endswith(TS_TEST_FILES):
        return [rule for title in TS_TITLE.findall(path.read_text()) for rule in TS_ID.findall(title)]
    return []


def _in_order(rules: set[str]) -> list[str]:
    return sorted(rules, key=lambda rule: (rule.split("-")[0], int(rule.split("-")[1])))
