//! The commands of README do what it says: they are run as they stand there.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

use std::process::Stdio;

use testkit::{Service, Stack};

/// What the first line of the block begins with.
const BLOCK: &str = "as_app() {";
/// As many requests as README promises.
const REQUESTS: usize = 11;

/// The block of README that begins with that line.
fn block() -> String {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let blocks = readme.split("```sh\n").skip(1);
    let mut blocks = blocks.filter_map(|rest| rest.split_once("```"));
    let found = blocks.find(|(block, _)| block.starts_with(BLOCK));
    found.unwrap().0.to_owned()
}

#[tokio::test]
async fn ops_64_the_requests_of_readme_are_answered_as_it_says() {
    let stack = Stack::start().await;
    let folder = tempfile::tempdir().unwrap();
    let block = block();
    let requests = block.lines().filter(|line| line.contains("$URL/v1/"));
    assert_eq!(requests.count(), REQUESTS, "{block}");
    let mut script = tokio::process::Command::new("bash");
    let script = script
        .args(["-euo", "pipefail", "-c", &block])
        .env("URL", stack.url(Service::Scheduler))
        .env("KEY", stack.key("my-app"))
        .current_dir(folder.path())
        .stdin(Stdio::null());
    let done = script.output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{errors}\n{said}");
    for expected in [
        "\"email\":\"ann@example.com\"",
        "/join#",
        "\"items\":[{",
        "\"revision\":2",
        "BEGIN:VCALENDAR",
        "\"ticket\":\"",
        "\"outcome\":{\"reason\":\"cancelled\"}",
        "\"name\":\"Team\"",
    ] {
        assert!(said.contains(expected), "{expected} is not in {said}");
    }
}
