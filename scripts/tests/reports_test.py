import json
import tempfile
import unittest
from pathlib import Path

from suites import reports
from suites.command import Finished

TWO_BINARIES = """\
running 2 tests
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s

running 4 tests
test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s
"""


class Cargo(unittest.TestCase):
    def test_all_binaries_are_summed(self):
        outcome = reports.from_cargo("rust", Finished(101, TWO_BINARIES))
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (3, 2, 1))

    def test_what_was_left_out_is_skipped_and_not_passed(self):
        text = TWO_BINARIES.replace("running 4 tests", "running 4 tests\ntest a ... LEFT OUT: coturn is missing\n")
        outcome = reports.from_cargo("rust", Finished(101, text))
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (2, 2, 2))

    def test_a_build_that_broke_is_a_failure(self):
        outcome = reports.from_cargo("rust", Finished(101, "error: could not compile"))
        self.assertEqual(outcome.failed, 1)

    def test_a_binary_that_crashed_after_others_passed_is_a_failure(self):
        outcome = reports.from_cargo("rust", Finished(101, TWO_BINARIES.split("\n\n")[0]))
        self.assertEqual((outcome.passed, outcome.failed), (2, 1))

    def test_nothing_executed_is_a_failure(self):
        empty = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out; finished in 0s\n"
        self.assertEqual(reports.from_cargo("rust", Finished(0, empty)).failed, 1)

    def test_a_command_over_its_limit_is_a_failure(self):
        outcome = reports.from_cargo("rust", Finished(-9, TWO_BINARIES.split("\n\n")[0], "took too long"))
        self.assertEqual(outcome.failed, 1)


class Rows(unittest.TestCase):
    def test_what_was_left_out_is_counted_and_said(self):
        text = "test a ... LEFT OUT: this row needs strace\nok\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; x\n"
        outcome = reports.from_rows("faults", Finished(0, text))
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (2, 0, 1))
        self.assertIn("7 long rows", outcome.notes[0])


class Skips(unittest.TestCase):
    def test_a_skip_is_red_under_ci_alone(self):
        outcome = reports.from_plain("mutants", Finished(0, "3 passed, 0 failed, 1 skipped\n"))
        self.assertEqual((outcome.is_red(ci=True), outcome.is_red(ci=False)), (True, False))


class Plain(unittest.TestCase):
    def test_the_last_line_counts(self):
        outcome = reports.from_plain("mutants", Finished(0, "inner: 1 passed, 0 failed\nmutants: 5 passed, 0 failed\n"))
        self.assertEqual((outcome.passed, outcome.failed), (5, 0))

    def test_a_script_that_counts_nothing_is_a_failure(self):
        self.assertEqual(reports.from_plain("mutants", Finished(0, "all good\n")).failed, 1)


class Unittest(unittest.TestCase):
    def test_failures_and_errors_are_failed(self):
        text = "Ran 6 tests in 0.1s\n\nFAILED (failures=1, errors=1, skipped=1)\n"
        outcome = reports.from_unittest("tooling", Finished(1, text))
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (3, 2, 1))


class Json(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.report = Path(folder.name) / "report.json"

    def test_vitest_counts_a_file_that_does_not_load(self):
        self.report.write_text(json.dumps({
            "numPassedTests": 4, "numFailedTests": 0, "numPendingTests": 1, "numTodoTests": 1,
            "testResults": [{"status": "failed", "assertionResults": []}, {"status": "passed", "assertionResults": [{}]}],
        }))
        outcome = reports.from_vitest("web", self.report, Finished(1, ""))
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (4, 1, 2))

    def test_playwright_counts_flaky_as_failed(self):
        self.report.write_text(json.dumps({"stats": {"expected": 7, "unexpected": 1, "flaky": 1, "skipped": 2}}))
        outcome = reports.from_playwright("e2e", self.report, Finished(1, ""))
        self.assertEqual((outcome.passed, outcome.failed, outcome.skipped), (7, 2, 2))

    def test_a_missing_report_is_one_failure(self):
        self.assertEqual(reports.from_playwright("e2e", self.report, Finished(1, "")).failed, 1)
