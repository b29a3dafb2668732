//! `rendezvous listen` beside running services.

use std::process::Stdio;

use serde_json::json;
use testkit::{
    ReceivedWebhook, ReceiverAnswer, SOON, Service, Stack, StackOptions, TestReceiver,
    WebhookLibrary, program, until,
};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A running `listen`, which ends with this.
struct Listener {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    secret: String,
}

impl Listener {
    async fn start(stack: &Stack, receiver: &TestReceiver) -> Self {
        let key = stack.key("application");
        let mut child = Command::from(program())
            .args([
                "listen",
                "--forward",
                receiver.url(),
                "--key-env",
                "SHOP_KEY",
            ])
            .args(["--url", &stack.url(Service::Scheduler)])
            .env("SHOP_KEY", key)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = line(&mut lines).await;
        assert!(first.contains(receiver.url()), "{first}");
        let second = line(&mut lines).await;
        let secret = second.split(' ').find(|word| word.starts_with("whsec_"));
        let secret = secret
            .unwrap_or_else(|| panic!("no secret in {second}"))
            .to_owned();
        Self {
            child,
            lines,
            secret,
        }
    }
}

async fn line(lines: &mut Lines<BufReader<ChildStdout>>) -> String {
    let line = tokio::time::timeout(SOON * 4, lines.next_line()).await;
    line.expect("it prints").unwrap().expect("it goes on")
}

fn kinds(received: &[ReceivedWebhook]) -> Vec<String> {
    received.iter().map(ReceivedWebhook::kind).collect()
}

#[tokio::test]
async fn ops_67_events_reach_this_machine_signed_and_come_again_after_a_crash_of_the_scheduler() {
    let mut stack = Stack::start().await;
    let receiver = TestReceiver::start().await;
    let mut listener = Listener::start(&stack, &receiver).await;
    let application = stack.application();
    let late = json!({"starts_at": testkit::now() + 3_600_000});
    stack.book(&application, late.clone()).await;
    let received = receiver.until(1).await;
    assert_eq!(kinds(&received), ["session.scheduled"]);
    for library in WebhookLibrary::ALL {
        if let Some(verdict) = library.verdict(&listener.secret, &received[0]) {
            assert!(verdict.verified, "{library:?}");
        }
    }
    let printed = line(&mut listener.lines).await;
    assert!(printed.starts_with("session.scheduled "), "{printed}");
    assert!(printed.contains("-> 204 in "), "{printed}");

    let old = stack.kill(Service::Scheduler);
    stack.restarted(Service::Scheduler, old, SOON * 6).await;
    stack.ready(Service::Scheduler, SOON * 6).await;
    // What comes while nobody is connected waits.
    stack.book(&application, late).await;
    let received = receiver.until(2).await;
    assert_eq!(kinds(&received), ["session.scheduled", "session.scheduled"]);

    receiver.answers(ReceiverAnswer::Status(500));
    stack
        .book(
            &application,
            json!({"starts_at": testkit::now() + 7_200_000}),
        )
        .await;
    let refused = async || {
        let printed = line(&mut listener.lines).await;
        printed.contains("-> 500 in ").then_some(())
    };
    until("a refusal is printed", SOON * 4, refused).await;
    listener.child.start_kill().unwrap();
}

#[tokio::test]
async fn ops_73_a_listener_outlives_hours_that_a_test_lets_pass() {
    let stack = Stack::start_with(StackOptions {
        args: vec!["--test-clock".to_owned()],
        ..StackOptions::default()
    })
    .await;
    let receiver = TestReceiver::start().await;
    let _listener = Listener::start(&stack, &receiver).await;
    let application = stack.application();
    let url = format!("{}/v1/test-clock", stack.url(Service::Scheduler));
    let day = json!({"starts_at": testkit::now() + 86_400_000 * 3});
    stack.book(&application, day.clone()).await;
    receiver.until(1).await;
    let moved = application
        .post(&url, json!({"advance_ms": 7_200_000}))
        .await;
    assert_eq!(moved.status, 200, "{}", moved.body);
    stack.book(&application, day).await;
    let received = receiver.until(2).await;
    assert_eq!(kinds(&received), ["session.scheduled", "session.scheduled"]);
}

#[test]
fn ops_72_listen_asks_the_scheduler_of_the_settings_and_says_which_it_did_not_reach() {
    let output = program()
        .args([
            "listen",
            "--forward",
            "http://127.0.0.1:9",
            "--key-env",
            "SHOP_KEY",
        ])
        .args(["--set", "scheduler.listen=127.0.0.1:9"])
        .env("SHOP_KEY", "rk_nobody")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        printed.contains("http://127.0.0.1:9 can't be reached"),
        "{printed}"
    );
}

#[tokio::test]
async fn ops_68_a_key_is_never_an_argument_and_a_wrong_one_is_a_mistake() {
    let refused = program()
        .args(["listen", "--forward", "http://127.0.0.1:9", "--key", "rk_x"])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let stack = Stack::start().await;
    for (args, why) in [
        (
            ["--forward", "ftp://x", "--key-env", "SHOP_KEY"],
            "--forward",
        ),
        (
            ["--forward", "http://127.0.0.1:9", "--key-env", "NO_SUCH"],
            "NO_SUCH",
        ),
        (
            ["--forward", "http://127.0.0.1:9", "--key-env", "SHOP_KEY"],
            "rendezvous:",
        ),
    ] {
        let output = program()
            .args(["listen", "--url", &stack.url(Service::Scheduler)])
            .args(args)
            .env("SHOP_KEY", "rk_nobody")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(78), "{output:?}");
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(printed.contains(why), "{printed}");
    }
}
