"""Whether every package of the workspace is under the workspace's law."""

import re
from pathlib import Path

from . import source

LINTS = re.compile(r"^\[lints\]\s*\nworkspace = true$", re.MULTILINE)
PACKAGE = re.compile(r'^\[package\]\s*\nname = "([\w-]+)"', re.MULTILINE)
# No member of the workspace: cargo-fuzz builds it with flags of its own. What it calls is one.
APART = ("tools/fuzz/libfuzzer/Cargo.toml",)
CLOCKS = ("std::time::Instant::now", "std::time::SystemTime::now")


def violations(repo: Path, pure: list[str]) -> list[str]:
    """One line for each package without the workspace's lints, and each of `pure` whose clippy.toml allows a clock."""
    found = []
    for manifest in source.files(repo, ("Cargo.toml",)):
        text = manifest.read_text()
        package = PACKAGE.search(text)
        name = manifest.relative_to(repo).as_posix()
        if not package or name in APART:
            continue
        if not LINTS.search(text):
            found.append(f"{name}: has no `[lints] workspace = true`: unsafe code and missing docs would pass")
        if package[1] in pure and not _bars_clocks(manifest.with_name("clippy.toml")):
            found.append(f"{name}: its clippy.toml is missing or doesn't disallow the clocks")
    return found


def _bars_clocks(clippy: Path) -> bool:
    return clippy.exists() and all(f'"{clock}"' in clippy.read_text() for clock in CLOCKS)
