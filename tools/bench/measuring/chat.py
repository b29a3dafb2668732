"""Chat: what a message, a connection and a storm of reconnects cost, beside Socket.IO and Centrifugo, and what its durability costs."""

import json
import subprocess

from .drive import cpu_per_thousand, drive, phase
from .processes import BENCH, SERVER_CORE
from .scheduler import on_databases
from .servers import counters, scratch, start

# The figures of one round, by name.
Figures = dict[str, float]
# How each is started, and what it is called in the figures.
SERVERS = {"chat": "rendezvous", "socketio": "socketio", "centrifugo": "centrifugo"}
WRITERS = (1, 10, 100)
GROUPS = (10, 100, 500)
FAST = ("--join-rate", "0", "--concurrency", "32")


def in_turn(turn: int) -> list[tuple[str, str]]:
    """The servers in an order that turns with the round."""
    names = list(SERVERS.items())
    return names[turn % 3:] + names[:turn % 3]


def messages(turn: int, size) -> dict[str, Figures]:
    """CHT1 and CHT3: closed loops of 50 pairs for what a message costs; of 1, 10 and 100 for how long it takes; a fixed rate for latency."""
    found: dict[str, Figures] = {"CHT1": {}, "CHT3": {}}
    flags = ["--scenario", "send", "--duration", size(6, 1) + "s", *FAST]
    for starter, name in in_turn(turn):
        with start(starter) as server:
            busy = drive(server, *flags, "--pairs", size(50, 10))
            calm = drive(server, "--scenario", "rate", "--rate", size(1_000, 100), "--pairs", size(100, 10), "--duration", size(6, 1) + "s", *FAST)
            loops = {writers: drive(server, *flags, "--pairs", str(writers)) for writers in WRITERS}
        found["CHT1"][name] = cpu_per_thousand(busy, "send") * 1e3
        found["CHT1"][f"{name}_rate"] = cpu_per_thousand(calm, "rate") * 1e3
        found["CHT1"][f"{name}_per_second"] = phase(busy, "send")["operations"] / phase(busy, "send")["seconds"]
        for span in ("ack", "message"):
            for quantile in ("p50", "p99", "max"):
                found["CHT1"][f"{name}_{span}_{quantile}"] = calm["spans_ms"][span][quantile]
        for writers, report in loops.items():
            for quantile in ("p50", "p99", "max"):
                found["CHT3"][f"{name}_{writers}_{quantile}"] = report["spans_ms"]["ack"][quantile]
    return found


def idle(turn: int, size) -> dict[str, Figures]:
    """CHT2: 10,000 connections that do nothing, for so long that each shows life twice, whichever server asks it to."""
    found: Figures = {}
    pairs = size(5_000, 100)
    for starter, name in in_turn(turn):
        with start(starter) as server:
            report = drive(server, "--scenario", "idle", "--pairs", pairs, "--duration", size(55, 1) + "s", *FAST)
        filled, held = phase(report, "fill")["server"], phase(report, "idle")
        found[name] = (filled["rss_bytes_after"] - filled["rss_bytes_before"]) / (2 * int(pairs)) / 1e3
        found[f"{name}_cpu"] = 100 * held["server"]["cpu_s"] / held["seconds"]
    return {"CHT2": found}


