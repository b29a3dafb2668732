"""What a core may depend on: nothing that waits, reads a clock, draws random values or drives a store."""

import re

from .command import run

PURE = ["wire", "signaling-core", "chat-core", "scheduler-core", "turn-core"]

# Whole families by their beginning: `tokio` is also tokio-util and tokio-stream.
BARRED = re.compile(
    r"^(?:tokio|axum|hyper|tower|futures|async|mio|tungstenite|reqwest|sqlx|mongodb|redis|rustls|ring$|aws-lc"
    r"|rand|getrandom|fastrand|uuid$|jsonwebtoken|tracing|metrics|config$|clap|anyhow$)"
)
# chrono may calculate; with one of these it reads the machine's clock.
CLOCK_FEATURES = {"clock", "now"}


def violations(package: str) -> list[str] | None:
    """One line for each barred dependency of `package`, or None where cargo can't tell."""
    tree = run(["cargo", "tree", "-p", package, "-e", "normal", "--prefix", "none", "-f", "{p}|{f}"], show=False)
    return None if tree.code != 0 else barred(tree.text)


def barred(tree: str) -> list[str]:
    """The barred lines of `cargo tree --prefix none -f '{p}|{f}'`."""
    found = set()
    for line in tree.splitlines():
        if "|" not in line:
            continue
        package, features = line.split("|", 1)
        name = package.split(" ", 1)[0]
        if BARRED.match(name):
            found.add(f"depends on {name}")
        elif name == "chrono" and CLOCK_FEATURES & set(features.removesuffix(" (*)").split(",")):
            found.add("depends on chrono with its clock")
    return sorted(found)
