"""The eight bounds of a stranger, one trial each: starts a server, attacks it, and returns what was measured.

A figure's name begins with what it is of; those of `Bystanders.noticed` are what good people noticed meanwhile.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from . import server as servers
from .people import Bystanders, book, percentile, ticket
from .server import STRANGER_CORE, Server, Usage

FOLDER = Path(__file__).resolve().parents[1]
STRANGERS = {"X-Forwarded-For": "198.51.100.7"}
BEHIND_PROXY = {"trusted_proxies": "127.0.0.1"}


async def flood(name: str, **arguments) -> dict:
    """Runs an attack of `floods` to its end, in a process of its own at a lower priority than the bystanders."""
    command = ["nice", "-n", "10", "taskset", "-c", str(STRANGER_CORE), sys.executable, "-m", "attack.floods", name]
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=FOLDER)
    answer, _ = await process.communicate(json.dumps(arguments).encode())
    return json.loads(answer or b"{}")


@contextlib.asynccontextmanager
async def scene(server: Server, figures: dict, headers: dict[str, str] | None = None) -> AsyncIterator[Usage]:
    """Bystanders at work and processes watched for as long as the block lasts; fills `figures`."""
    async with Bystanders(server, headers) as bystanders:
        await asyncio.sleep(0.5)
        with Usage(server.pids) as usage:
            yield usage
        figures |= bystanders.noticed()


async def pings(binary: Path, quick: bool) -> dict:
    """Row 1: pings from sockets that never read."""
    figures: dict = {}
    for service in ("chat", "signaling"):
        with servers.start(binary) as server:
            session = book(server)
            granted = [ticket(server, session, who, room=service == "chat") for who in (0, 1)]
            seen: dict = {}
            async with scene(server, seen) as usage:
                told = await flood("pings", url=granted[0]["url"], tickets=granted, seconds=2 if quick else 6)
            figures |= {f"{service}_idle_mib": usage.idle[service], f"{service}_peak_mib": usage.peak[service], f"{service}_cpu_percent": usage.cpu[service]}
            figures |= {f"{service}_taken_mib": told["sent_mib"]} | {f"{service}_{name}": value for name, value in seen.items()}
    return figures


async def methods(binary: Path, quick: bool) -> dict:
    """Row 2: invented HTTP methods."""
    with servers.start(binary) as server:
        figures: dict = {"metrics_before_kb": len(server.metrics("scheduler")) / 1000}
        async with scene(server, figures) as usage:
            await flood("methods", url=server.url["scheduler"], count=2_000 if quick else 20_000, length=24)
        figures |= {"metrics_after_kb": len(server.metrics("scheduler")) / 1000, "scheduler_peak_mib": usage.peak["scheduler"]}
        return figures


async def bodies(binary: Path, quick: bool) -> dict:
    """Row 3: bodies that stay silent or drip, answers that nobody reads; the service takes 320 connections in all."""
    with servers.start(binary, {"scheduler.limits.connections": "320"}) as server:
        figures: dict = {}
        attack = asyncio.create_task(flood("silent_bodies", url=server.url["scheduler"], count=320, seconds=5 if quick else 40))
        answered, refused, times = 0, 0, []
        while not attack.done():
            began = time.monotonic()
            try:
                await asyncio.to_thread(server.post, "/v1/join", {"token": "x"})
                answered += 1
                times.append(1000 * (time.monotonic() - began))
            except OSError:
                refused += 1
            await asyncio.sleep(1)
        figures |= await attack
        return figures | {"good_answered": answered, "good_refused": refused, "good_p99_ms": percentile(times, 99)}


async def half_frames(binary: Path, quick: bool) -> dict:
    """Row 4: TURN over TCP, half a frame on each of 4,096 connections; good clients are `rendezvous doctor`."""
    with servers.start(binary) as server:
        host, port = server.relay
        attack = asyncio.create_task(flood("half_frames", host=host, port=port, count=500 if quick else 4_096, seconds=20))
        await asyncio.sleep(12)
        good = await _doctor(server)
        return await attack | {f"at_once_{name}": value for name, value in good.items()}


async def _doctor(server: Server) -> dict:
    began = time.monotonic()
    told = await asyncio.to_thread(server.run, "doctor")
    return {"doctor_ok": int(told.returncode == 0), "doctor_ms": 1000 * (time.monotonic() - began)}


async def disk(binary: Path, quick: bool) -> dict:
    """Row 5: one participant with ten sockets, and one application's key."""
    seconds = 3 if quick else 8
    with servers.start(binary) as server:
        session = book(server)
        granted = [ticket(server, session, 0, room=True) for _ in range(10)]
        before = server.stored_bytes("chat")
        wrote = await flood("writer", tickets=granted, room=session["room_id"], seconds=seconds)
        chat = server.stored_bytes("chat") - before
        before = server.stored_bytes("scheduler")
        booked = await flood("bookings", url=server.url["scheduler"], key=server.key, seconds=seconds)
        scheduler = server.stored_bytes("scheduler") - before
        per_hour = 3_600 / seconds / 1e9
        return {"messages_stored": wrote["stored"], "messages_refused": wrote["refused"], "chat_gb_an_hour_at_that_rate": chat * per_hour,
                "sessions_booked": booked["booked"], "bookings_refused": booked["refused"], "scheduler_gb_an_hour_at_that_rate": scheduler * per_hour}


