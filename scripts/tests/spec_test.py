from suites import spec

from .repository import InARepository


class Spec(InARepository):
    def setUp(self):
        super().setUp()
        self.write("signaling/core/src/lib.rs", "fn sig_3_one() {}\nfn sig_3_two() {}\n// fn sig_3_three() {}\n")
        self.write("chat/src/lib.rs", "fn sig_3_here_too() {}\n")
        self.write("sdks/python/tests/test_sessions.py", "def test_sig_3_from_python_too(self): ...\n")
        self.write("web/sdk/test/clock.test.ts", "test('[WEB-4] both clocks agree', () => {});\n")

    def test_tests_are_written_behind_each_rule(self):
        self.write("docs/SPEC.md", "# Spec\n\n- **SIG-3** One. *Tests:* 9 in `gone.rs`\n- **WEB-4** Two.\n- **WEB-5** Untested.\n")
        self.assertEqual(spec.written(self.repo), (
            "# Spec\n\n- **SIG-3** One. *Tests:* 1 in `chat/src/lib.rs`, 1 in `sdks/python/tests/test_sessions.py`, 2 in `signaling/core/src/lib.rs`\n"
            "- **WEB-4** Two. *Tests:* 1 in `web/sdk/test/clock.test.ts`\n- **WEB-5** Untested.\n"
        ))

    def test_a_stale_page_is_found_and_a_written_one_is_not(self):
        self.write("docs/SPEC.md", "- **SIG-3** One. *Tests:* 2 in `chat/src/lib.rs`\n")
        self.assertEqual(len(spec.violations(self.repo)), 1)
        self.write("docs/SPEC.md", spec.written(self.repo))
        self.assertEqual(spec.violations(self.repo), [])
