"""Which tests hold each rule of docs/SPEC.md, written there by `make spec`."""

import re
from pathlib import Path

from . import rules, source

TESTS = re.compile(r"\s*\*Tests:\*.*$")


def violations(repo: Path) -> list[str]:
    """One line for each rule whose tests are not those of the tree."""
    page = repo / rules.SPEC
    if not page.exists():
        return [f"{rules.SPEC} is missing"]
    before, after = page.read_text().splitlines(), written(repo).splitlines()
    stale = [rules.RULE.match(new)[1] for old, new in zip(before, after) if old != new]
    return [f"{rules.SPEC}: {rule} doesn't say which tests it has: run `make spec`" for rule in stale]


def written(repo: Path) -> str:
    """The page with the tests of each rule as they are in the tree."""
    tests = _tests(repo)
    return "".join(f"{_line(line, tests)}\n" for line in (repo / rules.SPEC).read_text().splitlines())


def _line(line: str, tests: dict[str, dict[str, int]]) -> str:
    rule = rules.RULE.match(line)
    if not rule or rule[1] not in tests:
        return line
    places = ", ".join(f"{count} in `{name}`" for name, count in tests[rule[1]].items())
    return f"{TESTS.sub('', line)} *Tests:* {places}"


def _tests(repo: Path) -> dict[str, dict[str, int]]:
    """How many tests each rule has in each file, files in the order of their names."""
    found: dict[str, dict[str, int]] = {}
    for path in source.files(repo, rules.TESTED):
        name = path.relative_to(repo).as_posix()
        for rule in rules.rules_of(path):
            places = found.setdefault(rule, {})
            places[name] = places.get(name, 0) + 1
    return {rule: dict(sorted(places.items())) for rule, places in found.items()}