def durable(turn: int, size) -> dict[str, Figures]:
    """CHT4: 64 writers and one, beside a bare group commit on the same disk and a turn over the bare relay."""
    seconds = size(6, 1) + "s"

    def ours() -> Figures:
        with start("chat") as server:
            flags = ["--scenario", "send", "--duration", seconds, *FAST]
            before = counters(server.metrics)
            many = drive(server, *flags, "--pairs", "64")
            after = counters(server.metrics)
            one = drive(server, *flags, "--pairs", "1")
        done = {name: after.get(name, 0) - before.get(name, 0) for name in ("chat_sends_total", "chat_append_seconds_count")}
        part = phase(many, "send")
        return {
            "rendezvous": part["operations"] / part["seconds"], "one_p50": one["spans_ms"]["ack"]["p50"],
            "acks_per_commit": done["chat_sends_total"] / max(done["chat_append_seconds_count"], 1),
        }

    def bare() -> Figures:
        many, one = (commits(senders, seconds) for senders in (64, 1))
        with start("reference") as server:
            relayed = drive(server, "--scenario", "exchange", "--pairs", "1", "--join-rate", "0", "--duration", seconds)
        return {"bare": many["per_second"], "commit_p50": one["p50_ms"], "relay_p50": relayed["spans_ms"]["message"]["p50"]}

    parts = (ours, bare) if turn % 2 == 0 else (bare, ours)
    return {"CHT4": parts[0]() | parts[1]()}


def commits(senders: int, seconds: str) -> dict:
    """A bare group commit on the server's core, on the disk that stores lie on."""
    finished = subprocess.run(
        ["taskset", "-c", str(SERVER_CORE), str(BENCH), "message-commits", "--senders", str(senders), "--duration", seconds, "--dir", str(scratch())],
        check=True, capture_output=True, text=True,
    )
    return json.loads(finished.stdout)


def storm(turn: int, size) -> dict[str, Figures]:
    """CHT5: 5,000 sockets are cut at once, and come back; half of them have missed 20 messages each."""
    found: Figures = {}
    for starter, name in in_turn(turn):
        with start(starter) as server:
            report = drive(server, "--scenario", "storm", "--pairs", size(2_500, 50), "--missed", "20", "--join-rate", "0", "--concurrency", "128")
        back = phase(report, "storm")
        found[name] = back["seconds"]
        found[f"{name}_cpu"] = back["server"]["cpu_s"]
        found[f"{name}_p50"] = report["spans_ms"]["caught_up"]["p50"]
    return {"CHT5": found}


def groups(turn: int, size) -> dict[str, Figures]:
    """CHT7: one writes in a group of 500, of 100 and of 10; the next message when every member has the last."""
    found: Figures = {}
    flags = ["--scenario", "group", "--pairs", "1", "--duration", size(6, 1) + "s", *FAST]
    for starter, name in in_turn(turn):
        with start(starter) as server:
            for members in GROUPS:
                report = drive(server, *flags, "--members", size(members, 10))
                found[f"{name}_{members}"] = cpu_per_thousand(report, "group") * 1e3
                found[f"{name}_{members}_p50"] = report["spans_ms"]["fan_out"]["p50"]
                found[f"{name}_{members}_p99"] = report["spans_ms"]["fan_out"]["p99"]
    return {"CHT7": found}


def history(_turn: int, size) -> dict[str, Figures]:
    """CHT6: rooms with much history beside rooms with little: what a message costs, and how long coming back with the room list takes."""
    found: Figures = {}
    for name, messages_before in (("little", size(10_000, 200)), ("much", size(1_000_000, 2_000))):
        with start("chat") as server:
            report = drive(server, "--scenario", "storm", "--pairs", "50", "--history", messages_before, "--missed", size(300, 20), *FAST)
        found[f"{name}_cpu"] = cpu_per_thousand(report, "missed") * 1e3
        found[f"{name}_join_p50"] = report["spans_ms"]["join"]["p50"]
        found[f"{name}_fill_per_second"] = phase(report, "history")["operations"] / phase(report, "history")["seconds"]
    return {"CHT6": found}


def feeds(_turn: int, size) -> dict[str, list[Figures]]:
    """CHT8: posts of authors whom 100 and 100,000 follow, in turn, and pages of readers who follow 20 of either kind; rounds within one run."""
    flags = ["--many", size(100_000, 2_000), "--history", size(30, 3), "--operations", size(300, 10), "--rounds", size(3, 1)]
    return {"CHT8": on_databases("feeds", *flags)["rounds"]}
