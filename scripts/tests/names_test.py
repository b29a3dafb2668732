from suites import names, types

from .repository import InARepository


class OwnWords(InARepository):
    def found(self, name: str, text: str) -> list[str]:
        self.write(name, text)
        return [line.removeprefix(name).split(",")[0] for line in names.violations(self.repo)]

    def test_an_identifier_is_found_in_code_and_in_tests_and_not_in_text(self):
        text = "// a Slot\nfn f(slot: &Slot) { g(\"Slot\"); }\n#[cfg(test)]\nmod tests {\n    fn h() { x.take_in(); }\n}\n"
        self.assertEqual(self.found("a/src/lib.rs", text), [":2: names `Slot`", ":5: names `take_in`"])

    def test_a_word_is_found_in_either_spelling_and_not_inside_another(self):
        text = "struct MediaDesk;\nfn of_desk() {}\nstruct Desktop;\nconst THE_PURSE: u8 = 1;\nfn compile() {}\n"
        self.assertEqual(self.found("a/src/lib.rs", text), [":1: names `MediaDesk`", ":2: names `of_desk`", ":4: names `THE_PURSE`"])

    def test_names_of_the_standard_library_may_be_used_and_not_defined(self):
        text = "use std::collections::hash_map::Entry;\nuse std::sync::Once;\npub(crate) struct Once<T>(T);\nenum Entry {}\nstruct LogEntry;\n"
        self.assertEqual(self.found("a/src/lib.rs", text), [":3: names `Once`", ":4: names `Entry`"])

    def test_lines_of_text_are_lines_and_connections_are_not(self):
        text = "struct A { lines: Vec<String> }\nstruct B { lines: HashMap<ConnectionId, Outgoing> }\nfn f(lines: &[&str]) {}\n"
        self.assertEqual(self.found("a/src/lib.rs", text), [":2: names `lines`"])

    def test_the_wire_keeps_its_field(self):
        self.assertEqual(self.found("crates/bus/src/receive.rs", "fn f(batch: &EventBatch) -> u64 { batch.complete_to }\n"), [])
        self.assertEqual(self.found("scheduler/src/store.rs", "struct Row { complete_to: u64 }\n"), [":1: names `complete_to`"])

    def test_a_file_or_folder_is_found(self):
        self.write("a/src/hub/people.rs", "")
        self.assertEqual(self.found("a/src/guesses.rs", ""), [
            ": no file or folder is called `guesses`",
            "a/src/hub/people.rs: no file or folder is called `hub`",
        ])


class ThinDocs(InARepository):
    def test_a_comment_of_two_words_is_found_and_a_block_is_one_comment(self):
        self.write("a/src/lib.rs", "//! Rooms.\n\n/// Which room.\npub x: u8,\n/// In\n/// milliseconds since 1970.\npub y: u8,\n// Why.\n//// Rule.\n")
        self.assertEqual(names.thin_docs(self.repo), ["a/src/lib.rs:1: `Rooms.`", "a/src/lib.rs:3: `Which room.`"])


class TypesOfOneName(InARepository):
    def test_two_definitions_are_found_and_associated_types_and_tests_are_not(self):
        self.write("a/src/lib.rs", "pub struct Person;\npub type Code = u8;\nimpl Iterator for Person {\n    type Item = u8;\n}\n")
        self.write("b/src/lib.rs", "pub(crate) enum Person {}\npub trait Walk {\n    type Item;\n}\nfn f() { type Code = u16; }\n")
        self.write("b/src/tests.rs", "struct Person;\n")
        self.write("c/src/lib.rs", "#[cfg(test)]\nmod tests {\n    struct Person;\n}\n")
        self.write("c/tests/story.rs", "struct Person;\n")
        self.assertEqual(types.violations(self.repo), ["`Person` is defined in a/src/lib.rs:1, b/src/lib.rs:1"])

    def test_the_glossary_allows_with_a_reason_and_not_in_advance(self):
        self.write("docs/GLOSSARY.md", f"| `Person` | of another table |\n\n{types.TABLE}\n\n| name | why |\n|---|---|\n"
                   "| `Settings` | bounds of that core |\n| `Input` | what for |\n| `Config` | of that service alone |\n\n## More\n\n| `Room` | a b c |\n")
        for crate in "ab":
            self.write(f"{crate}/src/lib.rs", "struct Settings;\nenum Input {}\nstruct Room;\n")
        self.assertEqual([line.split(" is ")[0] for line in types.violations(self.repo)], [
            "`Room`", "docs/GLOSSARY.md: `Config`", "docs/GLOSSARY.md: `Input` has no reason",
        ])
