#!/usr/bin/env python3
"""Tries with Schemathesis whether the services of a binary do what their /openapi.json says; the last line counts operations.

usage: scripts/contracts/run.py BINARY [--examples N] [--only NAME]…

An operation counts once for each kind of caller that it is tried as. The requests that were answered otherwise than described are
printed, each as a command to repeat it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contracts import services  # noqa: E402
from contracts.trials import Trial, trials  # noqa: E402
from contracts.verdict import judged  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rendezvous"
SITE = CACHE / "schemathesis"
START = "from schemathesis.cli import schemathesis; schemathesis()"
# The same requests each time: what fails fails again.
SEED = 20_261_129
EXAMPLES = 12
AT_ONCE = 2
# Many times what one takes.
LIMIT_S = 180


def main(options: argparse.Namespace) -> int:
    passed, failed = 0, []
    with services.running(options.binary) as running, tempfile.TemporaryDirectory() as folder:
        chosen = [trial for trial in trials(running) if not options.only or trial.name in options.only]
        # The tool waits for the services half of the time.
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(lambda trial: attempt(trial, Path(folder), options.examples), chosen))
        for trial, (tried, wrong) in zip(chosen, outcomes):
            print(f"{trial.name}: {tried} operations, {len(wrong)} answer otherwise than described", flush=True)
            passed += tried - len(wrong)
            failed += [f"{trial.name}: {line}" for line in wrong]
    for line in failed:
        print(f"FAILED {line}")
    print(f"{passed} passed, {len(failed)} failed, 0 skipped", flush=True)
    return 1 if failed else 0


def attempt(trial: Trial, folder: Path, examples: int) -> tuple[int, list[str]]:
    """How many operations were tried, and what was wrong: an operation each, or a line of the tool's."""
    config, report = folder / f"{trial.name}.toml", folder / f"{trial.name}.json"
    config.write_text(trial.config(services.operations(trial.url)), encoding="utf-8")
    command = [
        sys.executable, "-B", "-c", START, "--config-file", str(config), "run", f"{trial.url}/openapi.json", "--no-color",
        "--seed", str(SEED), "--max-examples", str(examples), "--report", "json", "--report-json-path", str(report),
    ]
    environment = {**os.environ, "PYTHONPATH": str(SITE), "NO_PROXY": "127.0.0.1"}
    try:
        finished = subprocess.run(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=LIMIT_S, check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, [f"took longer than {LIMIT_S} s and was ended"]
    return judged(trial, report, finished)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary", type=Path)
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--only", action="append", metavar="NAME")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(parsed()))
