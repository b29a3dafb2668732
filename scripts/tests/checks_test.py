import unittest

from suites import boundaries, links, members, purity, rules, source

from .repository import InARepository


class Boundaries(InARepository):
    def crossings(self, name: str) -> list[str]:
        boundary = next(each for each in boundaries.BOUNDARIES if each.name == name)
        return boundaries.violations(self.repo, boundary)

    def test_async_in_a_core_is_found_with_its_line(self):
        self.write("chat/core/src/lib.rs", "//! Nothing async here.\npub async fn wait() {}\n")
        self.assertEqual(self.crossings("cores are not async"), ["chat/core/src/lib.rs:2: names `async`"])

    def test_async_at_the_edge_is_free(self):
        self.write("chat/src/lib.rs", "pub async fn wait() {}\n")
        self.assertEqual(self.crossings("cores are not async"), [])

    def test_a_websocket_type_is_for_connection_and_socket(self):
        for name in ("signaling/src/router.rs", "signaling/src/connection.rs", "crates/service/src/socket/upgrade.rs"):
            self.write(name, "use axum::extract::ws::WebSocketUpgrade;\n")
        found = {line.split(":")[0] for line in self.crossings("sockets stay in connections")}
        self.assertEqual(found, {"signaling/src/router.rs"})

    def test_a_sql_driver_is_for_its_folder_in_storage(self):
        for name in ("scheduler/src/store/sql/jobs.rs", "crates/storage/src/outbox.rs", "crates/storage/src/sqlite/connection.rs"):
            self.write(name, "use sqlx::Row;\n")
        self.assertEqual(self.crossings("SQL drivers stay in storage"), [
            "crates/storage/src/outbox.rs:1: names `sqlx`", "scheduler/src/store/sql/jobs.rs:1: names `sqlx`",
        ])

    def test_another_driver_is_for_stores(self):
        for name in ("chat/src/router.rs", "chat/src/store/mongo.rs"):
            self.write(name, "use mongodb::Client;\n")
        self.assertEqual(self.crossings("drivers stay in stores"), ["chat/src/router.rs:1: names `mongodb`"])

    def test_spawning_is_for_registry_and_lifecycle(self):
        for name in ("chat/src/router.rs", "chat/src/registry.rs"):
            self.write(name, "fn go() { tokio::spawn(async {}); }\n")
        self.write("chat/src/poster.rs", 'fn go(tasks: &Tasks) { tasks.spawn("poster", async {}); }\n')
        self.assertEqual(self.crossings("one place spawns"), ["chat/src/router.rs:1: names `tokio::spawn`"])

    def test_a_queue_without_a_bound_is_found(self):
        self.write("chat/src/outbox.rs", "fn go() { tokio::sync::mpsc::unbounded_channel::<u8>(); }\n")
        self.assertEqual(len(self.crossings("queues are bounded")), 1)

    def test_tests_below_the_code_are_free(self):
        self.write("chat/src/lib.rs", "#[cfg(test)]\nmod tests {\n  fn go() { tokio::spawn(async {}); }\n}\n")
        self.assertEqual(self.crossings("one place spawns"), [])


class RustSource(unittest.TestCase):
    def test_comments_and_strings_are_blanked_and_lines_stay(self):
        text = "let a = \"async // no\"; // async\nlet b = r#\"async \" \"#; /* async\n */ let c: &'static str = x; let d = '\"'; async"
        code = source.code_only(text)
        self.assertEqual((code.count("async"), code.count("\n")), (1, text.count("\n")))


class Purity(unittest.TestCase):
    def test_families_and_features_are_barred(self):
        tree = "wire v0.1.0 (/x)|\nserde v1.0.0|derive\ntokio-util v0.7.0|rt\nchrono v0.4.0|alloc,clock (*)\nuuid v1.0.0|v7\n"
        self.assertEqual(purity.barred(tree), ["depends on chrono with its clock", "depends on tokio-util", "depends on uuid"])

    def test_what_only_calculates_may_stay(self):
        self.assertEqual(purity.barred("chrono v0.4.0|alloc,serde\nserde_json v1.0.0|std (*)\nthiserror v2.0.0|std\n"), [])


