"""Keeps figures beside this file, and writes them into the table of docs/SECURITY.md."""

import json
import re
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "results"
PAGE = Path(__file__).resolve().parents[3] / "docs" / "SECURITY.md"
BEGIN, END = "<!-- figures: tools/bounds/run.py -->", "<!-- end of figures -->"

# What a row of the page shows: a trial's number, its input, and which figures.
ROWS: list[tuple[int, str, dict[str, str]]] = [
    (1, "pings of 125 bytes from four sockets of chat that never read, 6 s", {
        "chat_taken_mib": "taken {:.0f} MiB", "chat_peak_mib": "chat's memory {:.0f} MiB", "chat_cpu_percent": "its processor {:.0f} %",
        "chat_exchange_p99_ms": "an exchange p99 {:.0f} ms", "chat_message_p99_ms": "a message p99 {:.0f} ms"}),
    (1, "the same at signaling", {
        "signaling_taken_mib": "taken {:.0f} MiB", "signaling_peak_mib": "signaling's memory {:.0f} MiB", "signaling_cpu_percent": "its processor {:.0f} %",
        "signaling_exchange_p99_ms": "an exchange p99 {:.0f} ms", "signaling_join_p99_ms": "a join p99 {:.0f} ms"}),
    (2, "20,000 invented HTTP methods", {"metrics_after_kb": "`/metrics` {:.0f} kB", "scheduler_peak_mib": "scheduler's memory {:.0f} MiB"}),
    (3, "320 connections whose bodies are silent or drip, or whose answers nobody reads, where 320 are allowed; 40 s", {
        "still_open": "{:.0f} still open", "good_answered": "{:.0f} good requests answered", "good_refused": "{:.0f} refused"}),
    (4, "4,096 TURN connections over TCP with half a frame", {
        "still_open": "{:.0f} open after 20 s", "at_once_doctor_ok": "good clients after 12 s: {:.0f} of 1", "at_once_doctor_ms": "in {:.0f} ms"}),
    (5, "ten sockets of one participant, 16 KiB messages, 8 s", {
        "messages_stored": "{:.0f} stored", "messages_refused": "{:.0f} refused"}),
    (5, "one key that books, 8 s", {"sessions_booked": "{:.0f} booked", "bookings_refused": "{:.0f} refused"}),
    (6, "200 pairs that never send `last_seq`, 20 s", {"signaling_peak_mib": "signaling's memory {:.0f} MiB", "received": "{:.0f} frames relayed", "closed": "{:.0f} sockets closed"}),
    (7, "65 bogus joins a second from the address of good people, 10 s", {
        "bogus_65_joins": "{:.0f} good joins", "bogus_65_joins_refused": "{:.0f} refused", "bogus_65_join_p99_ms": "p99 {:.0f} ms"}),
    (7, "500 bogus joins a second from there, 10 s", {
        "bogus_500_joins": "{:.0f} good joins", "bogus_500_joins_refused": "{:.0f} refused", "bogus_500_join_p99_ms": "p99 {:.0f} ms"}),
    (7, "70 anonymous sockets from there that send all the time, 10 s", {
        "anonymous_exchange_p99_ms": "an exchange p99 {:.0f} ms", "anonymous_joins": "{:.0f} good joins", "anonymous_joins_refused": "{:.0f} refused",
        "anonymous_sockets_lost": "{:.0f} good sockets lost"}),
    (7, "a flood of TURN requests from the client's own address", {"relay_doctor_ok": "good clients: {:.0f} of 1", "relay_doctor_ms": "in {:.0f} ms"}),
    (8, "600 wrong links from 30 addresses of one IPv6 /64", {"wrong_links_looked_at_of_600": "{:.0f} looked at"}),
]


def keep(name: str, number: int, figures: dict[str, float]) -> None:
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    found[str(number)] = {key: round(value, 3) for key, value in figures.items()}
    file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def fill() -> None:
    """Writes the table between the two marks of the page."""
    found = {name: json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8")) if (RESULTS / f"{name}.json").exists() else {} for name in ("before", "after")}
    lines = ["| row | a stranger does | before | after |", "|---|---|---|---|"]
    for number, what, shown in ROWS:
        cells = [", ".join(text.format(found[name][str(number)][key]) for key, text in shown.items() if key in found[name].get(str(number), {})) or "not measured"
                 for name in ("before", "after")]
        lines.append(f"| {number} | {what} | {cells[0]} | {cells[1]} |")
    text = PAGE.read_text(encoding="utf-8")
    table = "\n".join([BEGIN, *lines, END])
    PAGE.write_text(re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: table, text, flags=re.DOTALL), encoding="utf-8")
