"""Whether the docs stand alone: each relative link leads to a file of the repository, and each file that they name is there."""

import re
from pathlib import Path

from . import source

# [text](target), ![picture](target), without an address of the web or a heading of the same page
LINK = re.compile(r"\]\((?!\w+:|#)<?([^)\s>#]+)")
BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
# `web/sdk/src/index.ts`: a file in a folder, from the root or from the page on
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:rs|ts|svelte|py|sql|md|sh|toml|mjs))`")


def violations(repo: Path) -> list[str]:
    """One line for each link and name that leads nowhere, and each link out of the repository."""
    found = []
    for page in source.files(repo, (".md",)):
        text = BLOCK.sub("", page.read_text())
        for target in LINK.findall(CODE.sub("", text)):
            place = (page.parent / target).resolve()
            if not place.is_relative_to(repo.resolve()):
                found.append(f"{page.relative_to(repo)}: {target} is outside the repository")
            elif not place.exists():
                found.append(f"{page.relative_to(repo)}: {target} isn't there")
        found += [f"{page.relative_to(repo)}: `{file}` isn't there" for file in FILE.findall(text) if not _is_there(file, repo, page)]
    return found


def _is_there(file: str, repo: Path, page: Path) -> bool:
    return (repo / file).exists() or (page.parent / file).exists()
