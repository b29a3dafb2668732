import time
import unittest

from suites.command import run


class Run(unittest.TestCase):
    def test_output_and_code_are_kept(self):
        finished = run(["sh", "-c", "echo out; echo err >&2; exit 3"])
        self.assertEqual((finished.code, sorted(finished.text.split()), finished.complaint), (3, ["err", "out"], None))

    def test_over_the_limit_the_whole_group_is_ended(self):
        start = time.monotonic()
        finished = run(["sh", "-c", "sleep 60 & sleep 60"], limit_s=0.2)
        self.assertIn("took longer", finished.complaint)
        self.assertLess(time.monotonic() - start, 10)

    def test_a_command_that_is_not_there_is_a_complaint(self):
        self.assertIn("can't be started", run(["no-such-command"]).complaint)