class Members(InARepository):
    PACKAGE = '[package]\nname = "{}"\n\n[lints]\nworkspace = true\n'

    def test_a_package_without_the_lints_is_found(self):
        self.write("Cargo.toml", "[workspace]\n")
        self.write("chat/Cargo.toml", '[package]\nname = "chat"\n')
        self.write("crates/service/Cargo.toml", self.PACKAGE.format("service"))
        self.assertEqual([line.split(":")[0] for line in members.violations(self.repo, ["wire"])], ["chat/Cargo.toml"])

    def test_a_core_without_its_clippy_file_is_found(self):
        self.write("chat/core/Cargo.toml", self.PACKAGE.format("chat-core"))
        self.assertEqual(len(members.violations(self.repo, ["chat-core"])), 1)
        self.write("chat/core/clippy.toml", 'disallowed-methods = ["std::time::Instant::now", "std::time::SystemTime::now"]\n')
        self.assertEqual(members.violations(self.repo, ["chat-core"]), [])


class Rules(InARepository):
    def test_agreement_is_silent(self):
        self.write("docs/SPEC.md", "- **SIG-3** An offer of another epoch is dropped. *Tests:* `sig_3_…`\n- **WEB-4** Both clocks agree.\n")
        self.write("signaling/core/src/lib.rs", "#[test]\nfn sig_3_a_stale_offer_is_dropped() {}\n")
        self.write("web/sdk/test/clock.test.ts", "test('[WEB-4] both clocks agree', () => {});\n")
        self.assertEqual(rules.violations(self.repo), [])

    def test_each_side_without_the_other_is_found(self):
        self.write("docs/SPEC.md", "- **SIG-3** One.\n- **SIG-12** Another.\n")
        self.write("signaling/src/lib.rs", "fn sig_3_one() {}\n// fn sig_12_not_written() {}\n")
        self.write("web/e2e/stories/call.story.ts", "story('x');\ntest.describe('[WEB-9] [WEB-10] two', () => {});\n")
        self.assertEqual(rules.violations(self.repo), [
            "docs/SPEC.md: SIG-12 has no test named after it",
            "web/e2e/stories/call.story.ts: tests WEB-9, which docs/SPEC.md doesn't have",
            "web/e2e/stories/call.story.ts: tests WEB-10, which docs/SPEC.md doesn't have",
        ])

    def test_a_rule_that_stands_twice_is_found(self):
        self.write("docs/SPEC.md", "- **SIG-3** One.\n- **SIG-3** Again.\n")
        self.write("signaling/src/lib.rs", "fn sig_3_one() {}\n")
        self.assertEqual(rules.violations(self.repo), ["docs/SPEC.md: SIG-3 stands there twice"])

    def test_no_spec_is_found(self):
        self.assertEqual(rules.violations(self.repo), ["docs/SPEC.md is missing"])


class Links(InARepository):
    def test_links_that_lead_nowhere_or_out_are_found(self):
        self.write("README.md", "[a](docs/A.md#x) ![b](docs/no.png) [c](../elsewhere.md) [d](https://e.example/f) `[g](h)` [i](#j)\n")
        self.write("docs/A.md", "[back](../README.md)\n")
        self.assertEqual(links.violations(self.repo), [
            "README.md: docs/no.png isn't there",
            "README.md: ../elsewhere.md is outside the repository",
        ])

    def test_a_file_that_is_named_and_not_there_is_found(self):
        self.write("docs/A.md", "`src/here.rs`, `B.md`, `x/y`, `src/gone.rs`, `sub/beside.ts`\n```\n`src/gone_too.rs`\n```\n")
        self.write("src/here.rs", "")
        self.write("docs/sub/beside.ts", "")
        self.assertEqual(links.violations(self.repo), ["docs/A.md: `src/gone.rs` isn't there"])
