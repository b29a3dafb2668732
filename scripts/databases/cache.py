"""Where what is installed and made for tests is kept: as scripts/env.sh says."""

import os
from collections.abc import Mapping
from pathlib import Path


def cache(environment: Mapping[str, str] = os.environ) -> Path:
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rendezvous"


def tools(environment: Mapping[str, str] = os.environ) -> Path:
    return cache(environment) / "tools"
