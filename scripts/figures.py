#!/usr/bin/env python3
"""Prints the figures of a tree as a table.

usage: scripts/figures.py [FOLDER…]    (without one: this repository; of several, a column each)
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

from suites import figures  # noqa: E402
from suites.command import REPO  # noqa: E402

columns = [figures.of(Path(folder).resolve()) for folder in sys.argv[1:]] or [figures.of(REPO)]
for row in zip(*columns):
    print(f"| {row[0].name} | {' | '.join(figure.value for figure in row)} |")
