"""The example of the README, as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from product import SOON_S, client, respond, serving

README = Path(__file__).resolve().parents[1] / "README.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


class Example(unittest.TestCase):
    def test_sdk_10_the_example_of_the_readme_runs_as_it_stands_there(self) -> None:
        found = EXAMPLE.search(README.read_text(encoding="utf-8"))
        assert found, "the README has no example"
        with serving(lambda request, _: respond(request, 204)) as free:
            port = free.server_port
        rendezvous = client()
        address = f"http://127.0.0.1:{port}/webhooks"
        webhook = rendezvous.webhooks.create({"url": address, "events": ["session.scheduled"]})
        environment = {**os.environ, "RENDEZVOUS_WEBHOOK_SECRET": webhook.get("secret") or "", "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        with tempfile.TemporaryDirectory() as folder:
            shop = subprocess.Popen(
                [sys.executable, "-B", "-c", found[1]], cwd=folder, env=environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )
            assert shop.stdout
            said: list[str] = []
            # The webhook may come before the answer to the booking.
            due = {"Ann: http", "Bo: http", "was booked for"}
            all_said = threading.Event()

            def read() -> None:
                for line in shop.stdout or ():
                    said.append(line)
                    due.difference_update([part for part in due if part in line])
                    if not due:
                        all_said.set()

            reader = threading.Thread(target=read, daemon=True)
            reader.start()
            try:
                self.assertTrue(all_said.wait(SOON_S), said)
                links = [line for line in said if "/join#" in line]
                self.assertEqual([line.partition(":")[0] for line in links], ["Ann", "Bo"])
                with self.assertRaises(urllib.error.HTTPError) as forged:
                    urllib.request.urlopen(address, b"{}", timeout=SOON_S)
                forged.exception.close()
                self.assertEqual(forged.exception.code, 400)
            finally:
                shop.kill()
                shop.wait()
                reader.join(SOON_S)
                shop.stdout.close()
                rendezvous.webhooks.delete(webhook["id"])


if __name__ == "__main__":
    unittest.main()
