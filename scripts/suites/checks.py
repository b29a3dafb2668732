"""The suite `check`: what holds without running anything. Each check counts as one test and names the rule it holds."""

import difflib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import absences, boundaries, circles, duplicates, floors, links, members, metrics, names, purity, rules, spec, supply, types
from .command import REPO, run
from .outcome import Outcome

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rendezvous"
CARGO_DENY = str(CACHE / "tools" / "bin" / "cargo-deny")
WIRE_TYPES = Path("web") / "sdk" / "src" / "wire.generated.ts"
SHELL_SCRIPTS = ["scripts/with-node", ".ci/run"]


@dataclass(frozen=True)
class Check:
    """`find` returns what is wrong, a line each; nothing is good. `rule` is what a failure breaks."""

    name: str
    rule: str
    find: Callable[[], list[str]]


def check() -> Outcome:
    """All of them, also after one that failed."""
    outcome = Outcome("check")
    for item in all_checks():
        wrong = item.find()
        if wrong:
            outcome.fail(f"{item.name}: {len(wrong)} × breaks \"{item.rule}\"")
            print(f"FAILED {item.name}, which breaks: {item.rule}")
            print("".join(f"  {line}\n" for line in wrong), end="", flush=True)
        else:
            outcome.passed += 1
            print(f"ok     {item.name}", flush=True)
    return outcome.settle()


def all_checks() -> list[Check]:
    clippy = ["cargo", "clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]
    deny = [CARGO_DENY, "--all-features", "--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]
    docs = ["cargo", "doc", "--workspace", "--all-features", "--no-deps"]
    return [
        Check("lock file", "Cargo.lock says what is built", command("cargo", "metadata", "--locked", "--format-version=1", quiet=True)),
        Check("format", "code is formatted by rustfmt", command("cargo", "fmt", "--all", "--check")),
        *(Check(boundary.name, boundary.rule, crossing(boundary)) for boundary in boundaries.BOUNDARIES),
        *(Check(f"purity of {package}", PURITY, impurities(package)) for package in purity.PURE),
        Check("members", "every package has the workspace's lints, and each core a clippy.toml that bars clocks",
              lambda: members.violations(REPO, purity.PURE)),
        Check("rules and tests", "invariant 9: every rule in docs/SPEC.md has a test named after it, and every such test a rule",
              lambda: rules.violations(REPO)),
        Check("tests of rules", "invariant 9: docs/SPEC.md says which tests each rule has", lambda: spec.violations(REPO)),
        Check("floors", "invariant 2: a dependency points from a floor to one below", dependencies_across_floors),
        Check("circles", "invariant 2: no files of one crate import each other in a circle", lambda: circles.violations(REPO)),
        Check("names", "invariant 11: names are the field's (docs/GLOSSARY.md)", lambda: names.violations(REPO)),
        Check("types", "invariant 11: a type's name stands for one idea, or docs/GLOSSARY.md says why not", lambda: types.violations(REPO)),
        Check("doc comments", "a doc comment says what the name does not, in three words at least", lambda: names.thin_docs(REPO)),
        Check("duplicates", f"at most {duplicates.ALLOWED} runs of {duplicates.SHORTEST} lines stand twice in production code",
              lambda: duplicates.violations(REPO)),
        Check("absences", "a test that nothing came waits for what comes after it", lambda: absences.violations(REPO)),
        Check("links", "the docs stand alone: each relative link leads to a file here, and each file that they name is here", lambda: links.violations(REPO)),
        Check("metrics", "docs/OPERATIONS.md says of each metric what it tells", lambda: metrics.violations(REPO)),
        Check("supply chain", "what scripts fetch is pinned by a lock file or a hash, and runs no code of its own while it is installed",
              lambda: supply.violations(REPO)),
        Check("shell scripts", "scripts are clean by shellcheck", shellcheck),
        Check("dependencies", "deny.toml: what may be depended on, under which licence, from where", command(*deny)),
        Check("clippy", "no warning, and the clippy.toml of each core", command(*clippy)),
        Check("docs", "every link in the docs leads somewhere", command(*docs, env={"RUSTDOCFLAGS": "-D warnings"})),
        Check("wire types", "invariant 8: the committed TypeScript is what crates/wire says", stale_types),
    ]


PURITY = "invariant 1: the cores and wire depend on no runtime, driver, clock or random source"


def command(*words: str, env: dict[str, str] | None = None, quiet: bool = False) -> Callable[[], list[str]]:
    """A check that is a command: its output is shown while it runs."""

    def find() -> list[str]:
        finished = run(list(words), env=env, show=not quiet)
        if finished.code == 0 and not finished.complaint:
            return []
        return [finished.complaint or f"`{' '.join(words)}` ended with exit code {finished.code}"]

    return find


def crossing(boundary: boundaries.Boundary) -> Callable[[], list[str]]:
    return lambda: boundaries.violations(REPO, boundary)


def impurities(package: str) -> Callable[[], list[str]]:
    def find() -> list[str]:
        found = purity.violations(package)
        return ["cargo tree failed"] if found is None else [f"{package} {line}" for line in found]

    return find


def dependencies_across_floors() -> list[str]:
    found = floors.violations(REPO)
    return ["cargo metadata failed"] if found is None else found


def shellcheck() -> list[str]:
    scripts = [*SHELL_SCRIPTS, *(str(path.relative_to(REPO)) for path in sorted(REPO.glob("**/*.sh")) if "node_modules" not in path.parts)]
    return command("shellcheck", "--external-sources", *scripts)()


def stale_types() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "wire.ts"
        export = ["cargo", "run", "-q", "-p", "wire", "--features", "typescript", "--bin", "export-types", "--", str(fresh)]
        if run(export).code != 0:
            return ["the types can't be generated"]
        committed = REPO / WIRE_TYPES
        before = committed.read_text().splitlines() if committed.exists() else []
        diff = difflib.unified_diff(before, fresh.read_text().splitlines(), str(WIRE_TYPES), "crates/wire", lineterm="", n=1)
    lines = list(diff)
    return [*lines[:40], "run `make types` and commit the result"] if lines else []
