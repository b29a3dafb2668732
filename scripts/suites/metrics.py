"""Whether docs/OPERATIONS.md says of every metric what it tells: one that nobody can look up is one that nobody watches."""

import re
from pathlib import Path

from . import source

OPERATIONS = Path("docs") / "OPERATIONS.md"
EMITTED = re.compile(r"\b(?:counter|gauge|histogram)!\(\s*\"(\w+)\"|\b\w*METRIC: &(?:'static )?str = \"(\w+)\"")
# Tools measure services; what they count is theirs.
NOT_SERVICES = ("tools/", "web/")


def violations(repo: Path) -> list[str]:
    """One line for each metric that is emitted and not named there."""
    documented = set(re.findall(r"`(\w+)(?:\{[\w,]+\})?`", (repo / OPERATIONS).read_text()))
    found = []
    for path in source.files(repo):
        name = path.relative_to(repo).as_posix()
        if name.startswith(NOT_SERVICES) or "/src/" not in name:
            continue
        text = path.read_text()
        tests = source.TESTS_BEGIN.search(text)
        for emitted in EMITTED.finditer(text, 0, tests.start() if tests else len(text)):
            metric = emitted[1] or emitted[2]
            if metric not in documented:
                line = text.count("\n", 0, emitted.start()) + 1
                found.append(f"{name}:{line}: {metric} is not in {OPERATIONS.as_posix()}")
    return found
