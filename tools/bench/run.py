#!/usr/bin/env python3
"""Measures Rendezvous beside a bare relay, PeerJS, Socket.IO, Centrifugo and bare loops of its statements, in alternating rounds, and writes docs/PERFORMANCE.md's figures.

usage: tools/bench/run.py [--quick] [--only P1,SCH] [--rounds N] [--no-build] [--page-only]
"""

import argparse
import datetime
import os
import platform
import subprocess
import sys
import time

sys.dont_write_bytecode = True

from measuring import page, plots, results  # noqa: E402
from measuring.bars import BARS, BENCH_ALONE, CHAT, DATABASES, SCHEDULER, STATIONS, Size  # noqa: E402
from measuring.processes import REPO, Failed  # noqa: E402
from measuring.servers import install_chat_servers, install_peerjs  # noqa: E402

# Above this other work is on the machine, and the figures are of both.
CALM_LOAD = 0.7
CALM_LIMIT_S = 30


def main() -> int:
    options = arguments()
    if options.page_only:
        publish()
        return 0
    named = options.only.split(",") if options.only else list(BARS)
    unknown = [name for name in named if not bars_of(name)]
    if unknown:
        print(f"no bar {', '.join(unknown)}; there are: {', '.join(BARS)}", file=sys.stderr)
        return 2
    wanted = {bar for name in named for bar in bars_of(name)}
    if not options.no_build:
        build(wanted)
    if not wanted <= {DATABASES, *SCHEDULER, *CHAT}:
        install_peerjs()
    if wanted & {*CHAT} - {*BENCH_ALONE}:
        install_chat_servers()
    machine = where(options.quick)
    failed = [station for station in STATIONS if wanted & set(station.bars) and not measure(station, options, machine)]
    if not options.quick:
        publish()
    show()
    return 1 if failed else 0


def bars_of(name: str) -> set[str]:
    """The bar of that name, or those that are numbered under it, as SCH."""
    return {name} if name in BARS else {bar for bar in BARS if name and bar.rstrip("0123456789") == name}


def build(wanted: set[str]) -> None:
    """One after the other: built at once, the binary would have the features that only `bench` asks for."""
    packages = ["bench"] if wanted <= set(BENCH_ALONE) else ["rendezvous", "bench"]
    for package in packages:
        subprocess.run(["cargo", "build", "--release", "--locked", "-p", package], cwd=REPO, check=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small and once: whether it works, not how fast it is; nothing is published")
    parser.add_argument("--only", help="bars to measure, as P1,L2, SCH, CHT or databases; those that share their servers come along")
    parser.add_argument("--rounds", type=int, help="rounds of each, in place of its own number")
    parser.add_argument("--no-build", action="store_true", help="measure what was built before")
    parser.add_argument("--page-only", action="store_true", help="write the page from the results that are there")
    return parser.parse_args()


def measure(station, options: argparse.Namespace, machine: dict) -> bool:
    """All rounds of a station, kept after each, so that a run that breaks off is not lost. False where it failed."""
    folder = results.RESULTS / "quick" if options.quick else results.RESULTS
    rounds = options.rounds or (1 if options.quick else station.rounds)
    found: dict[str, list] = {name: [] for name in station.bars}
    for turn in range(rounds):
        began = time.monotonic()
        try:
            measured = station.measure(turn, Size(options.quick))
        except (Failed, subprocess.SubprocessError, KeyError) as failure:
            print(f"FAILED {', '.join(station.bars)}: {failure!r}", file=sys.stderr)
            return False
        measured = {name: figures if isinstance(figures, list) else [figures] for name, figures in measured.items()}
        for name, figures in measured.items():
            found[name] += figures
            results.write(name, found[name], machine, folder)
        print(f"{', '.join(station.bars)}: round {turn + 1} of {rounds} in {time.monotonic() - began:.0f} s", flush=True)
        for name, rounds_of_run in measured.items():
            for figures in rounds_of_run:
                print(f"  {name} " + "  ".join(f"{key} {value:.4g}" for key, value in figures.items()), flush=True)
    if any(name in found for name in CHAT):
        print(page.chat_section(results.read(folder)))
    if any(name in found for name in SCHEDULER):
        print(page.scheduler(results.read(folder)))
    if DATABASES in found:
        print(page.databases(results.read(folder)[DATABASES]))
    return True


def publish() -> None:
    """Plots and page from all results that there are."""
    found = results.read()
    plots.draw(found, page.PLOTS)
    page.fill(found)


def show() -> None:
    print()
    for name, result in results.read().items():
        for verdict in result.verdicts():
            print(f"{name}  {page.word(verdict).strip('*'):<11} {page.measured(verdict):<24} {page.asked(verdict):<10} {verdict.limit.what}")


def where(quick: bool) -> dict:
    """What is measured on, once it is calm."""
    ends = time.monotonic() + (0 if quick else CALM_LIMIT_S)
    while os.getloadavg()[0] > CALM_LOAD and time.monotonic() < ends:
        time.sleep(2)
    load = os.getloadavg()[0]
    if load > CALM_LOAD:
        print(f"the machine is busy (load average {load:.1f}): ratios will do, figures won't", file=sys.stderr)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=REPO, capture_output=True, text=True, check=False)
    return {
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "processor": processor(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "commit": commit.stdout.strip() or "unknown",
        "load": load,
    }


def processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
