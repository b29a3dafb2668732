"""Whether dependencies point from a floor to one below: cli, tools, services, cores, crates."""

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .command import run

# From the ground up; each may use those before it.
CRATES = ("crates/wire", "crates/storage", "crates/service", "crates/bus")
# What a program outside would use: it knows the wire alone, and services know it in their tests alone.
CLIENT = "crates/client"
SERVICES = ("signaling", "chat", "scheduler", "turn")
TOOLS = ("tools/testkit", "tools/load", "tools/faults", "tools/bench", "tools/fuzz")
CLI = "cli"
TESTKIT = "tools/testkit"
# The relay's credentials are made where sessions are, under a secret that both read.
OTHER_CORES = {"signaling": ("turn/core",)}


@dataclass(frozen=True)
class Dependency:
    """`user` names `used` in its manifest, both as folders of the repository; `dev` is for its tests alone."""

    user: str
    used: str
    dev: bool


def violations(repo: Path) -> list[str] | None:
    """One line for each dependency that points up or aside, or None where cargo can't tell."""
    metadata = run(["cargo", "metadata", "--no-deps", "--locked", "--format-version=1"], show=False)
    return None if metadata.code != 0 else crossing(dependencies(metadata.text, repo))


def dependencies(metadata: str, repo: Path) -> list[Dependency]:
    """What `cargo metadata --no-deps` says of the packages of this repository and each other."""
    found = []
    for package in json.loads(metadata)["packages"]:
        user = _folder(package["manifest_path"], repo, manifest=True)
        for each in package["dependencies"]:
            if each.get("path"):
                found.append(Dependency(user, _folder(each["path"], repo), each["kind"] == "dev"))
    return found


def crossing(found: list[Dependency]) -> list[str]:
    """The dependencies that no floor allows."""
    lines = []
    for each in found:
        allowed = may_use(each.user)
        if allowed is None:
            lines.append(f"{each.user} stands on no floor: scripts/suites/floors.py has to know it")
        elif each.used not in allowed and not (each.dev and each.used in (TESTKIT, CLIENT)):
            lines.append(f"{each.user} uses {each.used}, which doesn't stand below it")
    return sorted(set(lines))


def may_use(user: str) -> tuple[str, ...] | None:
    """The folders of what stands below `user`; None for a package of no known floor."""
    cores = tuple(f"{service}/core" for service in SERVICES)
    if user in CRATES:
        return CRATES[: CRATES.index(user)]
    if user in cores or user == CLIENT:
        return CRATES[:1]
    if user in SERVICES:
        return (*CRATES, f"{user}/core", *OTHER_CORES.get(user, ()))
    if user in TOOLS:
        return (*CRATES, CLIENT, *cores, *SERVICES, *TOOLS[: TOOLS.index(user)])
    if user == CLI:
        return (*CRATES, CLIENT, *cores, *SERVICES, "tools/load")
    return None


def _folder(path: str, repo: Path, manifest: bool = False) -> str:
    place = PurePosixPath(path).parent if manifest else PurePosixPath(path)
    return place.relative_to(repo).as_posix()
