//! `rendezvous load` against running services.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use load::Report;
use rustix::process::{Pid, Signal, kill_process};
use testkit::{SOON, Service, Stack, program, until};

/// The arguments after which a scenario's own stand.
fn args(stack: &Stack, key_file: &str, result: &str) -> Vec<String> {
    let url = stack.url(Service::Scheduler);
    let fixed = [
        "load",
        "signaling",
        "--url",
        &url,
        "--key-file",
        key_file,
        "--json",
        result,
    ];
    fixed.map(str::to_owned).to_vec()
}

/// A key in a file, and where the result is to lie.
fn files(stack: &Stack, key: &str) -> (String, String) {
    let in_data = |name: &str| stack.data_dir().join(name).display().to_string();
    let (key_file, result) = (in_data("load.key"), in_data("load.json"));
    std::fs::write(&key_file, format!("{key}\n")).unwrap();
    std::fs::set_permissions(&key_file, std::fs::Permissions::from_mode(0o600)).unwrap();
    (key_file, result)
}

fn report(path: &str) -> Report {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[tokio::test]
async fn lod_11_three_pairs_go_from_booking_to_their_ends() {
    let stack = Stack::start().await;
    let (key_file, result) = files(&stack, &stack.key("load"));
    let mut command = program();
    command.args(args(&stack, &key_file, &result)).args([
        "--pairs",
        "3",
        "--to-end",
        "--exchanges",
        "2",
        "--countdown",
        "200ms",
        "--live",
        "1s",
    ]);
    let output = command.output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}{:?}", output.stderr);

    let report = report(&result);
    assert_eq!((report.pairs, report.operations), (3, 6), "{printed}");
    assert_eq!(report.messages, 6 * 22);
    assert!(report.errors.is_empty() && !report.interrupted, "{printed}");
    assert_eq!(report.ends["completed"], 6, "both of each are told");
    for span in ["join", "message", "exchange", "live_late", "ended_late"] {
        assert!(report.spans_ms[span].count > 0, "{span}: {printed}");
    }
    assert!(printed.contains("completed") && printed.contains("p99.9"));
    assert!(!printed.contains("rk_"), "the key is shown");
}

#[tokio::test]
async fn lod_8_a_wrong_key_is_said_so_and_never_taken_from_the_command_line() {
    let stack = Stack::start().await;
    let (key_file, result) = files(&stack, "rk_wrong");
    let output = program()
        .args(args(&stack, &key_file, &result))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(
        said.contains("refuses the key") && !said.contains("rk_wrong"),
        "{said}"
    );

    let url = stack.url(Service::Scheduler);
    let without = program()
        .args(["load", "signaling", "--url", &url])
        .output()
        .unwrap();
    assert!(!without.status.success());
    let unset = program()
        .args([
            "load",
            "signaling",
            "--url",
            &url,
            "--key-env",
            "NO_SUCH_KEY",
        ])
        .output()
        .unwrap();
    assert_eq!(unset.status.code(), Some(78));
}

