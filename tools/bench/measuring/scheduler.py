"""The scheduler: what the size of its store does to it, what is due at one instant, and what goes out to real sinks."""

import json
import os
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from .processes import BENCH, CLIENT_CORE, RENDEZVOUS, REPO, SERVER_CORE, Failed, first_line, free_port, running, wait_ready
from .servers import raised_limits, scratch

# The figures of one round, by name.
Figures = dict[str, float]
# Far above what any of it takes.
LIMIT_S = 3_600
REMINDERS_OF_A_SESSION = 2
# How long before the reminders are due sessions are booked: as the generator takes it by itself, in milliseconds.
BOOKING_MS = 10


def on_databases(*command: str) -> dict:
    """A command of `bench` with both servers: they on one core, and it on the other; SQLite's file on the same disk as theirs."""
    finished = subprocess.run(
        ["taskset", "-c", str(SERVER_CORE), str(REPO / "scripts" / "with-databases"), "env", f"TMPDIR={scratch()}",
         "taskset", "-c", str(CLIENT_CORE), str(BENCH), *command],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=LIMIT_S, check=False,
    )
    if finished.returncode != 0:
        raise Failed(f"bench {command[0]}: exit {finished.returncode}")
    return json.loads(finished.stdout)


def store_size(_turn: int, size) -> dict[str, list[Figures]]:
    """SCH1 and SCH2: the same commands on a small store and on one of 1 M sessions; bookings while retention works on it."""
    flags = ["--large", size(1_000_000, 3_000), "--small", size(10_000, 300), "--commands", size(300, 20), "--old", size(20_000, 200)]
    rounds = on_databases("store-size", *flags, "--rounds", size(3, 1))["rounds"]
    retention = ("_erased", "_retention_s", "_ms")
    commands = [{name: value for name, value in figures.items() if not name.endswith(retention)} for figures in rounds]
    return {"SCH1": commands, "SCH2": [{name: value for name, value in rounds[0].items() if name.endswith(retention)}]}


def due_at_once(_turn: int, size) -> dict[str, list[Figures]]:
    """SCH3: 10,000 reminders that are due at one instant, beside a bare loop that writes the same rows."""
    flags = ["--jobs", size(100_000, 10_000), "--batches", size(100, 5), "--bookings", "16", "--looks", "2", "--rounds", size(3, 1)]
    rounds = on_databases("databases", *flags)["rounds"]
    wanted = ("due_s_ours", "due_s_bare", "late_p50_ms_ours", "late_p99_ms_ours")
    return {"SCH3": [{name: value for name, value in figures.items() if name.split("_", 1)[1] in wanted} for figures in rounds]}


def sinks(_turn: int, size) -> dict[str, Figures]:
    """SCH4 and SCH5: the binary with its own file, 10,000 reminders due at one instant, a sink for webhooks and one for mails; and sign-ins."""
    folder = Path(tempfile.mkdtemp(prefix="bench-scheduler-", dir=scratch()))
    mails = folder / "mails.json"
    with running([str(BENCH), "smtp-sink", "--result", str(mails)], CLIENT_CORE, folder / "smtp.log", stdout=subprocess.PIPE) as sink:
        smtp = first_line(sink, folder / "smtp.log")
        port = free_port()
        env = {
            "RENDEZVOUS_SCHEDULER_LISTEN": f"127.0.0.1:{port}", "RENDEZVOUS_DATA_DIR": str(folder / "data"),
            "RENDEZVOUS_EGRESS_ALLOW": "127.0.0.1/32", "RENDEZVOUS_EMAIL_URL": f"smtp://{smtp}", "RENDEZVOUS_EMAIL_FROM": "bench@example.org",
        }
        env |= raised_limits(env)
        url, log = f"http://127.0.0.1:{port}", folder / "scheduler.log"
        with running([str(RENDEZVOUS), "scheduler"], SERVER_CORE, log, env) as scheduler:
            wait_ready(f"{url}/health/ready", scheduler, log)
            report, due_ms = reminders(url, scheduler.pid, env, folder, int(size(5_000, 20)))
            signed_in = json.loads(subprocess.run(
                ["taskset", "-c", str(CLIENT_CORE), str(BENCH), "sign-ins", "--url", url, "--accounts", size(50, 4), "--seconds", size(20, 1)],
                check=True, capture_output=True, text=True).stdout)
    taken = json.loads(mails.read_text())
    spans = report["spans_ms"]
    found = {f"{name}_{at}": spans[span][at] for name, span in (("marked", "reminder_late"), ("webhook", "webhook_late")) for at in ("p50", "p99", "max")}
    phase = next(part for part in report["phases"] if part["name"] == "remind")
    found |= {"webhooks": report["messages"], "mails": taken["count"]}
    if taken["count"]:
        found |= {f"mail_{at}": taken[f"{at}_ms"] - due_ms for at in ("p50", "p99", "last")}
    deliveries = REMINDERS_OF_A_SESSION * report["pairs"] + report["messages"] + taken["count"]
    found["cpu_ms_per_delivery"] = 1e3 * phase["server"]["cpu_s"] / deliveries
    return {"SCH4": found, "SCH5": signed_in}


def reminders(url: str, pid: int, env: dict, folder: Path, sessions: int) -> tuple[dict, int]:
    """The generator's report, and when the reminders were due."""
    created = subprocess.run(
        [str(RENDEZVOUS), "keys", "create", "--name", "bench"], env={**os.environ, **env}, check=True, capture_output=True, text=True)
    key = created.stdout.strip()
    channels = urllib.request.Request(
        f"{url}/v1/application", method="PATCH", data=json.dumps({"channels": ["in_app", "webhook", "email"]}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    urllib.request.urlopen(channels, timeout=10).close()
    result, lead_s = folder / "load.json", 20 + sessions * BOOKING_MS // 1000
    command = [
        "taskset", "-c", str(CLIENT_CORE), str(RENDEZVOUS), "load", "scheduler", "--url", url, "--key-env", "BENCH_API_KEY",
        "--sessions", str(sessions), "--lead", f"{lead_s}s", "--wait", "3m", "--webhook-listen", "127.0.0.1:0",
        "--mail-domain", "example.org", "--server-pid", str(pid), "--json", str(result),
    ]
    finished = subprocess.run(command, env={**os.environ, "BENCH_API_KEY": key}, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    if finished.returncode != 0:
        raise Failed(f"load scheduler: {finished.stdout}{finished.stderr}")
    report = json.loads(result.read_text())
    return report, report["started_at"] + lead_s * 1000
