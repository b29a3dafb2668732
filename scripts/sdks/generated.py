#!/usr/bin/env python3
"""Writes the types of the SDKs for servers from the /openapi.json of a binary.

usage: scripts/sdks/generated.py BINARY
"""

import difflib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contracts import services  # noqa: E402
from sdks.application_api import application_api  # noqa: E402
from sdks.python_types import python_types  # noqa: E402

REPO = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rendezvous"
GENERATOR = CACHE / "tools" / "openapi-typescript" / "node_modules" / ".bin" / "openapi-typescript"
WITH_NODE = REPO / "scripts" / "with-node"
TYPESCRIPT = Path("web/server/src/openapi.generated.ts")
PYTHON = Path("sdks/python/src/rendezvous_server/openapi_generated.py")
HEAD = "/** Types of the scheduler's API, from its /openapi.json. Written by `make types`: change nothing here. */\n"
LIMIT_S = 120
# Lines of a difference that are shown.
SHOWN = 40


def generated(url: str) -> dict[Path, str]:
    """What should stand in each file, by the document of a running scheduler."""
    part = application_api(services.document(url))
    return {TYPESCRIPT: typescript_types(part), PYTHON: python_types(part)}


def typescript_types(document: dict) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "openapi.json", Path(folder) / "types.ts"
        source.write_text(json.dumps(document), encoding="utf-8")
        # A field with a default may be left out of what is sent.
        command = [str(WITH_NODE), str(GENERATOR), str(source), "--output", str(target), "--default-non-nullable=false"]
        subprocess.run(command, check=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        text = target.read_text(encoding="utf-8")
    return HEAD + text.partition(" */\n")[2].lstrip()


def stale(path: Path, text: str) -> list[str]:
    """How a committed file differs from the text that it should have; nothing is good."""
    committed = REPO / path
    found = committed.read_text(encoding="utf-8").splitlines() if committed.exists() else []
    lines = list(difflib.unified_diff(found, text.splitlines(), str(path), "/openapi.json", lineterm="", n=1))
    return [*lines[:SHOWN], "run `make types` and commit the result"] if lines else []


def main(binary: Path) -> int:
    with services.running(binary) as running:
        for path, text in generated(running.url["scheduler"]).items():
            (REPO / path).write_text(text, encoding="utf-8")
            print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    sys.exit(main(Path(sys.argv[1])))
