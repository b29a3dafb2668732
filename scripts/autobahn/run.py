#!/usr/bin/env python3
"""Runs the Autobahn suite against the example `echo` of crates/service; the last line counts its cases.

usage: scripts/autobahn/run.py ECHO    (the built example)

The pages of the report, one for each case, are kept in the cache.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.dont_write_bytecode = True

import results  # noqa: E402

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rendezvous"
REPORTS = CACHE / "autobahn-reports"
PYTHON2 = Path(__file__).resolve().parent / "python2.sh"
# Compression (12 and 13) is not offered, and 9.7 and 9.8 measure speed only.
LEFT_OUT = ["9.7.*", "9.8.*", "12.*", "13.*"]
# Many times what the run takes on two cores that build at the same time.
LIMIT_S = 600
END_LIMIT_S = 15


def main(echo: str) -> int:
    # A report of an earlier run must not speak for this one.
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    with serving(echo) as address, tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "spec.json"
        spec.write_text(json.dumps(plan(address)))
        try:
            code = fuzz(spec, Path(folder) / "log")
        except subprocess.TimeoutExpired:
            print(f"the suite took longer than {LIMIT_S} s and was ended")
            code = 1
    verdict = results.judge(REPORTS / "index.json")
    print("\n".join(verdict.lines()), flush=True)
    return 1 if code != 0 or verdict.wrong else 0


@contextmanager
def serving(echo: str) -> Iterator[str]:
    """The example, for as long as its stdin is open; yields its address."""
    process = subprocess.Popen([echo], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().strip()
        if not address:
            raise SystemExit("the echo server doesn't start")
        yield address
        if process.poll() is not None:
            raise SystemExit(f"the echo server ended while it was tested, with exit code {process.returncode}")
    finally:
        process.stdin.close()
        try:
            process.wait(END_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def plan(address: str) -> dict:
    return {
        "outdir": str(REPORTS),
        "servers": [{"agent": "rendezvous", "url": f"ws://{address}"}],
        "cases": ["*"],
        "exclude-cases": LEFT_OUT,
        "exclude-agent-cases": {},
    }


def fuzz(spec: Path, log: Path) -> int:
    """The suite tells of each case; that is shown only when it fails as a whole."""
    command = [str(PYTHON2), "-c", "from autobahntestsuite import wstest; wstest.run()", "-m", "fuzzingclient", "-s", str(spec)]
    with log.open("wb") as output:
        code = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, timeout=LIMIT_S, check=False
        ).returncode
    if code != 0:
        print(f"the suite ended with exit code {code}:\n{log.read_text(errors='replace')[-4_000:]}")
    return code


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
