"""Whether the docs stand alone: each relative link leads to a file of the repository."""

import re
from pathlib import Path

from . import source

# [text](target), ![picture](target), without an address of the web or a heading of the same page
LINK = re.compile(r"\]\((?!\w+:|#)<?([^)\s>#]+)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def violations(repo: Path) -> list[str]:
    """One line for each link that leads nowhere, or out of the repository."""
    found = []
    for page in source.files(repo, (".md",)):
        for target in LINK.findall(CODE.sub("", page.read_text())):
            place = (page.parent / target).resolve()
            if not place.is_relative_to(repo.resolve()):
                found.append(f"{page.relative_to(repo)}: {target} is outside the repository")
            elif not place.exists():
                found.append(f"{page.relative_to(repo)}: {target} isn't there")
    return found
