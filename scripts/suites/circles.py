"""Circles of imports between the files of one crate: two files that name each other's items, or more that do so in a ring.

A path leads to the file that defines its last item, through re-exports. Nothing is tied by a path that can't be followed, by a
re-export of what the file itself doesn't use, by an `impl` that adds methods to another file's type, or between a module and
its own submodules, which are one thing in several files. So what is reported is a circle.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from . import source

TESTS = ("*/tests.rs", "*/tests/*", "*/contract.rs", "*/contract/*")
DEFINITION = re.compile(
    r"^(?:pub(?:\([^)]*\))?\s+)?(?:default\s+)?(?:const\s+|async\s+|unsafe\s+|extern\s+)*"
    r"(?:struct|enum|trait|union|type|fn|const|static|macro_rules!)\s+(?:mut\s+)?(\w+)",
    re.MULTILINE,
)
USE = re.compile(r"^[ \t]*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]+);", re.MULTILINE)
MODULE = re.compile(r"^(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+);", re.MULTILINE)
INLINE_PATH = re.compile(r"(?<![\w:])(?:\w+::)+\w+")
TOKEN = re.compile(r"\w+|::|[{},*]")
# The head of an inherent `impl`, without what its bounds name.
OWN_IMPL = re.compile(r"^impl(?:<[^>]*>)?\s+\w+(?:<[^>]*>)?\s*\{", re.MULTILINE)
DEEPEST = 12


@dataclass
class Module:
    """One file of a crate: what it defines, what its names stand for, and what it names."""

    file: str
    path: tuple[str, ...]
    code: str
    defined: set[str] = field(default_factory=set)
    imports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    globs: list[tuple[str, ...]] = field(default_factory=list)


def violations(repo: Path) -> list[str]:
    """One line for each circle, with what ties it."""
    found = []
    for manifest in source.files(repo, ("Cargo.toml",)):
        if (manifest.parent / "src").is_dir():
            ties = _ties(_modules(repo, manifest.parent / "src"))
            found += [_described(circle, ties) for circle in _circles({edge: None for edge in ties})]
    return found


def _modules(repo: Path, src: Path) -> dict[tuple[str, ...], Module]:
    found: dict[tuple[str, ...], Module] = {}
    for file in source.files(src):
        inside = file.relative_to(src).with_suffix("").as_posix()
        name = file.relative_to(repo).as_posix()
        if inside.startswith("bin/") or any(fnmatch(name, pattern) for pattern in TESTS):
            continue
        path = () if inside in ("lib", "main") else tuple(inside.removesuffix("/mod").split("/"))
        if path == () and () in found:
            continue
        code = source.production(file.read_text())
        module = Module(name, path, USE.sub(lambda use: "\n" * use[0].count("\n"), code), set(DEFINITION.findall(code)))
        for use in USE.findall(code):
            for segments, alias in _leaves(use):
                if segments[-1] == "*":
                    module.globs.append(segments[:-1])
                else:
                    module.imports[alias] = segments
        found[path] = module
    return found


def _leaves(use: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each path of a `use` tree with the name it gets: `a::{b, c as d}` is `a::b` and `a::c`."""
    tokens = TOKEN.findall(use)
    stack: list[tuple[str, ...]] = []
    prefix: tuple[str, ...] = ()
    current: tuple[str, ...] = ()
    alias = ""
    renaming = False
    for token in [*tokens, ","]:
        if token == "{":
            stack.append(prefix)
            prefix = prefix + current
            current = ()
        elif token in (",", "}"):
            if current:
                whole = prefix + current
                whole = whole[:-1] if whole[-1] == "self" and len(whole) > 1 else whole
                yield whole, alias or whole[-1]
            current, alias, renaming = (), "", False
            if token == "}":
                prefix = stack.pop() if stack else ()
        elif token == "as":
            renaming = True
        elif token != "::":
            if renaming:
                alias = token
            else:
                current = (*current, token)


