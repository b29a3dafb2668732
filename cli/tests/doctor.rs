//! The call of `rendezvous doctor`.

use testkit::{Stack, StackOptions};

/// What doctor printed about calls, line by line.
fn calls(stack: &Stack, more: &[&str]) -> (Option<i32>, Vec<String>) {
    let output = stack.run(&[&["doctor"], more].concat());
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines = printed.lines().map(str::to_owned);
    (
        output.status.code(),
        lines.filter(|line| line.contains("a call, ")).collect(),
    )
}

#[tokio::test]
async fn ops_76_doctor_calls_directly_and_over_the_relay_and_tells_the_path_and_the_time() {
    let stack = Stack::start().await;
    let (_, lines) = calls(&stack, &[]);
    let [direct, relayed] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    assert!(
        direct.starts_with("ok      a call, directly: connected in "),
        "{direct}"
    );
    assert!(
        direct.contains(" ms, host to ") || direct.contains(" ms, prflx to "),
        "{direct}"
    );
    assert!(
        relayed.starts_with("ok      a call, over the relay alone: connected in "),
        "{relayed}"
    );
    assert!(
        relayed.contains(" ms, relay to ") && relayed.contains(" from "),
        "{relayed}"
    );
}

#[tokio::test]
async fn ops_76_without_a_relay_there_is_one_call_and_without_signaling_it_says_what_to_do() {
    let stack = Stack::start_with(StackOptions {
        env: vec![("RENDEZVOUS_TURN_ENABLED".to_owned(), "false".to_owned())],
        ..Default::default()
    })
    .await;
    let without_relay = ["--set", "turn.enabled=false"];
    let (code, lines) = calls(&stack, &without_relay);
    assert_eq!((code, lines.len()), (Some(0), 1), "{lines:?}");
    let nobody = ["--set", "signaling.public_url=http://127.0.0.1:9"];
    let (code, lines) = calls(&stack, &[&without_relay[..], &nobody[..]].concat());
    assert_eq!(code, Some(1));
    assert!(
        lines[0].starts_with(
            "failed  a call, directly: signaling at http://127.0.0.1:9 does not answer"
        ),
        "{lines:?}"
    );
}
