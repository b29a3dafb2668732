"""The figures in docs/PERFORMANCE.md: what stands between its markers is written from the results."""

import re
from pathlib import Path
from statistics import median

from . import chat_page
from .bars import CHAT, DATABASES, SCHEDULER, SHOWN
from .processes import REPO, Failed
from .results import Result, Verdict

PAGE = REPO / "docs" / "PERFORMANCE.md"
PLOTS = REPO / "docs" / "plots"


def fill(results: dict[str, Result], path: Path = PAGE) -> None:
    """Puts the figures of `results` into the page; what has not been measured stays as it is."""
    text = path.read_text()
    of_relay = {name: result for name, result in results.items() if name not in (*SCHEDULER, *CHAT)}
    text = between(text, "machine", machine(of_relay))
    text = between(text, "bars", table(of_relay))
    text = between(text, "figures", figures(of_relay))
    if any(name in results for name in SCHEDULER):
        text = between(text, "scheduler", scheduler(results))
    if any(name in results for name in CHAT):
        text = between(text, "chat", chat_section(results))
    if DATABASES in results:
        text = between(text, "databases", databases(results[DATABASES]))
    path.write_text(text)


def between(text: str, name: str, content: str) -> str:
    """Replaces what stands between the markers of that name."""
    pattern = re.compile(rf"(<!-- bench:{name} -->\n).*?(<!-- /bench:{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise Failed(f"{PAGE} has no markers for {name}")
    return pattern.sub(lambda found: f"{found[1]}\n{content.strip()}\n\n{found[2]}", text)


def machine(results: dict[str, Result]) -> str:
    """Where the figures are from; the newest, where bars were measured apart."""
    machines = [result.machine for name, result in results.items() if name != DATABASES]
    newest = max(machines, key=lambda where: where["at"])
    return (f"Measured on {newest['at'][:10]}: {newest['processor']}, {newest['cores']} cores, Linux {newest['kernel']}, "
            f"commit `{newest['commit']}`, load average {newest['load']:.1f} when it began.")


def table(results: dict[str, Result]) -> str:
    """A line for each limit of each bar."""
    lines = ["| bar | what | asked | measured: median (min–max) | |", "|---|---|---|---|---|"]
    for name, result in results.items():
        for number, verdict in enumerate(result.verdicts()):
            title = f"**{name}** {result.bar.title}" if number == 0 else ""
            lines.append(f"| {title} | {verdict.limit.what} | {asked(verdict)} | {measured(verdict)} | {word(verdict)} |")
    return "\n".join(lines)


def asked(verdict: Verdict) -> str:
    sign = "≥" if verdict.limit.is_floor else "≤"
    return f"{sign} {shown(verdict.limit.bound, verdict.limit.unit)}".rstrip()


def measured(verdict: Verdict) -> str:
    unit = verdict.limit.unit
    if verdict.low == verdict.high:
        return shown(verdict.median, unit)
    return f"{shown(verdict.median, unit)} ({number(verdict.low)}–{number(verdict.high)})"


def shown(value: float, unit: str) -> str:
    return f"{number(value)}{unit}" if unit in ("×", "%", "") else f"{number(value)} {unit}"


def number(value: float) -> str:
    """Three digits, and none after the point where there are that many before it."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.2 else f"{value:.3f}"


def word(verdict: Verdict) -> str:
    if verdict.is_met:
        return "met"
    return "not reached" if verdict.limit.stretch else "**missed**"


ENGINES = SHOWN
# What is measured: its figures, which command it is, and how it is called.
COMMANDS = (
    ("book_1", "book", "bookings, one caller"),
    ("book_16", "book", "bookings, 16 callers"),
    ("look", "look", "due-scan: is anything due?"),
    ("claimable", "claimable", "due-scan: the 100 that are, locked"),
    ("claim", "claim", "claims, of 100 jobs at once"),
    ("settle", "settle", "settles, of 100 jobs at once"),
)


def databases(result: Result) -> str:
    """A line for each command on each database; a ratio is how much more time ours takes, taken within each round."""
    where = result.machine
    lines = [f"Measured on {where['at'][:10]}, commit `{where['commit']}`, load average {where['load']:.1f} when it began, {len(result.rounds)} rounds in one run.",
             "", "| command | database | questions | ours, per s | bare loop, per s | time, of the bare loop's: median (min–max) |", "|---|---|---|---|---|---|"]
    for name, command, title in COMMANDS:
        for engine, shown_engine in ENGINES.items():
            key = f"{engine}_{name}"
            ratios = sorted(figures[f"{key}_bare"] / figures[f"{key}_ours"] for figures in result.rounds)
            cells = [title if engine == "sqlite" else "", shown_engine, f"{result.median(f'{engine}_{command}_trips'):.0f}",
                     f"{result.median(f'{key}_ours'):,.0f}", f"{result.median(f'{key}_bare'):,.0f}",
                     f"{number(median(ratios))}× ({number(ratios[0])}–{number(ratios[-1])})"]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def scheduler(results: dict[str, Result]) -> str:
    """The scheduler's bars, and the figures of which nothing is asked."""
    own = {name: result for name, result in results.items() if name in SCHEDULER}
    lines = [machine(own), "", table(own)]
    if "SCH2" in own:
        lines += ["", "Bookings by one caller on the large store, in ms: median / p99 / longest.", "",
                  "| database | before | while retention works | after | retention | erased and settled |", "|---|---|---|---|---|---|"]
        for engine, shown_engine in ENGINES.items():
            of = lambda what, engine=engine: own["SCH2"].median(f"{engine}_{what}")  # noqa: E731
            spans = [" / ".join(number(of(f"{when}_{at}_ms")) for at in ("p50", "p99", "max")) for when in ("before", "during", "after")]
            lines.append(f"| {shown_engine} | {' | '.join(spans)} | {of('retention_s'):.0f} s | {of('erased'):,.0f} |")
    if "SCH3" in own:
        lines += ["", "All due at one instant, marked batch by batch, in s: lateness p50 / p99 / last, and the bare loop's last.", "",
                  "| database | p50 | p99 | last | bare loop |", "|---|---|---|---|---|"]
        for engine, shown_engine in ENGINES.items():
            of = lambda what, engine=engine: own["SCH3"].median(f"{engine}_{what}")  # noqa: E731
            cells = [of("late_p50_ms_ours") / 1e3, of("late_p99_ms_ours") / 1e3, of("due_s_ours"), of("due_s_bare")]
            lines.append(f"| {shown_engine} | {' | '.join(number(cell) for cell in cells)} |")
    if "SCH4" in own:
        of = own["SCH4"].median
        lines += ["", f"By the binary on its own file: marked {number(of('marked_p50'))} ms late at the median, {number(of('marked_p99'))} at p99, {number(of('marked_max'))} at most; "
                  f"{of('webhooks'):,.0f} webhooks, {number(of('webhook_p50'))} / {number(of('webhook_p99'))} / {number(of('webhook_max'))} ms; "
                  f"{of('mails'):,.0f} mails; {number(of('cpu_ms_per_delivery'))} ms of processor for each delivery."]
    if "SCH5" in own:
        of = own["SCH5"].median
        lines += ["", f"Sign-ins: {number(of('per_second'))} a second, {number(of('p50_ms'))} ms at the median and {number(of('p99_ms'))} at p99 with 16 at once."]
    return "\n".join(lines)


def chat_section(results: dict[str, Result]) -> str:
    """Chat's bars, and the figures of all three servers behind them."""
    own = {name: result for name, result in results.items() if name in CHAT}
    drawn = ["", "![Chat: a message, an idle connection, a storm of 5,000](plots/chat.svg)"] if {"CHT1", "CHT2", "CHT5"} <= own.keys() else []
    return "\n".join([machine(own), "", table(own), *chat_page.figures(own, number), *drawn])


def figures(results: dict[str, Result]) -> str:
    """The figures behind the ratios: medians of the rounds."""
    lines = ["| bar | unit | Rendezvous | bare relay | PeerJS 1.0.2 | rounds |", "|---|---|---|---|---|---|"]
    for name, result in results.items():
        cells = [number(result.median(server)) if server in result.rounds[0] else "–" for server in ("rendezvous", "reference", "peerjs")]
        if cells == ["–"] * 3:
            continue
        lines.append(f"| {name} | {result.bar.unit} | {' | '.join(cells)} | {len(result.rounds)} |")
    lines.append("")
    if "P6" in results:
        ticket, result = results["P6"].median("ticket"), results["P6"]
        lines.append(f"One ticket verification: {ticket:.0f} µs. A join among 1,000: {result.median('rendezvous_1000'):.0f} µs, "
                     f"among 9,000: {result.median('rendezvous_9000'):.0f} µs.")
    if "L2" in results:
        result = results["L2"]
        lines.append(f"The group-commit bound, 9,000 rows and facts in one transaction: {result.median('bound'):.0f} ms.")
    return "\n".join(lines)
