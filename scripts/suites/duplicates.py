"""How often ten lines and more stand twice in production code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from . import source

SHORTEST = 10
ALLOWED = 10
SUFFIXES = (".rs", ".ts", ".svelte", ".py", ".sh", ".sql", ".mjs")
# Tests, and what a program wrote. A contract suite is a test that stands in `src`.
LEFT_OUT = (
    "*/tests/*", "*/test/*", "*/tests.rs", "*/benches/*", "*/examples/*", "*/fixtures/*", "*/contract/*", "*/contract.rs", "*.generated.ts", "*_generated.py",
    "web/e2e/*", "*/dist/*", "*.test.ts", "*.config.ts", "*_test.py", "*/mutants/*",
)
BLOCK_COMMENT = re.compile(r"/\*.*?\*/|<!--.*?-->", re.DOTALL)
DOCSTRING = re.compile(r'"""[^"]*"""')
LINE_COMMENT = {".py": "#", ".sh": "#", ".sql": "--"}
IMPORTS = re.compile(
    r"^[ \t]*(?:(?:pub(?:\([^)]*\))?\s+)?use\s[^;]*;|(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+;|(?:import|export)\s(?:[^;'\"]*?\sfrom\s+)?['\"][^'\"]*['\"];?)",
    re.MULTILINE,
)
PYTHON_IMPORTS = re.compile(r"^[ \t]*(?:from\s+\S+\s+import\s+(?:\([^)]*\)|[^\n]*)|import\s[^\n]*)", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """`length` lines that count stand at `first` and again at `second`, each as `file:line`."""

    first: str
    second: str
    length: int


def violations(repo: Path) -> list[str]:
    """All runs, where there are more than may be."""
    found = runs(repo)
    return [f"{run.second} repeats {run.length} lines of {run.first}" for run in found] if len(found) > ALLOWED else []


def runs(repo: Path) -> list[Run]:
    """Each run of at least SHORTEST lines that stood before, at its full length; a third copy is a second run."""
    files = [(path.relative_to(repo).as_posix(), _lines(path)) for path in source.files(repo, SUFFIXES) if _counts(repo, path)]
    seen: dict[tuple[str, ...], tuple[int, int]] = {}
    found = []
    for file, (name, lines) in enumerate(files):
        at = 0
        while at + SHORTEST <= len(lines):
            place = seen.get(_window(lines, at))
            length = _length(files[place[0]][1], place[1], lines, at, place[0] == file) if place else 0
            if place and length >= SHORTEST:
                before, start = files[place[0]]
                found.append(Run(f"{before}:{start[place[1]][0]}", f"{name}:{lines[at][0]}", length))
            step = max(length, 1) if length >= SHORTEST else 1
            for each in range(at, min(at + step, len(lines) - SHORTEST + 1)):
                seen.setdefault(_window(lines, each), (file, each))
            at += step
    return found


def _counts(repo: Path, path: Path) -> bool:
    name = path.relative_to(repo).as_posix()
    return not any(fnmatch(f"/{name}", pattern if pattern.startswith("*") else f"/{pattern}") for pattern in LEFT_OUT)


def _window(lines: list[tuple[int, str]], at: int) -> tuple[str, ...]:
    return tuple(text for _, text in lines[at : at + SHORTEST])


def _length(before: list[tuple[int, str]], start: int, lines: list[tuple[int, str]], at: int, same: bool) -> int:
    length = 0
    while at + length < len(lines) and start + length < (at if same else len(before)) and before[start + length][1] == lines[at + length][1]:
        length += 1
    return length


def _lines(path: Path) -> list[tuple[int, str]]:
    """Number and text of each line that counts: no comment, no import, not only punctuation; white space is one space."""
    return list(_meaningful(path.read_text(), path.suffix))


def _meaningful(text: str, suffix: str) -> Iterator[tuple[int, str]]:
    if suffix == ".rs":
        tests = source.TESTS_BEGIN.search(text)
        text = text[: tests.start()] if tests else text
    text = _blank(PYTHON_IMPORTS, _blank(DOCSTRING, text)) if suffix == ".py" else _blank(IMPORTS, _blank(BLOCK_COMMENT, text))
    comment = LINE_COMMENT.get(suffix, "//")
    for number, line in enumerate(text.splitlines(), 1):
        folded = " ".join(line.split())
        if any(each.isalnum() for each in folded) and not folded.startswith(comment):
            yield number, folded


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: "\n" * match[0].count("\n"), text)
