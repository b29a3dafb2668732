"""What a trial came to, by the tool's own report."""

import json
import subprocess
from pathlib import Path

from .trials import Trial


def judged(trial: Trial, report: Path, finished: subprocess.CompletedProcess) -> tuple[int, list[str]]:
    """How many operations were tried, and a line for each that is wrong; the tool's own words are printed where there is one."""
    try:
        said = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(finished.stdout)
        return 1, [f"no report to read: {error}"]
    tried = (said["operations"] or {}).get("tested", 0)
    wrong: dict[str, set[str]] = {}
    for failure in said["failures"]:
        for operation in failure["operations"]:
            wrong.setdefault(operation, set()).add(failure["title"])
    lines = [f"{operation}: {', '.join(sorted(titles))}" for operation, titles in sorted(wrong.items())]
    lines += [f"{error['title']} ({error['count']} times)" for error in said["errors"]]
    if tried < trial.fewest:
        lines.append(f"only {tried} operations were tried, of at least {trial.fewest}")
    if finished.returncode != 0 and not lines:
        lines.append(f"ended with exit code {finished.returncode}")
    if lines:
        print(finished.stdout)
    return max(tried, len(lines)), lines
