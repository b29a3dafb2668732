#!/usr/bin/env python3
"""Writes scheduler/core/src/account/common_passwords.txt: passwords that nobody may have, because they are tried first.

They come from the wheel of Django, which is fetched from PyPI, and which has the 20,000 most common ones of a list of
Royce Williams, made from leaks. Kept are those of 8 characters or more, since shorter ones are refused anyway.
"""

import gzip
import pathlib
import subprocess
import sys
import tempfile
import zipfile

DJANGO = "django==5.2.19"
WHEEL = "5965d974a5218a2b68a11dd1276434707f23886525c23f0598eccedaf4f4ca00"
LIST = "django/contrib/auth/common-passwords.txt.gz"
LICENCE = "licenses/LICENSE"
SHORTEST = 8
TARGET = pathlib.Path(__file__).parent.parent / "scheduler/core/src/account/common_passwords.txt"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        wanted = pathlib.Path(folder) / "wanted.txt"
        wanted.write_text(f"{DJANGO} --hash=sha256:{WHEEL}\n")
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        subprocess.run([*fetch, "--dest", folder, "-r", wanted], check=True)
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as files:
            words = gzip.decompress(files.read(LIST)).decode().split("\n")
            (licence,) = [name for name in files.namelist() if name.endswith(LICENCE)]
            terms = files.read(licence).decode()
    kept = sorted({word.lower() for word in words if len(word) >= SHORTEST and not word.startswith("#")})
    head = f"Of {DJANGO}, {LIST}, by scripts/common-passwords.py.\n\n{terms}".rstrip().split("\n")
    lines = [f"# {line}".rstrip() for line in head] + kept
    TARGET.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
