#!/usr/bin/env python3
"""Tries the SDKs for servers against a running product; the last line counts.

usage: scripts/sdks/run.py BINARY

Whether their types are those of its /openapi.json, whether they are sound (tsc, mypy), and their tests.
"""

import os
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contracts import services  # noqa: E402
from sdks import generated  # noqa: E402
from suites import reports  # noqa: E402
from suites.command import Finished, run  # noqa: E402
from suites.outcome import Outcome  # noqa: E402

REPO = generated.REPO
TOOLS = generated.CACHE / "tools"
WEB = REPO / "web"
PYTHON = REPO / "sdks" / "python"
WITH_NODE = str(generated.WITH_NODE)
SITE = TOOLS / "sdks-python"
# The tests' own servers are what webhooks are posted to.
SETTINGS = {"RENDEZVOUS_EGRESS_ALLOW": "127.0.0.1"}
# Many times what one takes.
LIMIT_S = 240


def main(binary: Path) -> int:
    with services.running(binary, SETTINGS) as product:
        environment = {
            "RENDEZVOUS_URL": product.url["scheduler"],
            "RENDEZVOUS_WEBHOOK_LIBRARIES": str(TOOLS / "webhook-libraries"),
            "NO_PROXY": "127.0.0.1",
        }
        # Each language has an application of its own, and what they do waits for others most of the time.
        keys = {name: product.printed("keys", "create", "--name", name) for name in ("node", "python")}
        with ThreadPoolExecutor(3) as pool:
            parts = [
                pool.submit(of_types, product.url["scheduler"]),
                pool.submit(of_node, environment | {"RENDEZVOUS_API_KEY": keys["node"]}),
                pool.submit(of_python, environment | {"RENDEZVOUS_API_KEY": keys["python"]}),
            ]
        outcomes = [outcome for part in parts for outcome in part.result()]
    for outcome in outcomes:
        print(outcome.line())
        for note in outcome.notes:
            print(f"  {note}")
    counts = [sum(getattr(outcome, what) for outcome in outcomes) for what in ("passed", "failed", "skipped")]
    print("{} passed, {} failed, {} skipped".format(*counts), flush=True)
    return 1 if counts[1] else 0


def of_types(url: str) -> list[Outcome]:
    """Whether what is committed is what the document says."""
    outcome = Outcome("types")
    for path, text in generated.generated(url).items():
        wrong = generated.stale(path, text)
        print("".join(f"{line}\n" for line in wrong), end="", flush=True)
        noted(outcome, f"{path} is stale" if wrong else None)
    return [outcome]


def of_node(environment: dict[str, str]) -> list[Outcome]:
    """The tests use what was built, as their types do."""
    sound = Outcome("node")
    noted(sound, of_npm("build"))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as pool:
        checked = pool.submit(of_npm, "check")
        report = Path(folder) / "vitest.json"
        command = [WITH_NODE, "npx", "vitest", "run", "--root", "server", "--reporter=default", "--reporter=json", f"--outputFile.json={report}"]
        tests = reports.from_vitest("node tests", report, tried(command, WEB, environment))
        noted(sound, checked.result())
    return [sound, tests]


def of_npm(script: str) -> str | None:
    finished = tried([WITH_NODE, "npm", "run", "--silent", script, "-w", "server"], WEB)
    return complaint(f"npm run {script} -w server", finished)


def of_python(environment: dict[str, str]) -> list[Outcome]:
    """The wheel is what is tested: what it leaves out would be missed."""
    sound = Outcome("python")
    with tempfile.TemporaryDirectory() as folder:
        built = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "-w", folder, str(PYTHON)]
        noted(sound, complaint("pip wheel", tried(built, REPO, {"PYTHONPATH": str(SITE)})))
        wheel = next(Path(folder).glob("*.whl"), Path(folder))
        noted(sound, None if has_types(wheel) else "the wheel has no py.typed")
        mypy = [sys.executable, "-B", "-m", "mypy", "--cache-dir", folder]
        noted(sound, complaint("mypy", tried(mypy, PYTHON, {"PYTHONPATH": str(SITE)})))
        libraries = os.pathsep.join([str(wheel), str(SITE), str(TOOLS / "webhook-libraries" / "python")])
        command = [sys.executable, "-B", "-m", "unittest", "discover", "-s", "tests", "-p", "test_*.py"]
        tests = reports.from_unittest("python tests", tried(command, PYTHON, environment | {"PYTHONPATH": libraries}))
    return [sound, tests]


def tried(command: list[str], cwd: Path, env: dict[str, str] | None = None) -> Finished:
    """Shown where it failed: several run at once."""
    return run(command, cwd=cwd, env=env, limit_s=LIMIT_S, show=False)


def complaint(name: str, finished: Finished) -> str | None:
    """What is wrong with a command that counts as one test."""
    if finished.code == 0 and not finished.complaint:
        return None
    return f"{name}: {finished.complaint or f'exit code {finished.code}'}"


def noted(outcome: Outcome, wrong: str | None) -> None:
    if wrong:
        outcome.fail(wrong)
    else:
        outcome.passed += 1


def has_types(wheel: Path) -> bool:
    """Whether mypy takes the types of what is installed."""
    return wheel.suffix == ".whl" and "rendezvous_server/py.typed" in zipfile.ZipFile(wheel).namelist()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip())
    sys.exit(main(Path(sys.argv[1])))