#[tokio::test]
async fn lod_12_too_many_failures_are_a_failure() {
    let stack = Stack::start_with(testkit::StackOptions {
        // A burst is never less than a second's frames.
        env: ["PER_SECOND", "BURST"]
            .map(|what| {
                let variable = format!("RENDEZVOUS_SIGNALING_LIMITS_FRAMES_{what}");
                (variable, "5".to_owned())
            })
            .to_vec(),
        ..Default::default()
    })
    .await;
    let (key_file, result) = files(&stack, &stack.key("load"));
    let mut command = program();
    command.args(args(&stack, &key_file, &result));
    command.args(["--pairs", "2", "--exchanges", "1"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(report(&result).errors["rate_limited"], 2);

    command.args(["--max-errors", "1"]);
    assert!(command.output().unwrap().status.success());
}

#[tokio::test]
async fn lod_13_an_interrupted_run_tells_what_it_measured() {
    let stack = Stack::start().await;
    let (key_file, result) = files(&stack, &stack.key("load"));
    let child = program()
        .args(args(&stack, &key_file, &result))
        .args(["--scenario", "idle", "--pairs", "2", "--duration", "10m"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let metrics = stack.metrics_url(Service::Signaling);
    until("both pairs in", SOON * 4, async || {
        let answer = testkit::Http::new().get(&metrics).await;
        answer
            .body
            .as_str()?
            .contains("\nsockets 4\n")
            .then_some(())
    })
    .await;
    // Past the moment in which the generator lets the server come to rest.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let report = report(&result);
    assert!(report.interrupted);
    assert_eq!(report.spans_ms["join"].count, 4);
}

#[tokio::test]
async fn lod_38_real_peers_connect_and_data_or_a_tone_flows_between_them() {
    let stack = Stack::start().await;
    let (key_file, result) = files(&stack, &stack.key("load"));
    for (media, span, at_least) in [("data", "round_trip", 10), ("audio", "packet_gap", 20)] {
        let flags = ["--media", media, "--pairs", "2", "--duration", "1s"];
        let mut command = program();
        command.args(args(&stack, &key_file, &result)).args(flags);
        let output = command.output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{media}: {printed}{said}");
        let report = report(&result);
        assert_eq!((report.scenario.as_str(), report.pairs), (media, 2));
        assert_eq!(report.spans_ms["connected"].count, 2, "{printed}");
        assert!(report.spans_ms[span].count >= at_least, "{printed}");
        assert!(report.operations >= at_least, "{printed}");
        assert!(report.errors.is_empty(), "{printed}");
    }
    let mut both = program();
    both.args(args(&stack, &key_file, &result));
    both.args(["--media", "data", "--scenario", "idle"]);
    assert_eq!(
        both.output().unwrap().status.code(),
        Some(2),
        "one or the other"
    );
}

/// `rendezvous load chat` with these arguments.
fn chat(stack: &Stack, key_file: &str, result: &str, more: &[&str]) -> Command {
    let url = stack.url(Service::Scheduler);
    let mut command = program();
    command.args(["load", "chat", "--url", &url, "--key-file", key_file]);
    command.args(["--json", result]).args(more);
    command
}

/// The states of all sessions of an application.
async fn states(stack: &Stack, key: &str) -> Vec<serde_json::Value> {
    let app = testkit::Http::bearer(key.trim());
    let url = format!("{}/v1/sessions", stack.url(Service::Scheduler));
    let listed: serde_json::Value = app.get(&url).await.json(200);
    let items = listed["items"].as_array().unwrap();
    items.iter().map(|one| one["state"].clone()).collect()
}

#[tokio::test]
async fn lod_34_pairs_chat_and_every_message_is_there_once_and_in_order() {
    let stack = Stack::start().await;
    let key = stack.key("load");
    let (key_file, result) = files(&stack, &key);
    for (scenario, more) in [
        ("send", &[][..]),
        ("rate", &["--rate", "20"]),
        ("storm", &["--history", "6", "--missed", "5"]),
        ("group", &["--members", "7"]),
    ] {
        let flags = ["--scenario", scenario, "--pairs", "3", "--duration", "1s"];
        let flags = [&flags[..], more].concat();
        let output = chat(&stack, &key_file, &result, &flags).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{scenario}: {printed}{said}");
        let report = report(&result);
        assert!(
            report.errors.is_empty() && report.ends.is_empty(),
            "{printed}"
        );
        assert_eq!(report.scenario, format!("chat {scenario}"));
        assert!(report.spans_ms["ack"].count > 0, "{scenario}: {printed}");
        match scenario {
            // The first message of each reaches both; then one is away for five, and two come back.
            "storm" => {
                assert_eq!(report.operations, 3 * (5 + 2), "{printed}");
                assert_eq!(report.spans_ms["caught_up"].count, 6);
            }
            "group" => {
                assert_eq!(report.spans_ms["join"].count, 21);
                assert_eq!(report.spans_ms["fan_out"].count, report.operations);
            }
            _ => assert_eq!(report.messages, report.operations, "{printed}"),
        }
    }
    assert_eq!(states(&stack, &key).await, ["cancelled"; 9]);
    let rooms = testkit::Http::bearer(&key);
    let url = format!("{}/v1/rooms", stack.url(Service::Scheduler));
    let groups = rooms.get(&url).await.body["items"].take();
    assert_eq!(groups, serde_json::json!([]));
}

#[tokio::test]
async fn lod_35_an_interrupted_chat_tells_what_it_measured_and_takes_back_what_it_booked() {
    let stack = Stack::start().await;
    let key = stack.key("load");
    let (key_file, result) = files(&stack, &key);
    let child = chat(
        &stack,
        &key_file,
        &result,
        &["--pairs", "2", "--duration", "10m"],
    )
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    let metrics = stack.metrics_url(Service::Chat);
    until("a message is acknowledged", SOON * 4, async || {
        let answer = testkit::Http::new().get(&metrics).await;
        let counted = answer.body.as_str()?.contains("\nchat_sends_total ");
        counted.then_some(())
    })
    .await;
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let report = report(&result);
    assert!(report.interrupted && report.errors.is_empty(), "{report:?}");
    assert_eq!(states(&stack, &key).await, ["cancelled"; 2]);
}

/// `rendezvous load scheduler` with these arguments.
fn reminders(stack: &Stack, key_file: &str, result: &str, more: &[&str]) -> std::process::Output {
    let url = stack.url(Service::Scheduler);
    let mut command = program();
    command.args(["load", "scheduler", "--url", &url, "--key-file", key_file]);
    command.args(["--json", result]).args(more);
    command.output().unwrap()
}

#[tokio::test]
async fn lod_16_reminders_of_one_instant_are_marked_and_what_was_booked_is_taken_back() {
    let stack = Stack::start().await;
    let key = stack.key("load");
    let (key_file, result) = files(&stack, &key);
    let output = reminders(
        &stack,
        &key_file,
        &result,
        &["--sessions", "3", "--lead", "3s"],
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{printed}{said}");
    let report = report(&result);
    assert_eq!((report.pairs, report.operations), (3, 6), "{printed}");
    assert_eq!(report.spans_ms["reminder_late"].count, 6);
    assert_eq!(report.spans_ms["booking"].count, 3);
    assert!(
        report.errors.is_empty() && report.ends.is_empty(),
        "{printed}"
    );

    assert_eq!(states(&stack, &key).await, ["cancelled"; 3]);
}

#[tokio::test]
async fn lod_19_what_was_not_reminded_fails_by_its_reason() {
    let stack = Stack::start().await;
    let (key_file, result) = files(&stack, &stack.key("load"));
    let late = ["--sessions", "2", "--lead", "0s", "--wait", "1s"];
    let output = reminders(&stack, &key_file, &result, &late);
    assert_eq!(output.status.code(), Some(1));
    let report = report(&result);
    assert_eq!(report.errors["missed:past_when_booked"], 4, "{report:?}");
    assert_eq!(report.errors["booked_late"], 1);
    assert_eq!(report.operations, 0);
}
