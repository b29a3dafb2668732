"""Whether a type's name stands for one idea: each is defined once, but for those that docs/GLOSSARY.md allows with a reason."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from . import source

GLOSSARY = Path("docs") / "GLOSSARY.md"
TABLE = "## Names that more than one crate has"
# | `Settings` | what an operator may set of that core |
ROW = re.compile(r"^\|\s*`(\w+)`\s*\|\s*([^|\n]+?)\s*\|", re.MULTILINE)
PUBLIC = r"(?:pub(?:\([^)]*\))?\s+)?"
TOKEN = re.compile(
    rf"^[ \t]*{PUBLIC}(?:unsafe\s+)?(?P<scope>impl|trait)\b(?:\s+(?P<trait>[A-Z]\w*))?"
    rf"|^[ \t]*{PUBLIC}(?P<kind>struct|enum|union|type)\s+(?P<name>[A-Z]\w*)"
    r"|(?P<open>\{)|(?P<close>\})|(?P<end>;)",
    re.MULTILINE,
)
TESTS = ("*/tests/*", "*/tests.rs", "*/benches/*", "*/examples/*", "*/store/contract/*", "*/store/contract.rs")


def violations(repo: Path) -> list[str]:
    """One line for each name that is defined twice without leave, or that has a leave it doesn't need."""
    allowed = allowed_names(repo)
    places = defined_types(repo)
    twice = {name: at for name, at in places.items() if len(at) > 1}
    found = [f"`{name}` is defined in {', '.join(twice[name])}" for name in sorted(set(twice) - set(allowed))]
    found += [f"{GLOSSARY}: `{name}` is listed and not defined twice" for name in sorted(set(allowed) - set(twice))]
    return found + [f"{GLOSSARY}: `{name}` has no reason" for name, reason in sorted(allowed.items()) if len(reason.split()) < 3]


def allowed_names(repo: Path) -> dict[str, str]:
    """What the glossary's second table allows: name and reason."""
    page = repo / GLOSSARY
    text = page.read_text() if page.exists() else ""
    _, _, rest = text.partition(TABLE)
    return dict(ROW.findall(rest.partition("\n## ")[0]))


def defined_types(repo: Path) -> dict[str, list[str]]:
    """Each type of production code with the places that define it."""
    found: dict[str, list[str]] = {}
    for path in source.files(repo):
        name = path.relative_to(repo).as_posix()
        if any(fnmatch(name, pattern) for pattern in TESTS):
            continue
        code = source.production(path.read_text())
        for at, defined in _types(code):
            found.setdefault(defined, []).append(f"{name}:{code.count(chr(10), 0, at) + 1}")
    return found


def _types(code: str) -> Iterator[tuple[int, str]]:
    """Definitions of types; a `type` in an impl or a trait is associated with it and has no name of its own."""
    scopes: list[bool] = []
    associates = False
    for match in TOKEN.finditer(code):
        if match["scope"]:
            associates = True
            if match["scope"] == "trait" and match["trait"]:
                yield match.start("trait"), match["trait"]
        elif match["name"]:
            if not (match["kind"] == "type" and scopes and scopes[-1]):
                yield match.start("name"), match["name"]
        elif match["open"]:
            scopes.append(associates)
            associates = False
        elif match["close"]:
            scopes[-1:] = []
        else:
            associates = False
