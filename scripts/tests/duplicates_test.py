from suites import duplicates

from .repository import InARepository

LINES = [f"    let value_{number} = {number};" for number in range(12)]


class Duplicates(InARepository):
    def found(self) -> list[tuple[str, str, int]]:
        return [(run.first, run.second, run.length) for run in duplicates.runs(self.repo)]

    def test_a_run_is_found_once_at_its_full_length(self):
        self.write("a/src/lib.rs", "fn f() {\n" + "\n".join(LINES) + "\n}\n")
        self.write("b/src/lib.rs", "fn g() {\n    g();\n" + "\n".join(LINES) + "\n}\n")
        self.assertEqual(self.found(), [("a/src/lib.rs:2", "b/src/lib.rs:3", 12)])

    def test_each_further_copy_counts(self):
        for crate in "abc":
            self.write(f"{crate}/src/lib.rs", "\n".join(LINES) + "\n")
        self.assertEqual([second for _, second, _ in self.found()], ["b/src/lib.rs:1", "c/src/lib.rs:1"])

    def test_a_copy_in_one_file_is_found_without_overlap(self):
        self.write("a/src/lib.rs", "\n".join([*LINES, "fn between() {", *LINES]) + "\n")
        self.assertEqual(self.found(), [("a/src/lib.rs:1", "a/src/lib.rs:14", 12)])
        self.write("a/src/lib.rs", "    call(1);\n" * 15)
        self.assertEqual(self.found(), [])

    def test_blank_lines_comments_imports_and_spaces_neither_hide_nor_make_a_run(self):
        self.write("a/src/lib.rs", "\n".join(LINES[:10]) + "\n")
        self.write("b/src/lib.rs", "\n\n// why\n}\n".join(f"  {line}" for line in LINES[:10]) + "\n")
        self.assertEqual(self.found(), [("a/src/lib.rs:1", "b/src/lib.rs:1", 10)])
        imports = "".join(f"use a::{{\n    b{number},\n    c,\n}};\n" for number in range(12))
        for crate in "ab":
            self.write(f"{crate}/src/lib.rs", imports + "\n".join(LINES[:9]) + "\n")
        self.assertEqual(self.found(), [])

    def test_tests_and_what_is_generated_are_free(self):
        for name in ("a/src/lib.rs", "a/tests/story.rs", "b/src/tests.rs", "web/sdk/src/wire.generated.ts"):
            self.write(name, "\n".join(LINES) + "\n")
        self.write("c/src/lib.rs", "#[cfg(test)]\nmod tests {\n" + "\n".join(LINES) + "\n}\n")
        self.assertEqual(self.found(), [])

    def test_other_languages_are_read_and_more_than_ten_runs_fail(self):
        for name in ("a/one.py", "a/two.sql", "a/three.svelte"):
            self.write(name, "\n".join(LINES) + "\n")
        self.assertEqual(len(self.found()), 2)
        self.assertEqual(duplicates.violations(self.repo), [])
        for number in range(9):
            self.write(f"b/src/m{number}.ts", "\n".join(LINES) + "\n")
        self.assertEqual(len(duplicates.violations(self.repo)), 11)
