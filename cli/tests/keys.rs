//! `rendezvous keys` beside running services.

use rustix::process::Signal;
use serde_json::{Value, json};
use testkit::{Http, SOON, Service, Stack, StackOptions, until};
use wire::{SessionView, TicketResponse};

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

/// The call's and the timeline's address of a session.
fn operators_urls(stack: &Stack, session: &SessionView) -> [String; 2] {
    [
        format!("{}/v1/sessions", stack.url(Service::Signaling)),
        format!(
            "{}/v1/sessions/{}/timeline",
            stack.url(Service::Scheduler),
            session.id
        ),
    ]
}

#[tokio::test]
async fn ops_25_an_operators_key_is_traded_for_a_ticket_that_every_service_takes() {
    let stack = Stack::start().await;
    let args = ["keys", "create", "--name", "night shift", "--operator"];
    let key = stdout(&stack, &args);
    let listed = stdout(&stack, &["keys", "list"]);
    let line = listed.lines().find(|line| line.contains("night shift"));
    assert!(line.unwrap().contains("  operator  "), "{listed}");

    let application = stack.application();
    let session = stack.book(&application, json!({})).await;
    let route = format!("{}/v1/operator/ticket", stack.url(Service::Scheduler));
    let traded = Http::bearer(key.trim()).post(&route, json!({})).await;
    let traded: TicketResponse = traded.json(200);
    assert_eq!(traded.url, stack.url(Service::Signaling));
    let operator = Http::bearer(&traded.ticket);
    for url in operators_urls(&stack, &session) {
        let page: Value = operator.get(&url).await.json(200);
        assert!(page["items"].is_array(), "{page}");
        assert_eq!(Http::bearer(key.trim()).get(&url).await.status / 100, 4);
    }
    assert_eq!(application.post(&route, json!({})).await.status, 403);
}

#[tokio::test]
async fn ops_26_a_ticket_is_printed_while_nothing_runs_and_good_afterwards() {
    let data = tempfile::tempdir().unwrap();
    let mut options = StackOptions {
        data_dir: Some(data.path().to_owned()),
        ..StackOptions::default()
    };
    let mut stack = Stack::start_with(options.clone()).await;
    let application = stack.application();
    let session = stack.book(&application, json!({})).await;
    stack.signal(Signal::TERM);
    stack.gone(SOON * 4).await;

    let printed = stdout(&stack, &["keys", "ticket", "--operator"]);
    let ticket = printed.strip_suffix('\n').unwrap();
    assert_eq!(ticket.split('.').count(), 3, "{printed:?}");
    assert!(!ticket.contains(char::is_whitespace), "{printed:?}");
    options.ports = Some(stack.ports());
    let stack = Stack::start_with(options).await;
    for url in operators_urls(&stack, &session) {
        assert_eq!(Http::bearer(ticket).get(&url).await.status, 200, "{url}");
    }
    let unsaid = stack.run(&["keys", "ticket"]);
    assert!(!unsaid.status.success(), "{unsaid:?}");
}

#[tokio::test]
async fn sch_110_keys_are_listed_retired_and_revoked_beside_running_services() {
    let stack = Stack::start().await;
    let created = stdout(&stack, &["keys", "create", "--name", "shop"]);
    let shop = Http::bearer(created.trim());
    let url = format!("{}/v1/sessions", stack.url(Service::Scheduler));
    assert_eq!(shop.get(&url).await.status, 200);
    let listed = stdout(&stack, &["keys", "list", "--json"]);
    assert!(!listed.contains(created.trim()), "{listed}");
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let keys = listed["api_keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["name"] == "shop").unwrap();
    assert_eq!(
        (&key["scope"], &key["state"]),
        (&json!("app"), &json!("active"))
    );
    assert!(key["last_used_at"].is_i64(), "{key}");
    stdout(&stack, &["keys", "revoke", key["id"].as_str().unwrap()]);
    assert_eq!(shop.get(&url).await.status, 401);

    // A retired signing key verifies, and a revoked one is soon refused by the other services, too.
    let ticket = stdout(&stack, &["keys", "ticket", "--operator"]);
    let operator = Http::bearer(ticket.trim());
    let signaling = format!("{}/v1/sessions", stack.url(Service::Signaling));
    let kid = listed["signing_keys"][0]["kid"].as_str().unwrap();
    stdout(&stack, &["keys", "retire", kid]);
    assert_eq!(operator.get(&signaling).await.status, 200);
    let again: Value = serde_json::from_str(&stdout(&stack, &["keys", "list", "--json"])).unwrap();
    assert_eq!(again["signing_keys"][1]["state"], "retired", "{again}");
    stdout(&stack, &["keys", "revoke", kid]);
    let refused = async || (operator.get(&signaling).await.status == 401).then_some(());
    until("the ticket of a revoked key is refused", SOON * 4, refused).await;
    for unknown in [kid, "ak_nobody"] {
        let output = stack.run(&["keys", "revoke", unknown]);
        assert!(!output.status.success(), "{output:?}");
    }

    // Each of it is a row of the audit log, with the user of the operating system.
    let ticket = stdout(&stack, &["keys", "ticket", "--operator"]);
    let audit = format!("{}/v1/audit", stack.url(Service::Scheduler));
    let rows: Value = Http::bearer(ticket.trim()).get(&audit).await.json(200);
    let rows = rows["items"].as_array().unwrap();
    for action in ["key.create", "key.revoke", "key.retire", "operator.ticket"] {
        let row = rows.iter().find(|row| row["action"] == action).unwrap();
        assert!(row["actor"].as_str().unwrap().starts_with("cli:"), "{row}");
    }
}

fn header_of(ticket: &str) -> &str {
    ticket.split('.').next().unwrap()
}
