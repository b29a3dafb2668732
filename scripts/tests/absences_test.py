from suites import absences

from .repository import InARepository


class Absences(InARepository):
    def found(self, body: str, name: str = "a/tests/story.rs") -> list[str]:
        self.write(name, f"async fn f() {{\n{body}\n}}\n")
        return [line.split(":")[1] for line in absences.violations(self.repo)]

    def test_a_wait_before_an_assertion_is_found(self):
        self.assertEqual(self.found("    tokio::time::sleep(Duration::from_millis(200)).await;\n    assert_eq!(seen.len(), 1);"), ["2"])

    def test_a_short_timeout_that_has_to_run_out_is_found(self):
        self.assertEqual(self.found("    let none = timeout(Duration::from_millis(300), next()).await;\n    assert!(none.is_err());"), ["2"])
        self.assertEqual(self.found("    assert!(tokio::time::timeout(Duration::from_millis(50), next()).await.is_err());"), ["2"])

    def test_other_waits_are_free(self):
        self.assertEqual(self.found("    sleep(STARVED_FOR).await;\n    crowd.leave().await;\n    assert!(crowd.is_gone());"), [])
        self.assertEqual(self.found("    let got = timeout(Duration::from_millis(300), next()).await;\n    assert!(got.is_ok());"), [])

    def test_production_waits_as_it_likes_and_tests_beside_it_do_not(self):
        wait = "    sleep(PAUSE).await;\n    assert!(done);"
        self.assertEqual(self.found(wait, "a/src/lib.rs"), [])
        self.write("b/src/lib.rs", f"#[cfg(test)]\nmod tests {{\n{wait}\n}}\n")
        self.assertEqual(absences.violations(self.repo)[0].split(":")[:2], ["b/src/lib.rs", "3"])

    def test_a_paused_clock_waits_for_everything(self):
        wait = "    sleep(LINGER).await;\n    assert!(done);\n}\n"
        self.write("a/tests/story.rs", f"#[tokio::test(start_paused = true)]\nasync fn f() {{\n{wait}#[tokio::test]\nasync fn g() {{\n{wait}")
        self.assertEqual([line.split(":")[1] for line in absences.violations(self.repo)], ["8"])
