from suites import metrics

from .repository import InARepository


class Metrics(InARepository):
    def found(self, documented: str, name: str = "a/src/lib.rs") -> list[str]:
        self.write("docs/OPERATIONS.md", documented)
        self.write(
            name,
            'const FRAMES_METRIC: &str = "frames_total";\n'
            'fn f() {\n    metrics::counter!("sent_total", "to" => to).increment(1);\n    gauge!(\n        "sockets"\n    );\n}\n'
            '#[cfg(test)]\nmod tests {\n    fn g() { counter!("tried_total"); }\n}\n',
        )
        return metrics.violations(self.repo)

    def test_each_metric_is_documented_by_its_whole_name(self):
        self.assertEqual(self.found("`sent_total{to}`, `sockets`, `frames_total{type}`"), [])
        self.assertEqual(
            self.found("`sent_total_long`, `sock…`, frames_total"),
            [
                "a/src/lib.rs:1: frames_total is not in docs/OPERATIONS.md",
                "a/src/lib.rs:3: sent_total is not in docs/OPERATIONS.md",
                "a/src/lib.rs:4: sockets is not in docs/OPERATIONS.md",
            ],
        )

    def test_tools_and_tests_count_what_they_like(self):
        self.assertEqual(self.found("", "tools/load/src/lib.rs"), [])
        self.assertEqual(self.found("", "a/tests/story.rs"), [])
