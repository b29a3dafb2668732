from suites import figures

from .repository import InARepository


class Figures(InARepository):
    def test_functions_are_measured_to_their_last_brace_and_tests_are_left_out(self):
        self.write("a/src/lib.rs", "trait T {\n    fn none(&self);\n}\nfn one() { 1 }\nfn three(a: u8) -> u8\n{\n    if a { x } else { y }\n}\n"
                   "#[cfg(test)]\nmod tests {\n    fn test() {}\n}\n")
        self.write("a/tests/story.rs", "fn story() {}\n")
        found = {figure.name: figure.value for figure in figures.of(self.repo)}
        self.assertEqual((found["files"], found["functions"], found["lines of a function, median"]), ("1", "2", "2"))
        self.assertEqual(found["lines of the longest file"], "8 (`a/src/lib.rs`)")
