"""Chat's figures as the page shows them: what stands behind the bars, server by server."""

from collections.abc import Callable

from .bars import SHOWN as ENGINES
from .chat import GROUPS, WRITERS
from .results import Result

SHOWN = {"rendezvous": "Rendezvous", "socketio": "Socket.IO 4.8", "centrifugo": "Centrifugo 6.9"}
HEADER = [f"| | {' | '.join(SHOWN.values())} |", f"|---{'|---' * len(SHOWN)}|"]


def figures(results: dict[str, Result], number: Callable[[float], str]) -> list[str]:
    """Tables and sentences of what has been measured; medians of the rounds."""
    lines: list[str] = []
    rows = [row for bar, make in ROWS for row in (make(results[bar], number) if bar in results else [])]
    if rows:
        lines += ["", *HEADER, *(f"| {what} | {' | '.join(cells)} |" for what, cells in rows)]
    if "CHT4" in results:
        of = results["CHT4"].median
        lines += ["", f"64 writers: {of('rendezvous'):,.0f} durable messages a second, {number(of('acks_per_commit'))} for each commit; a bare group commit: {of('bare'):,.0f}. "
                  f"One writer: acknowledged after {number(of('one_p50'))} ms; a bare commit takes {number(of('commit_p50'))} ms, a turn over the bare relay {number(of('relay_p50'))} ms."]
    if "CHT6" in results:
        of = results["CHT6"].median
        lines += ["", f"With 10,000 messages of history a message to whom one is away costs {number(of('little_cpu'))} µs, with a million {number(of('much_cpu'))} µs; "
                  f"coming back takes {number(of('little_join_p50'))} and {number(of('much_join_p50'))} ms."]
    if "CHT8" in results:
        lines += ["", *feeds(results["CHT8"], number)]
    return lines


def feeds(result: Result, number: Callable[[float], str]) -> list[str]:
    """A line for each database: medians and p99 of posts and pages, and how long a post takes until 1,000 have it in their feeds."""
    def spans(engine: str, what: str) -> str:
        return " / ".join(number(result.median(f"{engine}_{what}_{quantile}")) for quantile in ("p50", "p99"))

    lines = ["| ms: median / p99 | a post, 100 follow | a post, 100,000 follow | a page of 20 whom 100 follow | a page of 20 whom 1,001 follow | until 1,000 have a post |",
             "|---|---|---|---|---|---|"]
    for engine, shown in ENGINES.items():
        cells = [spans(engine, what) for what in ("post_few", "post_many", "page_few", "page_many")]
        lines.append(f"| {shown} | {' | '.join(cells)} | {number(result.median(f'{engine}_spread_p50'))} |")
    return lines


def each(result: Result, number: Callable[[float], str], *names: str) -> list[str]:
    """A cell for each server: its figures of those names, one after the other."""
    return [" / ".join(number(result.median(name.format(server))) for name in names) for server in SHOWN]


def messages(result: Result, number: Callable[[float], str]) -> list[tuple[str, list[str]]]:
    return [
        ("µs of CPU for a message, 50 writers without a pause", each(result, number, "{}")),
        ("messages a second meanwhile", [f"{result.median(f'{server}_per_second'):,.0f}" for server in SHOWN]),
        ("µs of CPU for a message at 1,000 a second", each(result, number, "{}_rate")),
        ("ms to the acknowledgement at that rate: median / p99 / longest", each(result, number, *(f"{{}}_ack_{at}" for at in ("p50", "p99", "max")))),
        ("ms to the other one", each(result, number, *(f"{{}}_message_{at}" for at in ("p50", "p99", "max")))),
    ]


def acknowledgements(result: Result, number: Callable[[float], str]) -> list[tuple[str, list[str]]]:
    return [(f"ms to the acknowledgement, {writers} {'writer' if writers == 1 else 'writers'} without a pause",
             each(result, number, *(f"{{}}_{writers}_{at}" for at in ("p50", "p99", "max")))) for writers in WRITERS]


def idle(result: Result, number: Callable[[float], str]) -> list[tuple[str, list[str]]]:
    return [("KB for each of 10,000 idle connections", each(result, number, "{}")), ("% of a core meanwhile", each(result, number, "{}_cpu"))]


def storm(result: Result, number: Callable[[float], str]) -> list[tuple[str, list[str]]]:
    return [("s until 5,000 have caught up", each(result, number, "{}")), ("s of CPU for that", each(result, number, "{}_cpu"))]


def groups(result: Result, number: Callable[[float], str]) -> list[tuple[str, list[str]]]:
    return [
        row for members in GROUPS for row in (
            (f"µs of CPU for a message in a group of {members}", each(result, number, f"{{}}_{members}")),
            (f"ms until all {members} have it: median / p99", each(result, number, *(f"{{}}_{members}_{at}" for at in ("p50", "p99")))))
    ]


ROWS = (("CHT1", messages), ("CHT3", acknowledgements), ("CHT2", idle), ("CHT5", storm), ("CHT7", groups))
