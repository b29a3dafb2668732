"""Whether tools/bench/ makes of rounds what it says: ratios within a round, their median, a verdict, a plot and a page."""

import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "bench"))

from measuring import page, plots  # noqa: E402
from measuring.bars import BARS, SHOWN  # noqa: E402
from measuring.results import Result  # noqa: E402

MACHINE = {"at": "2026-01-02T03:04:05+00:00", "processor": "a processor", "cores": 2, "kernel": "6", "commit": "abc", "load": 0.1}


def rounds_of(name, *rounds):
    return {name: Result(BARS[name], list(rounds), MACHINE)}


class Verdicts(unittest.TestCase):
    def test_the_median_of_the_rounds_own_ratios_counts(self):
        # The ratios are 1, 2 and 1.2; a ratio of medians would be 2.
        result = rounds_of("P1", {"rendezvous": 1, "reference": 1, "peerjs": 4}, {"rendezvous": 4, "reference": 2, "peerjs": 4},
                           {"rendezvous": 2.4, "reference": 2, "peerjs": 4})["P1"]
        to_reference, to_peerjs = result.verdicts()
        self.assertAlmostEqual(to_reference.median, 1.2)
        self.assertEqual((to_reference.low, to_reference.high), (1, 2))
        self.assertTrue(to_reference.is_met)
        self.assertFalse(to_peerjs.is_met)

    def test_a_bar_that_is_missed_is_said_so(self):
        text = page.table(rounds_of("P7", {"rendezvous": 0.75}))
        self.assertIn("| ≤ 0.50% | 0.75% | **missed** |", text)


    def test_a_floor_is_met_from_above(self):
        text = page.table(rounds_of("CHT4", {"rendezvous": 5, "bare": 10, "acks_per_commit": 9, "one_p50": 1, "commit_p50": 1, "relay_p50": 1}))
        self.assertIn("| ≥ 0.60× | 0.50× | **missed** |", text)
        self.assertIn("| ≥ 8.00 | 9.00 | met |", text)


class Page(unittest.TestCase):
    def test_only_what_stands_between_the_markers_is_replaced(self):
        before = "a\n<!-- bench:bars -->\nold\n<!-- /bench:bars -->\nb\n"
        after = page.between(before, "bars", "new")
        self.assertEqual(after, "a\n<!-- bench:bars -->\n\nnew\n\n<!-- /bench:bars -->\nb\n")
        self.assertEqual(page.between(after, "bars", "new"), after)


    def test_chats_figures_stand_server_by_server(self):
        servers = ("rendezvous", "socketio", "centrifugo")
        text = page.chat_section(rounds_of("CHT2", {name: 4 + at for at, name in enumerate(servers)} | {f"{name}_cpu": 2 for name in servers}))
        self.assertIn("| each | ≤ 8.00 KB | 4.00 KB | met |", text)
        self.assertIn("| KB for each of 10,000 idle connections | 4.00 | 5.00 | 6.00 |", text)

    def test_feeds_stand_database_by_database(self):
        figures = {f"{engine}_{what}_{at}": {"p50": 2, "p99": 4}[at]
                   for engine in SHOWN for what in ("post_few", "post_many", "page_few", "page_many", "spread") for at in ("p50", "p99")}
        text = page.chat_section(rounds_of("CHT8", figures))
        self.assertIn("| a post, 100,000 followers on SQLite, median | ≤ 1.20× | 1.00× | met |", text)
        self.assertIn("| SQLite | 2.00 / 4.00 | 2.00 / 4.00 | 2.00 / 4.00 | 2.00 / 4.00 | 2.00 |", text)


class Plots(unittest.TestCase):
    def test_a_plot_is_xml_with_a_bar_for_each_figure(self):
        results = rounds_of("P5", {"rendezvous": 10, "peerjs": 20, "rss_first_mb": 1, "rss_third_mb": 1})
        drawing = ElementTree.fromstring(plots.memory(results))
        bars = drawing.findall("{http://www.w3.org/2000/svg}rect")
        self.assertEqual([bar.get("class") for bar in bars], ["rendezvous", "peerjs"])
        self.assertAlmostEqual(float(bars[1].get("width")), 2 * float(bars[0].get("width")))
        self.assertIsNone(plots.chat_costs(results))
        self.assertIsNone(plots.relay_cpu(results), "nothing is drawn of what was not measured")


if __name__ == "__main__":
    unittest.main()
