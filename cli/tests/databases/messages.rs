//! Messages that are damaged or gone, to whoever runs the commands.

use std::path::Path;

use serde_json::json;
use storage::{Database, Schema, query};
use testkit::{ChatPeer, Http, Stack, StackOptions};

use super::{STOP, Signal, named, run, stdout};

async fn change(data: &Path, statement: &'static str) {
    let file = data.join("chat/chat.db");
    let database = Database::open_file(&file, Schema::chat()).await.unwrap();
    assert_eq!(database.execute(query(statement)).await.unwrap(), 1);
    database.close().await;
}

/// A stopped installation with three messages in a room.
async fn stopped_with_messages(data: &Path) {
    let options = StackOptions {
        data_dir: Some(data.to_owned()),
        ..StackOptions::default()
    };
    let mut stack = Stack::start_with(options).await;
    let create = ["keys", "create", "--name", "application"];
    let key = stdout(&run(data, &[], &create));
    let application = Http::bearer(key.trim());
    let session = stack.book(&application, json!({})).await;
    let ticket = stack.chat_ticket(&application, &session, 0).await;
    let mut room = ChatPeer::hello(&ticket.url, &ticket.ticket, "phone").await;
    for n in 1..=3 {
        room.say(&session.room_id, &format!("c{n}"), "what was said")
            .await;
    }
    stack.signal(Signal::TERM);
    stack.gone(STOP).await;
}

#[tokio::test]
async fn cht_127_doctor_names_what_is_damaged_or_gone_and_nothing_opens_it() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    stopped_with_messages(data).await;
    let without_relay = [named("RENDEZVOUS_TURN_ENABLED", "false")];
    let doctor = || {
        let output = run(data, &without_relay, &["doctor", "--verify-messages"]);
        let said = String::from_utf8(output.stdout).unwrap();
        let line = said
            .lines()
            .find(|line| line.contains("chat's messages in sqlite:"));
        (line.unwrap().to_owned(), output.status.code())
    };
    let (line, _) = doctor();
    assert!(line.starts_with("ok "), "{line}");
    assert!(
        line.contains("3 messages in 1 rooms are there and are what was stored"),
        "{line}"
    );

    change(
        data,
        "UPDATE messages SET body = 'what was not' WHERE seq = 2",
    )
    .await;
    let (line, code) = doctor();
    assert!(
        line.starts_with("failed ") && line.contains("/2 is damaged"),
        "{line}"
    );
    assert_eq!(code, Some(1));

    change(data, "DELETE FROM messages WHERE seq = 3").await;
    let (line, code) = doctor();
    assert!(
        line.contains("storage_lost_tail") && line.contains("had message 3, and 2 is"),
        "{line}"
    );
    assert_eq!(code, Some(1));
    let name = line.split_once("accepted_loss = [\"").unwrap().1;
    let name = name.split_once('"').unwrap().0.to_owned();
    let from = format!("sqlite:{}", data.join("chat/chat.db").display());
    let to = format!("sqlite:{}", data.join("copy.db").display());
    for args in [
        &["migrate"][..],
        &["copy", "--from", &from, "--to", &to],
        &["chat"],
    ] {
        let refused = run(data, &[], args);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(78), "{args:?}: {said}");
        assert!(said.contains("storage_lost_tail"), "{args:?}: {said}");
    }

    let accepted = format!("chat.accepted_loss=[\"{name}\"]");
    let options = StackOptions {
        data_dir: Some(data.to_owned()),
        args: vec!["--set".to_owned(), accepted],
        ..StackOptions::default()
    };
    let mut stack = Stack::start_with(options).await;
    stack.signal(Signal::TERM);
    stack.gone(STOP).await;
    let (line, _) = doctor();
    assert!(!line.contains("storage_lost_tail"), "{line}");
}
