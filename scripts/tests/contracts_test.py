import json
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path
from unittest import mock

from contracts import verdict
from contracts.trials import Trial
from suites import contracts

OPERATIONS = {
    "/v1/sessions": {"get": {"security": [{"api_key": []}]}, "post": {"security": [{"api_key": []}, {"access": []}]}},
    "/v1/notifications/stream": {"get": {"security": [{"access": []}]}},
    "/health/live": {"get": {"security": []}},
}


def trial(**more) -> Trial:
    return Trial("page", "http://127.0.0.1:1", {"access": 'a"b'}, {"path.id": ["1", "2"]}, **{"fewest": 1, **more})


class Config(unittest.TestCase):
    def test_it_is_toml_with_the_credential_and_what_is_left_out(self):
        read = tomllib.loads(trial(is_first=False).config(OPERATIONS))
        self.assertEqual(read["auth"]["openapi"]["access"]["bearer"], 'a"b')
        self.assertEqual(read["dictionaries"][read["parameters"]["path.id"]["dictionary"]]["values"], ["1", "2"])
        left_out = [operation["include-name"] for operation in read["operations"] if operation.get("enabled") is False]
        self.assertEqual(left_out, ["GET /v1/sessions", "GET /v1/notifications/stream", "GET /health/live"])

    def test_one_operation_may_have_ids_of_its_own(self):
        read = tomllib.loads(trial(own_of={"POST /v1/a": {"path.id": ["3"]}}).config(OPERATIONS))
        names = [read["parameters"]["path.id"]["dictionary"], read["operations"][0]["parameters"]["path.id"]["dictionary"]]
        self.assertEqual([read["dictionaries"][name]["values"] for name in names], [["1", "2"], ["3"]])

    def test_the_first_one_tries_what_everybody_may_ask(self):
        self.assertNotIn("GET /health/live", trial().config(OPERATIONS))


class Verdict(unittest.TestCase):
    def judged(self, report: dict, code: int = 0, **more) -> tuple[int, list[str]]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.json"
            path.write_text(json.dumps({"operations": {"tested": 3}, "failures": [], "errors": [], **report}))
            return verdict.judged(trial(**more), path, subprocess.CompletedProcess([], code, ""))

    def test_all_that_was_tried_is_good(self):
        self.assertEqual(self.judged({}), (3, []))

    def test_an_operation_with_two_faults_counts_once(self):
        faults = [{"title": title, "operations": ["GET /a"]} for title in ("Server error", "Response violates schema")]
        tried, wrong = self.judged({"failures": faults}, code=1)
        self.assertEqual((tried, wrong), (3, ["GET /a: Response violates schema, Server error"]))

    def test_an_error_of_the_tool_fails(self):
        self.assertEqual(self.judged({"errors": [{"title": "Network error", "count": 2}]}, code=1)[1], ["Network error (2 times)"])
        self.assertEqual(self.judged({}, code=2)[1], ["ended with exit code 2"])

    def test_fewer_operations_than_there_were_fail(self):
        self.assertEqual(len(self.judged({}, fewest=4)[1]), 1)

    def test_no_report_fails(self):
        finished = subprocess.CompletedProcess([], 0, "")
        self.assertEqual(len(verdict.judged(trial(), Path("/nowhere"), finished)[1]), 1)


class Missing(unittest.TestCase):
    def test_without_the_tool_it_is_skipped_which_ci_does_not_allow(self):
        with mock.patch.object(contracts, "SITE", Path("/nowhere")):
            outcome = contracts.contracts()
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (0, 0, 1))
        self.assertTrue(outcome.is_red(ci=True))
        self.assertFalse(outcome.is_red(ci=False))
