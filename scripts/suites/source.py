"""Source files as the checks need them, and Rust without its tests, comments and strings."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

# What is not code. Strings come first, so that a `//` in an address isn't taken for a comment.
NOT_CODE = re.compile(
    r"""
      r(?P<hashes>\#*)".*?"(?P=hashes)   # raw strings
    | "(?:\\.|[^"\\])*"                  # strings
    | '(?:\\.[^']*|[^'\\\n])'            # characters; a lifetime has no closing quote
    | //[^\n]*                           # comments and docs
    | /\*.*?\*/
    """,
    re.VERBOSE | re.DOTALL,
)
# Style: tests stand last in a file, so that all from here on is test code.
TESTS_BEGIN = re.compile(r"^#\[cfg\(test\)\]\s*\n(?:#\[[^\n]*\]\s*\n)*(?:pub(?:\(crate\))? )?mod \w+ \{", re.MULTILINE)
SKIPPED_FOLDERS = {"target", "node_modules", ".git"}


def files(root: Path, suffixes: tuple[str, ...] = (".rs",)) -> Iterator[Path]:
    """Files of source below `root`, in a stable order, without what is built or installed."""
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(set(subfolders) - SKIPPED_FOLDERS)
        yield from (Path(folder) / name for name in sorted(names) if name.endswith(suffixes))


def code_only(text: str) -> str:
    """The same text with comments and strings blanked; line numbers stay."""
    return NOT_CODE.sub(lambda found: "\n" * found[0].count("\n"), text)


def production(text: str) -> str:
    """The code above the tests of the file."""
    code = code_only(text)
    tests = TESTS_BEGIN.search(code)
    return code[: tests.start()] if tests else code
