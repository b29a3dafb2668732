#!/usr/bin/env python3
"""Tries the eight bounds that a stranger meets against a release binary, and keeps the figures for docs/SECURITY.md.

usage: tools/bounds/run.py [--binary FILE] [--as before|after] [--only 1,4] [--quick] [--page-only]
Ends by itself within 8 minutes; talks to loopback only, on ports and in directories of its own.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from attack import page  # noqa: E402
from attack.trials import TRIALS  # noqa: E402

REPO = Path(__file__).resolve().parents[2]
TRIAL_LIMIT_S = 180


def main() -> int:
    options = arguments()
    if options.page_only:
        page.fill()
        return 0
    wanted = [int(word) for word in options.only.split(",")] if options.only else list(TRIALS)
    failed = False
    for number in wanted:
        try:
            figures = asyncio.run(asyncio.wait_for(TRIALS[number](options.binary, options.quick), TRIAL_LIMIT_S))
        except Exception as failure:  # noqa: BLE001 - the other trials are still worth running
            print(f"FAILED {number}: {failure!r}", file=sys.stderr)
            failed = True
            continue
        print(f"{number} {TRIALS[number].__name__}: {json.dumps({name: round(value, 2) for name, value in figures.items()})}", flush=True)
        if not options.quick:
            page.keep(options.name, number, figures)
    if not options.quick:
        page.fill()
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=lambda text: Path(text).resolve(), default=REPO / "target" / "release" / "rendezvous")
    parser.add_argument("--as", dest="name", choices=["before", "after"], default="after", help="which column the figures are")
    parser.add_argument("--only", help="trials to run, as 1,4")
    parser.add_argument("--quick", action="store_true", help="small: whether it works; nothing is kept")
    parser.add_argument("--page-only", action="store_true", help="write the table from the figures that are there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
