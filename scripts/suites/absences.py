"""Whether a test proves that nothing came by waiting for a while: on a slow machine it proves nothing, on a fast one it only waits."""

import re
from fnmatch import fnmatch
from pathlib import Path

from . import source

# What waits and then asserts. A wait in a loop, or one that something else is done in, is followed by other things.
SLEEP_THEN_ASSERT = re.compile(r"\bsleep\([^;{}]*\)\.await;\s*assert\w*!")
# A short wait that has to run out: its result is an error, at once or under a name.
TIMEOUT_THAT_MUST_END = re.compile(r"\btimeout\(\s*[\w:]*Duration::from_millis\((?:\d|_){1,4}\),[^;{}]*\)\s*\.await\s*(?:\.is_err\(\)|;\s*assert!\(\s*\w+\.is_err\(\))")
# Under a paused clock a wait takes no time, and everything that was to happen in it has happened.
TEST = "#[tokio::test"
TESTS = ("*/tests/*", "*/src/tests/*", "*/src/tests.rs")


def violations(repo: Path) -> list[str]:
    """One line for each wait after which something must not have happened."""
    found = []
    for path in source.files(repo):
        name = path.relative_to(repo).as_posix()
        text = source.code_only(path.read_text())
        tests = source.TESTS_BEGIN.search(text)
        if any(fnmatch(name, pattern) for pattern in TESTS):
            start = 0
        elif tests:
            start = tests.start()
        else:
            continue
        for pattern in (SLEEP_THEN_ASSERT, TIMEOUT_THAT_MUST_END):
            for match in pattern.finditer(text, start):
                if "start_paused" in text[text.rfind(TEST, 0, match.start()) : match.start()]:
                    continue
                found.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: waits for nothing; wait for what comes after it")
    return found
