import json
import tempfile
import unittest
from pathlib import Path

from autobahn import results
from suites import reports
from suites.command import Finished


def judged(*cases: tuple[str, str], least_ok: int = 0) -> results.Verdict:
    found = {
        f"1.{number}": {"behavior": behavior, "behaviorClose": close, "reportfile": f"case_{number}.json"}
        for number, (behavior, close) in enumerate(cases)
    }
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index.json"
        index.write_text(json.dumps({"rendezvous": found}))
        return results.judge(index, least_ok)


class Judge(unittest.TestCase):
    def test_what_breaks_no_rule_passes(self):
        verdict = judged(("OK", "OK"), ("NON-STRICT", "OK"), ("INFORMATIONAL", "INFORMATIONAL"))
        self.assertEqual((verdict.passed, verdict.wrong), (3, []))

    def test_a_failed_case_fails(self):
        self.assertEqual(len(judged(("OK", "OK"), ("FAILED", "OK")).wrong), 1)

    def test_a_close_that_is_not_clean_fails(self):
        for close in ("UNCLEAN", "FAILED", "WRONG CODE", "FAILED BY CLIENT"):
            self.assertEqual(len(judged(("OK", close)).wrong), 1, close)

    def test_a_case_that_the_server_does_not_take_fails(self):
        self.assertEqual(len(judged(("UNIMPLEMENTED", "OK")).wrong), 1)

    def test_fewer_cases_than_there_are_fail(self):
        self.assertEqual(len(judged(("OK", "OK"), ("NON-STRICT", "OK"), least_ok=2).wrong), 1)

    def test_no_report_fails(self):
        self.assertEqual(len(results.judge(Path("/nowhere/index.json")).wrong), 1)

    def test_the_last_line_is_read_as_counts(self):
        told = "\n".join(judged(("OK", "OK"), ("FAILED", "OK")).lines()) + "\n"
        outcome = reports.from_plain("autobahn", Finished(1, told))
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (1, 1, 0))
