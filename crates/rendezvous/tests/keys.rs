//! `rendezvous keys` beside running services.

use serde_json::{Value, json};
use testkit::{Http, SOON, Service, Stack, until};

fn stdout(stack: &Stack, args: &[&str]) -> String {
    let output = stack.run(args);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn ops_14_a_key_is_printed_alone_and_good_at_once() {
    let stack = Stack::start().await;
    let printed = stdout(&stack, &["keys", "create", "--name", "shop"]);
    let key = printed.strip_suffix('\n').unwrap();
    assert!(
        key.starts_with("rk_") && !key.contains(char::is_whitespace),
        "{printed:?}"
    );
    let url = format!("{}/v1/sessions", stack.url(Service::Scheduler));
    assert_eq!(Http::bearer(key).get(&url).await.status, 200);
    assert_eq!(Http::bearer("rk_wrong").get(&url).await.status, 401);

    let listed = stdout(&stack, &["keys", "list"]);
    assert!(listed.contains("shop"), "{listed}");
    assert!(
        !listed.contains(key),
        "the key is shown once only: {listed}"
    );
    let stored = std::fs::read(stack.data_dir().join("scheduler/scheduler.db")).unwrap();
    let wal = std::fs::read(stack.data_dir().join("scheduler/scheduler.db-wal")).unwrap();
    for bytes in [stored, wal] {
        let found = bytes.windows(key.len()).any(|part| part == key.as_bytes());
        assert!(!found, "the key is stored as it is");
    }
}

#[tokio::test]
async fn ops_17_tickets_of_before_and_after_a_rotation_are_good() {
    let stack = Stack::start().await;
    let application = stack.application();
    let session = stack.book(&application, json!({})).await;
    let before = stack.ticket(&application, &session, 0).await;

    let old: Value = serde_json::from_str(&stdout(&stack, &["keys", "export"])).unwrap();
    stdout(&stack, &["keys", "rotate"]);
    let new: Value = serde_json::from_str(&stdout(&stack, &["keys", "export"])).unwrap();
    assert_eq!(old["keys"].as_array().unwrap().len(), 1);
    assert_eq!(new["keys"].as_array().unwrap().len(), 2);
    assert_eq!(new["keys"][1], old["keys"][0]);

    let signed_by_new = async || {
        let ticket = stack.ticket(&application, &session, 1).await;
        (header_of(&ticket.ticket) != header_of(&before.ticket)).then_some(ticket)
    };
    let after = until("a ticket of the new key", SOON * 4, signed_by_new).await;
    testkit::TestPeer::join(&before.url, &before.ticket).await;
    testkit::TestPeer::join(&after.url, &after.ticket).await;
}

fn header_of(ticket: &str) -> &str {
    ticket.split('.').next().unwrap()
}
