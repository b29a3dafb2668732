"""The bars: what each is held against, and the figures of one round. What a bar means is in docs/PERFORMANCE.md."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from .drive import cpu_per_thousand, drive, phase
from . import chat, scheduler
from .processes import BENCH, CLIENT_CORE, REPO, SERVER_CORE, Failed
from .servers import scratch, start

# The figures of one round, by name.
Figures = dict[str, float]
SERVERS = ("reference", "rendezvous", "peerjs")
DATABASES = "databases"
SHOWN = {"sqlite": "SQLite", "postgres": "PostgreSQL", "mariadb": "MariaDB"}
# What needs none of the other servers, and what of it no binary either.
SCHEDULER = ("SCH1", "SCH2", "SCH3", "SCH4", "SCH5")
CHAT = ("CHT1", "CHT2", "CHT3", "CHT4", "CHT5", "CHT6", "CHT7", "CHT8")
BENCH_ALONE = (DATABASES, "SCH1", "SCH2", "SCH3", "CHT8")
# Far above what the databases take.
DATABASES_LIMIT_S = 1_800
# 5,000 connections send 1,000 pings a second, and are sent as many: each is a message in and one out. An exchange has 22.
PINGS_AS_EXCHANGES = 91


@dataclass(frozen=True)
class Limit:
    """One thing that a bar asks for: a figure, made from those of a round, and what it is held against."""

    what: str
    of: Callable[[Figures], float]
    bound: float
    unit: str = "×"
    # Hoped for, not asked for: it fails no bar.
    stretch: bool = False
    # At least so much, in place of at most.
    is_floor: bool = False


@dataclass(frozen=True)
class Bar:
    """A bar of the table."""

    name: str
    title: str
    unit: str
    limits: tuple[Limit, ...]


def ratio(over: str, under: str) -> Callable[[Figures], float]:
    return lambda figures: figures[over] / figures[under]


def figure(name: str) -> Callable[[Figures], float]:
    return lambda figures: figures[name]


OURS_TO_REFERENCE = ratio("rendezvous", "reference")
OURS_TO_PEERJS = ratio("rendezvous", "peerjs")

BARS = {
    bar.name: bar
    for bar in (
        Bar("P1", "relay, closed loop", "CPU-s per 1,000 exchanges", (
            Limit("of the reference", OURS_TO_REFERENCE, 1.25), Limit("of PeerJS", OURS_TO_PEERJS, 0.50))),
        Bar("P2", "relay at 250 exchanges/s", "CPU-s per 1,000 exchanges", (
            Limit("of the reference", OURS_TO_REFERENCE, 1.30), Limit("of PeerJS", OURS_TO_PEERJS, 0.40))),
        Bar("P3", "message p99 at 33,000 messages/s", "ms", (
            Limit("of the reference", OURS_TO_REFERENCE, 1.30), Limit("of PeerJS", OURS_TO_PEERJS, 0.125))),
        Bar("P4", "full session", "CPU-s per 1,000 sessions", (
            Limit("of the reference", OURS_TO_REFERENCE, 1.50),
            Limit("of the reference: median of a session alone", ratio("rendezvous_alone_ms", "reference_alone_ms"), 2.0),
            Limit("longest message of a session alone", figure("rendezvous_alone_longest_ms"), 20.0, "ms"))),
        Bar("P5", "memory of an idle joined connection", "KB", (
            Limit("of PeerJS", OURS_TO_PEERJS, 1.0), Limit("of PeerJS, stretch", OURS_TO_PEERJS, 0.5, stretch=True),
            Limit("of the first fill, after three", ratio("rss_third_mb", "rss_first_mb"), 1.15))),
        Bar("P6", "5,000 joins", "µs of CPU per join", (
            Limit("of twice the reference and a ticket's verification",
                  lambda figures: figures["rendezvous"] / (2 * figures["reference"] + figures["ticket"]), 1.0),
            Limit("of a join among 1,000, among 9,000", ratio("rendezvous_9000", "rendezvous_1000"), 1.2))),
        Bar("P7", "5,000 connections idle, with pings", "% of a core", (
            Limit("of a core", figure("rendezvous"), 0.5, "%"),)),
        Bar("L1", "9,000 live sessions, turns spread over 60 s", "ms late, p99", (
            Limit("`countdown` after the start", figure("countdown_late"), 10.0, "ms"),
            Limit("`live` after `live_at`", figure("live_late"), 10.0, "ms"),
            Limit("`ended` after `deadline_at`", figure("ended_late"), 10.0, "ms"))),
        Bar("L2", "9,000 live sessions, turns at one instant", "ms late, p99", (
            Limit("`live`, of the group-commit bound", ratio("live_late", "bound"), 1.5),
            Limit("`ended`, of the group-commit bound", ratio("ended_late", "bound"), 1.5))),
        Bar("SCH1", "a store of 1 M sessions beside one of 10,000", "per second", tuple(
            Limit(f"{title} on {shown}, time", ratio(f"{engine}_small_{command}", f"{engine}_large_{command}"), 1.3)
            for command, title in (("look", "due-scan: is anything due?"), ("claimable", "due-scan: the 100 that are, locked"), ("book", "booking"))
            for engine, shown in SHOWN.items())),
        # What bookings take while retention works is shown, and nothing is asked of it.
        Bar("SCH2", "a store of 1 M sessions, before, while and after retention", "ms", ()),
        Bar("SCH3", "10,000 reminders due at one instant", "s", tuple(
            Limit(f"all marked on {shown}, of the bare loop's time", ratio(f"{engine}_due_s_ours", f"{engine}_due_s_bare"), 1.5)
            for engine, shown in SHOWN.items())),
        Bar("SCH4", "10,000 reminders by mail and webhook", "ms", (
            Limit("the last mail", lambda figures: figures["mail_last"] / 1e3, 60.0, "s"),
            Limit("the last session's webhook", lambda figures: figures["webhook_max"] / 1e3, 60.0, "s"))),
        Bar("SCH5", "sign-ins", "per second", ()),
        Bar("CHT1", "a message, acknowledged and delivered twice", "µs of CPU", (
            Limit("of Socket.IO", ratio("rendezvous", "socketio"), 1.0),
            Limit("of Centrifugo, stretch", ratio("rendezvous", "centrifugo"), 1.0, stretch=True))),
        Bar("CHT2", "memory of an idle connection among 10,000", "KB", (
            Limit("each", figure("rendezvous"), 8.0, "KB"), Limit("of Socket.IO", ratio("rendezvous", "socketio"), 1.0),
            Limit("of Centrifugo", ratio("rendezvous", "centrifugo"), 1.0))),
        Bar("CHT3", "p99 of an acknowledgement", "of its median", tuple(
            Limit(f"{writers} {'writer' if writers == 1 else 'writers'}", ratio(f"rendezvous_{writers}_p99", f"rendezvous_{writers}_p50"), 3.0)
            for writers in chat.WRITERS)),
        Bar("CHT4", "durable sends", "per second", (
            Limit("64 writers, of a bare group commit", ratio("rendezvous", "bare"), 0.6, is_floor=True),
            Limit("64 writers, acknowledgements for each commit", figure("acks_per_commit"), 8.0, "", is_floor=True),
            Limit("one writer, of a commit and a turn over the bare relay",
                  lambda figures: figures["one_p50"] / (figures["commit_p50"] + figures["relay_p50"]), 1.5))),
        Bar("CHT5", "5,000 cut off at once, until all have caught up", "s", (
            Limit("of Socket.IO", ratio("rendezvous", "socketio"), 1.0), Limit("of Centrifugo", ratio("rendezvous", "centrifugo"), 1.0))),
        Bar("CHT6", "1 M messages of history beside 10,000", "µs of CPU", (
            Limit("a message", ratio("much_cpu", "little_cpu"), 1.2), Limit("coming back with the room list", ratio("much_join_p50", "little_join_p50"), 1.2))),
        Bar("CHT7", "a message in a group of 500, until every member has it", "µs of CPU", (
            Limit("of Socket.IO", ratio("rendezvous_500", "socketio_500"), 1.0), Limit("of Centrifugo", ratio("rendezvous_500", "centrifugo_500"), 1.0),
            Limit("each member, of those of 10", lambda figures: (figures["rendezvous_500"] / 500) / (figures["rendezvous_10"] / 10), 1.0))),
        Bar("CHT8", "authors whom many follow beside those whom 100 do", "ms", tuple(
            Limit(f"{title} on {shown}, median", ratio(f"{engine}_{what}_many_p50", f"{engine}_{what}_few_p50"), 1.2)
            for what, title in (("post", "a post, 100,000 followers"), ("page", "a page of 50, of 20 authors whom more than 1,000 follow"))
            for engine, shown in SHOWN.items())),
        # It asks for nothing: the page has a table of its own for it.
        Bar(DATABASES, "the scheduler's commands on three databases", "per second", ()),
    )
}


@dataclass(frozen=True)
class Size:
    """How much is measured: all of it, or as little as shows that it works."""

    quick: bool

    def __call__(self, full: int, quick: int) -> str:
        return str(quick if self.quick else full)


def relay(turn: int, size: Size) -> dict[str, Figures]:
    """P1 to P3: the three servers, each begun anew, in an order that turns with the round."""
    found: dict[str, Figures] = {"P1": {}, "P2": {}, "P3": {}}
    rate = ["--scenario", "rate", "--pairs", "100", "--join-rate", "0"]
    for name in (*SERVERS[turn % 3:], *SERVERS[:turn % 3]):
        with start(name) as server:
            closed = drive(server, "--scenario", "exchange", "--pairs", "50", "--join-rate", "0", "--duration", size(5, 2) + "s")
            calm = drive(server, *rate, "--rate", "250", "--duration", size(12, 3) + "s")
            busy = drive(server, *rate, "--rate", "1500", "--duration", size(6, 2) + "s")
        found["P1"][name] = cpu_per_thousand(closed, "exchange")
        found["P2"][name] = cpu_per_thousand(calm, "rate")
        found["P3"][name] = busy["spans_ms"]["message"]["p99"]
        for quantile in ("p50", "p99", "p999"):
            found["P3"][f"{name}_{quantile}"] = busy["spans_ms"]["message"][quantile]
        found["P1"][f"{name}_per_second"] = closed["operations"] / phase(closed, "exchange")["seconds"]
    return found


def sessions(turn: int, size: Size) -> dict[str, Figures]:
    """P4: whole sessions, many at once for what they cost, one at a time for how long they take."""
    found: Figures = {}
    names = ("reference", "rendezvous") if turn % 2 == 0 else ("rendezvous", "reference")
    for name in names:
        with start(name) as server:
            flags = ["--scenario", "sessions", "--join-rate", "0"]
            many = drive(server, *flags, "--pairs", size(2000, 300), "--concurrency", "16")
            alone = drive(server, *flags, "--pairs", size(200, 50), "--concurrency", "1")
        found[name] = cpu_per_thousand(many, "sessions")
        found[f"{name}_alone_ms"] = alone["spans_ms"]["session"]["p50"]
        found[f"{name}_alone_longest_ms"] = alone["spans_ms"]["message"]["max"]
    return {"P4": found}


def idle(turn: int, size: Size) -> dict[str, Figures]:
    """P5 and P7: 5,000 connections that do nothing, three times over; and what as many messages cost the bare relay."""
    pairs = size(2500, 300)
    memory: Figures = {}
    quiet: Figures = {}
    flags = ["--scenario", "idle", "--pairs", pairs, "--join-rate", "0", "--concurrency", "32"]
    for name in ("rendezvous", "peerjs") if turn % 2 == 0 else ("peerjs", "rendezvous"):
        is_ours = name == "rendezvous"
        with start(name) as server:
            report = drive(server, *flags, "--cycles", "3" if is_ours else "1", "--duration", (size(10, 6) if is_ours else "1") + "s")
        filled = [phase(report, "fill", number)["server"] for number in range(3 if is_ours else 1)]
        gained = filled[0]["rss_bytes_after"] - filled[0]["rss_bytes_before"]
        memory[name] = gained / (2 * int(pairs)) / 1e3
        if is_ours:
            memory["rss_first_mb"] = filled[0]["rss_bytes_after"] / 1e6
            memory["rss_third_mb"] = filled[2]["rss_bytes_after"] / 1e6
            held = [phase(report, "idle", number) for number in range(3)]
            quiet[name] = 100 * sum(part["server"]["cpu_s"] for part in held) / sum(part["seconds"] for part in held)
    with start("reference") as server:
        rate = ["--scenario", "rate", "--pairs", "100", "--join-rate", "0", "--rate", size(PINGS_AS_EXCHANGES, 20)]
        relayed = phase(drive(server, *rate, "--duration", size(10, 3) + "s"), "rate")
    quiet["reference"] = 100 * relayed["server"]["cpu_s"] / relayed["seconds"]
    return {"P5": memory, "P7": quiet}


def joins(_turn: int, size: Size) -> dict[str, Figures]:
    """P6: joins as fast as they go."""
    found: Figures = {}
    middle = size(2500, 300)
    runs = [("reference", "reference", middle), ("rendezvous", "rendezvous", middle),
            ("rendezvous_1000", "rendezvous", size(500, 100)), ("rendezvous_9000", "rendezvous", size(4500, 600))]
    for figure_name, name, pairs in runs:
        with start(name) as server:
            report = drive(server, "--scenario", "joins", "--pairs", pairs, "--join-rate", "0", "--concurrency", "32")
        found[figure_name] = cpu_per_thousand(report, "fill") * 1e3
    found["ticket"] = alone("tickets", "--count", "5000")["seconds_each"] * 1e6
    return {"P6": found}


def turns(_turn: int, size: Size) -> dict[str, Figures]:
    """L1 and L2: 18,000 sockets of sessions that go live and end, spread over a minute, and all at once."""
    pairs, spread = size(9000, 300), int(size(60, 10))
    flags = ["--scenario", "deadlines", "--pairs", pairs, "--join-rate", "1200", "--concurrency", "32"]
    with start("rendezvous") as server:
        apart = drive(server, *flags, "--spread", f"{spread}s", "--live", f"{spread + 5}s", "--countdown", "5s")
    with start("rendezvous") as server:
        together = drive(server, *flags, "--spread", "0s", "--live", "20s", "--countdown", "5s")
    commits = alone("commits", "--rows", pairs, "--rounds", "5", "--dir", str(scratch()))["commit_ms"]
    late = ("countdown_late", "live_late", "ended_late")
    spread_figures = {span: apart["spans_ms"][span]["p99"] for span in late}
    at_once = {span: together["spans_ms"][span]["p99"] for span in late}
    for span in late:
        for quantile in ("p50", "p90", "p99", "p999", "max"):
            spread_figures[f"{span}_{quantile}"] = apart["spans_ms"][span][quantile]
            at_once[f"{span}_{quantile}"] = together["spans_ms"][span][quantile]
    at_once["bound"] = sorted(commits)[len(commits) // 2]
    return {"L1": spread_figures, "L2": at_once}


def databases(_turn: int, size: Size) -> dict[str, list[Figures]]:
    """The scheduler's commands on SQLite, PostgreSQL and MariaDB, each beside a bare loop of its statements: rounds within one run."""
    flags = ["--jobs", size(100_000, 10_000), "--bookings", size(400, 64), "--batches", size(20, 1), "--looks", size(500, 50)]
    finished = subprocess.run(
        # The servers on one core, and whoever asks them on the other; SQLite's file on the same disk as theirs.
        ["taskset", "-c", str(SERVER_CORE), str(REPO / "scripts" / "with-databases"), "env", f"TMPDIR={scratch()}",
         "taskset", "-c", str(CLIENT_CORE), str(BENCH), "databases", *flags, "--rounds", size(5, 3)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=DATABASES_LIMIT_S, check=False,
    )
    if finished.returncode != 0:
        raise Failed(f"bench databases: exit {finished.returncode}")
    measured = json.loads(finished.stdout)
    for command, statements in measured["statements"].items():
        print(f"  {command}:", *(f"{times} × {statement}" for statement, times in statements), sep="\n    ")
    return {DATABASES: measured["rounds"]}


def alone(*command: str) -> dict:
    """A cost that is measured by itself, on the server's core."""
    finished = subprocess.run(
        ["taskset", "-c", str(SERVER_CORE), str(BENCH), *command], check=True, capture_output=True, text=True
    )
    return json.loads(finished.stdout)


@dataclass(frozen=True)
class Station:
    """What is measured together, so that servers are started once for several bars."""

    bars: tuple[str, ...]
    # Figures of one round, or of several that belong to one run.
    measure: Callable[[int, Size], dict[str, Figures | list[Figures]]]
    rounds: int


# The long one last, and once: each of its figures is a quantile over 18,000 sockets.
STATIONS = (
    Station(("P1", "P2", "P3"), relay, 3),
    Station(("P4",), sessions, 3),
    Station(("P5", "P7"), idle, 3),
    Station(("P6",), joins, 3),
    Station((DATABASES,), databases, 1),
    Station(("CHT1", "CHT3"), chat.messages, 3),
    Station(("CHT2",), chat.idle, 3),
    Station(("CHT4",), chat.durable, 3),
    Station(("CHT5",), chat.storm, 3),
    Station(("CHT6",), chat.history, 1),
    Station(("CHT7",), chat.groups, 3),
    Station(("CHT8",), chat.feeds, 1),
    Station(("SCH1", "SCH2"), scheduler.store_size, 1),
    Station(("SCH3",), scheduler.due_at_once, 1),
    Station(("SCH4", "SCH5"), scheduler.sinks, 1),
    Station(("L1", "L2"), turns, 1),
)