async def unacknowledged(binary: Path, quick: bool) -> dict:
    """Row 6: 200 pairs that never acknowledge what they received."""
    # All come at once, and from one address.
    with servers.start(binary, {"signaling.limits.joins_per_second": "1000", "signaling.limits.joins_burst": "1000"}) as server:
        sessions = [book(server) for _ in range(20 if quick else 200)]
        pairs = [[ticket(server, session, who) for who in (0, 1)] for session in sessions]
        figures: dict = {}
        with Usage(server.pids) as usage:
            figures = await flood("unacknowledged", pairs=pairs, seconds=6 if quick else 20)
        return figures | {"signaling_idle_mib": usage.idle["signaling"], "signaling_peak_mib": usage.peak["signaling"]}


async def neighbours(binary: Path, quick: bool) -> dict:
    """Row 7: floods from the address of good people."""
    seconds, figures = (3 if quick else 10), {}
    with servers.start(binary, BEHIND_PROXY) as server:
        url = ticket(server, book(server), 0)["url"]
        for name, attack in {
            "bogus_65": ("bogus_joins", {"url": url, "rate": 65, "headers": STRANGERS}),
            "bogus_500": ("bogus_joins", {"url": url, "rate": 500, "headers": STRANGERS}),
            "anonymous": ("anonymous", {"url": url, "count": 70, "headers": STRANGERS}),
        }.items():
            seen: dict = {}
            async with scene(server, seen, STRANGERS) as usage:
                await flood(attack[0], seconds=seconds, **attack[1])
            figures |= {f"{name}_{key}": value for key, value in seen.items()} | {f"{name}_signaling_cpu_percent": usage.cpu["signaling"]}
        host, port = server.relay
        attack = asyncio.create_task(flood("relay_requests", host=host, port=port, seconds=seconds))
        await asyncio.sleep(1)
        figures |= {f"relay_{name}": value for name, value in (await _doctor(server)).items()}
        await attack
    return figures


async def networks(binary: Path, _quick: bool) -> dict:
    """Row 8: addresses of one IPv6 /64."""
    with servers.start(binary, BEHIND_PROXY) as server:
        url = server.url["scheduler"]
        answers = await flood("one_network", url=url, addresses=30, tries=20)
        looked_at = sum(count for status, count in answers.items() if status != "429")
        return {"wrong_links_looked_at_of_600": looked_at}


TRIALS: dict[int, Callable] = {
    1: pings, 2: methods, 3: bodies, 4: half_frames, 5: disk, 6: unacknowledged, 7: neighbours, 8: networks,
}
