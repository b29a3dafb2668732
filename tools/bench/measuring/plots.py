"""Bar charts as SVG, by hand: a dozen rectangles need no library. Legible on light and on dark."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from .results import Result

WIDTH = 720
LEFT = 190
RIGHT = 90
TOP = 58
ROW = 24
GAP = 14

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 }
  .note { fill: #59636e }
  .axis { stroke: #59636e }
  .rendezvous { fill: #2f6fde } .reference, .centrifugo { fill: #8c959f } .peerjs, .socketio { fill: #d4761f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note { fill: #9da7b3 } .axis { stroke: #9da7b3 }
    .rendezvous { fill: #5b94f5 } .reference, .centrifugo { fill: #7d8590 } .peerjs, .socketio { fill: #e8964a }
  }"""

NAMES = {
    "rendezvous": "Rendezvous", "reference": "bare relay", "peerjs": "PeerJS 1.0.2", "socketio": "Socket.IO 4.8", "centrifugo": "Centrifugo 6.9",
}
CHATS = ("rendezvous", "socketio", "centrifugo")


@dataclass(frozen=True)
class Row:
    """One rectangle: its label, how long it is, and whose it is."""

    label: str
    value: float
    series: str
    shown: str


@dataclass(frozen=True)
class Group:
    """Rows that stand together."""

    rows: list[Row]


def chart(title: str, note: str, groups: list[Group]) -> str:
    """Horizontal bars from zero, so that lengths compare."""
    most = max(row.value for group in groups for row in group.rows) or 1.0
    scale = (WIDTH - LEFT - RIGHT) / most
    height = TOP + sum(len(group.rows) * ROW + GAP for group in groups) + 8
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}\n</style>",
        f'<text class="title" x="12" y="24">{escape(title)}</text>',
        f'<text class="note" x="12" y="44">{escape(note)}</text>',
    ]
    y = TOP
    for group in groups:
        for row in group.rows:
            length = max(row.value * scale, 1.0)
            lines += [
                f'<text x="{LEFT - 10}" y="{y + 16}" text-anchor="end">{escape(row.label)}</text>',
                f'<rect class="{row.series}" x="{LEFT}" y="{y + 3}" width="{length:.1f}" height="{ROW - 6}" rx="2"/>',
                f'<text x="{LEFT + length + 6:.1f}" y="{y + 16}">{escape(row.shown)}</text>',
            ]
            y += ROW
        y += GAP
    lines.append(f'<line class="axis" x1="{LEFT}" y1="{TOP}" x2="{LEFT}" y2="{height - GAP}"/>')
    lines.append("</svg>")
    return "\n".join(lines) + "\n"


def draw(results: dict[str, Result], folder: Path) -> list[str]:
    """Draws what there are results for; the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, make in PLOTS.items():
        text = make(results)
        if text is not None:
            (folder / f"{name}.svg").write_text(text)
            drawn.append(name)
    return drawn


def servers(result: Result, names: tuple[str, ...], form: str, prefix: str = "") -> Group:
    """A row for each server that a bar compares."""
    rows = []
    for name in names:
        value = result.median(name)
        rows.append(Row(f"{prefix}{NAMES[name]}", value, name, form.format(value)))
    return Group(rows)


def relay_cpu(results: dict[str, Result]) -> str | None:
    if not {"P1", "P2"} <= results.keys():
        return None
    names = ("rendezvous", "reference", "peerjs")
    groups = [servers(results["P1"], names, "{:.3f} s", "busy: "), servers(results["P2"], names, "{:.3f} s", "250/s: ")]
    return chart("Processor time for 1,000 exchanges", "seconds of one core; an exchange is 22 messages; shorter is better", groups)


def message_latency(results: dict[str, Result]) -> str | None:
    if "P3" not in results:
        return None
    groups = []
    for quantile, shown in (("p50", "median"), ("p99", "p99"), ("p999", "p99.9")):
        rows = []
        for name in ("rendezvous", "reference", "peerjs"):
            value = results["P3"].median(f"{name}_{quantile}")
            rows.append(Row(f"{shown}: {NAMES[name]}", value, name, f"{value:.2f} ms"))
        groups.append(Group(rows))
    return chart("From one page to the other at 33,000 messages a second", "milliseconds; shorter is better", groups)


def memory(results: dict[str, Result]) -> str | None:
    if "P5" not in results:
        return None
    group = servers(results["P5"], ("rendezvous", "peerjs"), "{:.1f} KB")
    return chart("Memory of an idle connection", "resident, among 5,000; shorter is better", [group])


def lateness(results: dict[str, Result]) -> str | None:
    if not {"L1", "L2"} <= results.keys():
        return None
    groups = []
    for bar, shown in (("L1", "spread"), ("L2", "at once")):
        rows = []
        for quantile in ("p50", "p99", "max"):
            value = results[bar].median(f"ended_late_{quantile}")
            rows.append(Row(f"{shown}: {quantile}", value, "rendezvous", f"{value:.1f} ms"))
        groups.append(Group(rows))
    bound = results["L2"].median("bound")
    groups.append(Group([Row("one group commit", bound, "reference", f"{bound:.1f} ms")]))
    return chart("How late `ended` reaches the page, 9,000 sessions", "milliseconds after deadline_at; deadlines over 60 s, and all at one instant", groups)


def chat_costs(results: dict[str, Result]) -> str | None:
    if not {"CHT1", "CHT2", "CHT5"} <= results.keys():
        return None
    parts = (("CHT1", "{:.0f} µs", "a message: "), ("CHT2", "{:.1f} KB", "idle: "), ("CHT5", "{:.2f} s", "storm: "))
    # Of each the longest is as long as the others' longest: they have different units.
    groups = []
    for bar, form, prefix in parts:
        group = servers(results[bar], CHATS, form, prefix)
        most = max(row.value for row in group.rows) or 1.0
        groups.append(Group([Row(row.label, row.value / most, row.series, row.shown) for row in group.rows]))
    return chart("Chat: a message, an idle connection, a storm of 5,000", "CPU, memory, and the time until all have caught up; shorter is better", groups)


PLOTS = {"chat": chat_costs, "relay-cpu": relay_cpu, "message-latency": message_latency, "memory": memory, "lateness": lateness}
