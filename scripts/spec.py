#!/usr/bin/env python3
"""Writes into docs/SPEC.md which tests each rule has."""

import sys

sys.dont_write_bytecode = True

from suites import rules, spec  # noqa: E402
from suites.command import REPO  # noqa: E402

(REPO / rules.SPEC).write_text(spec.written(REPO))
