"""What a tree comes to: how long files and functions are, and how much of what the checks look for there is."""

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from statistics import median

from . import circles, duplicates, names, source, types

FUNCTION = re.compile(r"\bfn\s+(\w+)[^{};]*(?:;|\{)")
LONGEST_FUNCTION = 70


@dataclass(frozen=True)
class Figure:
    """One line of the table: what is counted, and how many there are."""

    name: str
    value: str


def of(repo: Path) -> list[Figure]:
    """The figures of the Rust production code below `repo`; duplicates are of every language."""
    files = {path.relative_to(repo).as_posix(): path.read_text() for path in source.files(repo)}
    production = {name: text for name, text in files.items() if not any(fnmatch(f"/{name}", pattern) for pattern in duplicates.LEFT_OUT)}
    lengths = {name: source.production(text).rstrip("\n").count("\n") + 1 for name, text in production.items()}
    longest = max(lengths, key=lambda name: lengths[name])
    functions = [length for text in production.values() for length in function_lengths(source.production(text))]
    twice = [name for name, places in types.defined_types(repo).items() if len(places) > 1]
    return [
        Figure("files", f"{len(lengths)}"),
        Figure("lines of a file, median", f"{median(lengths.values()):.0f}"),
        Figure("lines of the longest file", f"{lengths[longest]} (`{longest}`)"),
        Figure("functions", f"{len(functions)}"),
        Figure("lines of a function, median", f"{median(functions):.0f}"),
        Figure(f"functions above {LONGEST_FUNCTION} lines", f"{sum(1 for length in functions if length > LONGEST_FUNCTION)}"),
        Figure("circles of imports between files", f"{len(circles.violations(repo))}"),
        Figure("runs of ten lines that stand twice", f"{len(duplicates.runs(repo))}"),
        Figure("type names in two places", f"{len(twice)}"),
        Figure("doc comments of one or two words", f"{len(names.thin_docs(repo))}"),
    ]


def function_lengths(code: str) -> list[int]:
    """The lines of each function with a body, from its name to its closing brace."""
    found = []
    for match in FUNCTION.finditer(code):
        if match[0].endswith("{"):
            end = _closing(code, match.end())
            found.append(code.count("\n", match.start(), end) + 1)
    return found


def _closing(code: str, at: int) -> int:
    depth = 1
    for match in re.compile(r"[{}]").finditer(code, at):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(code)
