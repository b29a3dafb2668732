"""Reads the suite's report and judges it, as the gate of the sockets does."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

# What breaks no rule: NON-STRICT is allowed by RFC 6455 but not the best, INFORMATIONAL is only told.
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}
GOOD_CLOSE = {"OK", "INFORMATIONAL"}
# How many of the cases that are run are OK, and not only good. Fewer means that something became worse, or that
# cases are missing.
LEAST_OK = 284


@dataclass
class Verdict:
    """`wrong` has a line for each case that failed, or for what is wrong with the report."""

    passed: int = 0
    behaviors: Counter = field(default_factory=Counter)
    closes: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """What a person reads, and last the counts that `scripts/suites` reads."""
        told = [f"FAILED {line}" for line in self.wrong]
        for what, counter in (("behavior", self.behaviors), ("closing", self.closes)):
            told.append(f"{what}: " + ", ".join(f"{count} {name}" for name, count in sorted(counter.items())))
        return [*told, f"{self.passed} passed, {len(self.wrong)} failed, 0 skipped"]


def judge(index: Path, least_ok: int = LEAST_OK) -> Verdict:
    """Each case is one test: both what it did and how it closed must be good."""
    verdict = Verdict()
    try:
        agents = json.loads(index.read_text())
    except (OSError, ValueError) as error:
        verdict.wrong.append(f"no report to read: {error}")
        return verdict
    for cases in agents.values():
        for case, result in cases.items():
            behavior, close = result["behavior"], result["behaviorClose"]
            verdict.behaviors[behavior] += 1
            verdict.closes[close] += 1
            if behavior in GOOD and close in GOOD_CLOSE:
                verdict.passed += 1
            else:
                verdict.wrong.append(f"case {case}: {behavior}, its closing {close}; see {index.parent / result['reportfile']}")
    if verdict.behaviors["OK"] < least_ok:
        verdict.wrong.append(f"only {verdict.behaviors['OK']} cases are OK, of at least {least_ok}")
    return verdict
