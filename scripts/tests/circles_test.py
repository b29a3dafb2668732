from suites import circles

from .repository import InARepository


class Circles(InARepository):
    def setUp(self):
        super().setUp()
        self.write("a/Cargo.toml", "[package]\n")

    def found(self, **files: str) -> list[str]:
        for name, text in files.items():
            self.write(f"a/src/{name.replace('__', '/')}.rs", text)
        return circles.violations(self.repo)

    def test_two_files_that_name_each_other_are_found_with_what_ties_them(self):
        self.assertEqual(self.found(
            lib="mod auth;\nmod requests;\n",
            auth="use crate::requests::Refusal;\npub struct Caller;\nfn f() -> Refusal { Refusal }\n",
            requests="use crate::auth;\npub struct Refusal;\nfn f(by: auth::Caller) {}\n",
        ), ["a/src/auth.rs takes Refusal from a/src/requests.rs; a/src/requests.rs takes Caller from a/src/auth.rs"])

    def test_a_ring_through_re_exports_aliases_and_groups_is_found(self):
        self.assertEqual(len(self.found(
            lib="mod one;\nmod two;\nmod three;\npub use self::two::{Two, Two as Second};\n",
            one="use crate::{Second, three::{self}};\npub struct One(Second);\n",
            two="use super::three::Three as Third;\npub struct Two(Third);\n",
            three="pub struct Three(crate::one::One);\n",
        )), 1)

    def test_one_way_is_no_circle(self):
        self.assertEqual(self.found(
            lib="mod one;\nmod two;\npub use one::One;\n", one="pub struct One;\n", two="use crate::One;\npub struct Two(One);\n",
        ), [])

    def test_a_module_and_its_submodules_are_one_thing(self):
        self.assertEqual(self.found(
            lib="mod one;\n", one="mod part;\nuse part::Part;\npub struct One(Part);\n", one__part="use super::One;\npub struct Part(Box<One>);\n",
        ), [])

    def test_methods_for_another_file_s_type_and_tests_tie_nothing(self):
        self.assertEqual(self.found(
            lib="mod one;\nmod two;\n",
            one="use crate::two::Two;\npub struct One(Two);\n",
            two="use crate::one::One;\npub struct Two;\nimpl One {\n    fn f(&self) {}\n}\n#[cfg(test)]\nmod tests {\n    fn f(one: super::One) {}\n}\n",
        ), [])

    def test_names_that_come_through_a_glob_are_followed(self):
        self.assertEqual(len(self.found(
            lib="mod one;\nmod two;\n", one="use crate::two::*;\npub struct One(Two);\n", two="pub struct Two(Vec<crate::one::One>);\n",
        )), 1)
