import json
import unittest
from pathlib import Path

from suites import floors
from suites.floors import Dependency


def crossing(user: str, used: str, dev: bool = False) -> list[str]:
    return floors.crossing([Dependency(user, used, dev)])


class Floors(unittest.TestCase):
    def test_what_stands_below_may_be_used(self):
        for user, used in (
            ("cli", "signaling"), ("cli", "tools/load"), ("tools/load", "crates/wire"), ("tools/bench", "tools/load"), ("chat", "crates/bus"),
            ("chat", "chat/core"), ("signaling", "turn/core"), ("turn/core", "crates/wire"), ("crates/bus", "crates/storage"),
            ("crates/client", "crates/wire"), ("tools/testkit", "crates/client"), ("cli", "crates/client"),
        ):
            self.assertEqual(crossing(user, used), [], f"{user} uses {used}")

    def test_what_stands_above_or_beside_may_not(self):
        for user, used in (
            ("crates/service", "crates/bus"), ("crates/wire", "crates/service"), ("chat/core", "crates/service"), ("chat", "scheduler"),
            ("chat", "turn/core"), ("signaling", "tools/load"), ("tools/load", "tools/bench"), ("tools/load", "cli"), ("cli", "tools/testkit"),
            ("crates/client", "crates/service"), ("signaling", "crates/client"), ("crates/service", "crates/client"),
        ):
            self.assertEqual(crossing(user, used), [f"{user} uses {used}, which doesn't stand below it"])

    def test_tests_may_use_the_testkit_and_nothing_else_from_above(self):
        self.assertEqual(crossing("chat", "tools/testkit", dev=True), [])
        self.assertEqual(crossing("signaling", "crates/client", dev=True), [])
        self.assertEqual(len(crossing("chat", "signaling", dev=True)), 1)

    def test_a_package_of_no_floor_is_found(self):
        self.assertEqual(len(crossing("crates/extra", "crates/wire")), 1)

    def test_cargo_s_own_description_is_read(self):
        metadata = {"packages": [{"manifest_path": "/r/chat/Cargo.toml", "dependencies": [
            {"path": "/r/crates/wire", "kind": None}, {"path": "/r/tools/testkit", "kind": "dev"}, {"name": "serde", "kind": None},
        ]}]}
        self.assertEqual(floors.dependencies(json.dumps(metadata), Path("/r")), [
            Dependency("chat", "crates/wire", False), Dependency("chat", "tools/testkit", True),
        ])
