"""What was measured, kept as one file for each bar, so that one can be measured again without the others."""

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .bars import BARS, Bar, Figures, Limit
from .processes import REPO

RESULTS = REPO / "tools" / "bench" / "results"


@dataclass(frozen=True)
class Verdict:
    """A limit beside what was measured: the median of the rounds' own ratios, and their spread."""

    limit: Limit
    median: float
    low: float
    high: float

    @property
    def is_met(self) -> bool:
        return self.median >= self.limit.bound if self.limit.is_floor else self.median <= self.limit.bound


@dataclass(frozen=True)
class Result:
    """All rounds of one bar."""

    bar: Bar
    rounds: list[Figures]
    machine: dict

    def median(self, name: str) -> float:
        return median(figures[name] for figures in self.rounds)

    def verdicts(self) -> list[Verdict]:
        found = []
        for limit in self.bar.limits:
            values = [limit.of(figures) for figures in self.rounds]
            found.append(Verdict(limit, median(values), min(values), max(values)))
        return found


def write(name: str, rounds: list[Figures], machine: dict, folder: Path = RESULTS) -> None:
    """Keeps the rounds of a bar in place of those of an earlier run."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {"bar": name, "title": BARS[name].title, "unit": BARS[name].unit, "machine": machine, "rounds": rounds}
    (folder / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")


def read(folder: Path = RESULTS) -> dict[str, Result]:
    """The bars that have been measured, in the order of the table."""
    found = {}
    for name, bar in BARS.items():
        path = folder / f"{name}.json"
        if path.exists():
            content = json.loads(path.read_text())
            found[name] = Result(bar, content["rounds"], content["machine"])
    return found
