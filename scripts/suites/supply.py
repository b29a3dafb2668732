"""What scripts fetch: nothing that is not pinned by a lock file or a hash, and nothing that runs code of its own while it is installed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from . import source

# Where commands are typed for people and machines.
SCRIPTS = ("Makefile", "run", "with-node", "with-databases", ".sh", ".py", ".yml", ".yaml", ".mjs")
# Debian's packages are signed, and taken as the release has them.
SIGNED = "scripts/install-test-deps.sh", "scripts/autobahn/install.sh"
REGISTRY = "https://registry.npmjs.org/"
# Packages of npm that may run a script when they are installed. None needs to.
MAY_RUN_SCRIPTS: frozenset[str] = frozenset()

APT = re.compile(r"\bapt(-get)?\b.*\b(install|download)\b")
DEPENDENCIES = {"dependencies", "devDependencies", "optionalDependencies"}

# What a command is, and what a line with it must have; None where nothing makes it good.
RULES: list[tuple[re.Pattern, re.Pattern | None, str]] = [
    (re.compile(r"\bnpm\s+(install|i|add|update|exec)\b|\bnpx\s|\b(yarn|pnpm|bun)\s+(add|install|dlx)\b"), None, "use `npm ci` with a lock file"),
    (re.compile(r"(\bnpm|\$@\")\s+ci\b"), re.compile(r"--ignore-scripts"), "`npm ci` runs scripts of packages: add --ignore-scripts"),
    (re.compile(r"\bpip3?\s+(install|download)\b"), re.compile(r"--require-hashes"), "`pip install` without --require-hashes"),
    (re.compile(r"\bgo\s+(install|get)\b|\bgo\s+run\s+\S+@"), None, "use `go build -mod=readonly` in a module with a go.sum"),
    (re.compile(r"\bgo\s+build\b"), re.compile(r"-mod=readonly"), "`go build` may change what it builds: add -mod=readonly"),
    (re.compile(r"\bcargo\s+(\+\S+\s+)?(install|binstall)\b"), re.compile(r"--locked.*--version|--version.*--locked"), "`cargo install` without --locked and --version"),
    (re.compile(r"\b(curl|wget)\s+[^|;&]*https?://(?!127\.0\.0\.1|localhost)|\burlretrieve\("), None, "a download without a hash: take it from a registry with a lock file"),
]


def violations(repo: Path) -> list[str]:
    return [*unpinned_commands(repo), *unlocked_packages(repo)]


def unpinned_commands(repo: Path) -> Iterator[str]:
    for path, text in texts(repo, SCRIPTS):
        # What describes the commands, and what tries the description.
        if path.startswith(("scripts/suites/supply.py", "scripts/tests/")):
            continue
        for number, line in joined(text):
            if line.lstrip().startswith("#"):
                continue
            for command, good, why in RULES:
                if command.search(line) and not (good and good.search(line)):
                    yield f"{path}:{number}: {why}"
            if APT.search(line) and "die " not in line and path not in SIGNED:
                yield f"{path}:{number}: packages of Debian are installed by {SIGNED[0]} alone"


def unlocked_packages(repo: Path) -> Iterator[str]:
    for path, text in texts(repo, ("package-lock.json",)):
        for name, package in json.loads(text)["packages"].items():
            is_installed = "node_modules/" in name and not package.get("link")
            # Without an address it is the registry's; what comes within another package has that one's hash.
            is_hashed = package.get("integrity", "").startswith("sha512-") and package.get("resolved", REGISTRY).startswith(REGISTRY)
            if is_installed and not is_hashed and not package.get("inBundle"):
                yield f"{path}: {name} has no SHA-512 hash, or does not come from {REGISTRY}"
            if package.get("hasInstallScript") and name.rpartition("node_modules/")[2] not in MAY_RUN_SCRIPTS:
                yield f"{path}: {name} runs a script when it is installed, and is not in MAY_RUN_SCRIPTS"
    for path, text in texts(repo, ("package.json",)):
        folder = (repo / path).parent
        above = [folder, *(parent for parent in folder.parents if parent.is_relative_to(repo))]
        if DEPENDENCIES & json.loads(text).keys() and not any((parent / "package-lock.json").exists() for parent in above):
            yield f"{path}: has dependencies, and no package-lock.json beside it or above"
    for path, _ in texts(repo, ("go.mod",)):
        if not (repo / path).with_name("go.sum").exists():
            yield f"{path}: has no go.sum beside it"


def texts(repo: Path, suffixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Files by their path from the root, with what stands in them."""
    for path in source.files(repo, suffixes):
        yield str(path.relative_to(repo)), path.read_text(encoding="utf-8")


def joined(text: str) -> Iterator[tuple[int, str]]:
    """Lines by number, each with those that it goes on in."""
    began, so_far = 1, ""
    for number, line in enumerate(text.splitlines(), 1):
        began = began if so_far else number
        so_far += line.removesuffix("\\")
        if not line.endswith("\\"):
            yield began, so_far
            so_far = ""