def _ties(modules: dict[tuple[str, ...], Module]) -> dict[tuple[str, str], set[str]]:
    """What each file takes from each other file of its crate."""
    ties: dict[tuple[str, str], set[str]] = {}

    def tie(module: Module, segments: tuple[str, ...]) -> None:
        target = _follow(modules, module, segments, DEEPEST)
        if target and not _is_one_thing(target[0].path, module.path):
            ties.setdefault((module.file, target[0].file), set()).add(target[1])

    for module in modules.values():
        words = set(re.findall(r"\w+", OWN_IMPL.sub("", module.code)))
        for alias, segments in module.imports.items():
            if alias in words:
                tie(module, segments)
        for path in INLINE_PATH.findall(module.code):
            tie(module, tuple(path.split("::")))
        for glob in module.globs:
            beyond = _module_of(modules, module, glob, DEEPEST)
            for name in (beyond.defined & words) - module.defined if beyond else ():
                if name[0].isupper():
                    tie(module, (*glob, name))
    return ties


def _is_one_thing(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one is the other, or a submodule of it; the root of a crate is nobody's parent here."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (shorter != () and longer[: len(shorter)] == shorter)


def _follow(modules: dict[tuple[str, ...], Module], module: Module, segments: tuple[str, ...], depth: int) -> tuple[Module, str] | None:
    """The file that defines the item that a path names, seen from `module`, and the item's name."""
    if depth == 0:
        return None
    for end in range(len(segments), 0, -1):
        holder = _module_of(modules, module, segments[: end - 1], depth)
        if holder is None:
            continue
        name = segments[end - 1]
        if name in holder.defined:
            return holder, name
        if name in holder.imports and (holder is not module or end > 1 or holder.imports[name] != segments):
            found = _follow(modules, holder, holder.imports[name], depth - 1)
            if found:
                return found
        for glob in holder.globs:
            beyond = _module_of(modules, holder, glob, depth - 1)
            if beyond and beyond is not holder and name in beyond.defined:
                return beyond, name
    return None


def _module_of(modules: dict[tuple[str, ...], Module], module: Module, segments: tuple[str, ...], depth: int) -> Module | None:
    """The module that a path names, seen from `module`; the empty path is `module` itself."""
    here = module.path
    for number, segment in enumerate(segments):
        if segment == "crate" and number == 0:
            here = ()
        elif segment == "super":
            if not here:
                return None
            here = here[:-1]
        elif segment == "self" and number == 0:
            continue
        elif (*here, segment) in modules:
            here = (*here, segment)
        else:
            holder = modules.get(here)
            if depth > 0 and holder and segment in holder.imports and holder.imports[segment] != segments:
                beyond = _module_of(modules, holder, holder.imports[segment], depth - 1)
                if beyond:
                    return _module_of(modules, beyond, segments[number + 1 :], depth - 1)
            return None
    return modules.get(here)


def _circles(edges: dict[tuple[str, str], None]) -> list[list[str]]:
    """The strongly connected parts of more than one file, each and all in order."""
    beyond: dict[str, set[str]] = {}
    for start, end in edges:
        beyond.setdefault(start, set()).add(end)
    reached = {file: _reached(beyond, file) for file in beyond}
    parts = {tuple(sorted(other for other in reached[file] if file in reached.get(other, ()))) for file in beyond}
    return [list(part) for part in sorted(parts) if len(part) > 1]


def _reached(beyond: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for end in beyond.get(waiting.pop(), ()):
            if end not in found:
                found.add(end)
                waiting.append(end)
    return found


def _described(circle: list[str], ties: dict[tuple[str, str], set[str]]) -> str:
    inside = [
        f"{start} takes {', '.join(sorted(names))} from {end}"
        for (start, end), names in sorted(ties.items()) if start in circle and end in circle
    ]
    return "; ".join(inside)
